/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.util.FileSystemUtils;

/**
 * The class path of an empty web application, with the starter and without: what this
 * module has, less what it compares with. As in an executable jar, the empty jars of
 * starters are not on it.
 */
final class WebClassPath implements AutoCloseable {

	private static final List<String> NOT_WEB = List.of("jmh-", "jopt-", "commons-math", "analytics-", "posthog-",
			"okhttp-", "okio-", "logging-interceptor-", "retrofit-", "converter-", "kotlin-", "gson-", "backo-",
			"aspectjweaver-", "datafast-spring-boot-jdbc-", "db-scheduler-", "HikariCP-", "postgresql-",
			"spring-boot-jdbc-", "spring-boot-persistence-", "spring-boot-sql-", "spring-boot-transaction-",
			"spring-jdbc-", "spring-tx-", "micrometer-core-", "httpclient5-", "httpcore5-", "HdrHistogram-",
			"LatencyUtils-");

	private final Path classes;

	private final List<Path> libraries;

	private WebClassPath(Path classes, List<Path> libraries) {
		this.classes = classes;
		this.libraries = libraries;
	}

	static WebClassPath create() throws IOException, URISyntaxException {
		URL location = Benchmarks.class.getProtectionDomain().getCodeSource().getLocation();
		Path jar = Path.of(location.toURI());
		try (Stream<Path> libraries = Files.list(jar.resolveSibling("lib"))) {
			// Copied, because the manifest of the jar names all libraries.
			return new WebClassPath(copyClasses(jar), libraries.filter(WebClassPath::isWeb).sorted().toList());
		}
	}

	private static boolean isWeb(Path library) {
		return NOT_WEB.stream().noneMatch((prefix) -> library.getFileName().toString().startsWith(prefix))
				&& !isStarter(library);
	}

	private static boolean isStarter(Path library) {
		try (JarFile content = new JarFile(library.toFile())) {
			Manifest manifest = content.getManifest();
			return manifest != null
					&& "dependencies-starter".equals(manifest.getMainAttributes().getValue("Spring-Boot-Jar-Type"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Path copyClasses(Path jar) throws IOException {
		Path directory = Files.createTempDirectory("datafast-benchmarks");
		try (JarFile content = new JarFile(jar.toFile())) {
			for (Enumeration<JarEntry> entries = content.entries(); entries.hasMoreElements();) {
				JarEntry entry = entries.nextElement();
				if (!entry.isDirectory() && !entry.getName().startsWith("META-INF")) {
					Path file = directory.resolve(entry.getName());
					Files.createDirectories(file.getParent());
					Files.copy(content.getInputStream(entry), file);
				}
			}
		}
		return directory;
	}

	String with() {
		return join(this.libraries.stream());
	}

	String without() {
		return join(
				this.libraries.stream().filter((library) -> !library.getFileName().toString().startsWith("datafast-")));
	}

	private String join(Stream<Path> libraries) {
		return Stream.concat(Stream.of(this.classes), libraries)
			.map(Path::toString)
			.collect(Collectors.joining(File.pathSeparator));
	}

	@Override
	public void close() throws IOException {
		FileSystemUtils.deleteRecursively(this.classes);
	}

}
