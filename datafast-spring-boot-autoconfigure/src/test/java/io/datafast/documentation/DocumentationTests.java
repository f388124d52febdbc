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

package io.datafast.documentation;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.datafast.annotation.TrackGoal;
import io.datafast.testing.DataFastContextRunners;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The manual is short, its links lead somewhere, and its Java compiles. Its annotations
 * pass the checks of start-up.
 */
class DocumentationTests {

	private static final int MAX_LINES_OF_README = 200;

	private static final int MAX_LINES_OF_PAGE = 150;

	static List<MarkdownPage> manual() {
		return MarkdownPage.manual();
	}

	static Stream<MarkdownPage> pages() {
		return Stream.concat(manual().stream(),
				Stream.of("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "benchmarks/README.md")
					.map(MarkdownPage::read));
	}

	@ParameterizedTest
	@MethodSource("manual")
	void pagesAreShort(MarkdownPage page) {
		assertThat(page.lines())
			.hasSizeLessThanOrEqualTo(page.path().equals("README.md") ? MAX_LINES_OF_README : MAX_LINES_OF_PAGE);
	}

	@ParameterizedTest
	@MethodSource("pages")
	void linksLeadSomewhere(MarkdownPage page) {
		assertThat(page.links().stream().filter((link) -> !link.contains(":"))).allSatisfy((link) -> {
			String[] parts = link.split("#", 2);
			Path target = MarkdownPage.PROJECT.resolve(page.path());
			if (!parts[0].isEmpty()) {
				target = target.resolveSibling(parts[0]).normalize();
			}
			assertThat(target).exists();
			if (parts.length == 2) {
				assertThat(MarkdownPage.read(MarkdownPage.PROJECT.relativize(target).toString()).anchors())
					.contains(parts[1]);
			}
		});
	}

	@Test
	void theReadmeLinksToAllPages() throws IOException {
		try (Stream<Path> pages = Files.list(MarkdownPage.PROJECT.resolve("docs"))) {
			assertThat(MarkdownPage.read("README.md").links())
				.containsAll(pages.map((page) -> "docs/" + page.getFileName()).toList());
		}
	}

	@Test
	void javaCompilesAndItsAnnotationsAreAccepted(@TempDir Path classes) throws Exception {
		List<MarkdownPage.Block> blocks = new ArrayList<>();
		manual().forEach((page) -> blocks.addAll(page.blocks("java")));
		assertThat(blocks).isNotEmpty();
		assertThat(new JavaBlockCompiler().compile(blocks, classes)).isEmpty();
		int tracked = 0;
		try (URLClassLoader classLoader = new URLClassLoader(new URL[] { classes.toUri().toURL() },
				getClass().getClassLoader()); Stream<Path> files = Files.walk(classes)) {
			for (Path file : files.filter((candidate) -> candidate.toString().endsWith(".class")).toList()) {
				Class<?> type = classLoader.loadClass(classes.relativize(file)
					.toString()
					.replaceFirst("\\.class$", "")
					.replace(File.separatorChar, '.'));
				if (Arrays.stream(type.getDeclaredMethods())
					.anyMatch((method) -> method.isAnnotationPresent(TrackGoal.class))) {
					tracked++;
					DataFastContextRunners.plain()
						.withClassLoader(classLoader)
						.withPropertyValues("datafast.api-key=df_key")
						.withBean(type)
						.run((context) -> assertThat(context).hasNotFailed());
				}
			}
		}
		assertThat(tracked).isGreaterThan(10);
	}

}
