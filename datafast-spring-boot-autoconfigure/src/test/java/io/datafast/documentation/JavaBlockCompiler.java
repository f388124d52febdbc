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

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import com.sun.source.util.JavacTask;

/**
 * Compiles blocks of Java on the class path of the tests. A block is a compilation unit,
 * the members of a class, or the statements of a method. The types of {@link Examples}
 * and frequently used packages are imported. <code>{…}</code> stands for a body.
 */
final class JavaBlockCompiler {

	/**
	 * The jdbc module is compiled after this one.
	 */
	private static final Path JDBC_SOURCES = MarkdownPage.PROJECT.resolve("datafast-spring-boot-jdbc/src/main/java");

	private static final List<String> IMPORTS = List.of("io.datafast.*", "io.datafast.annotation.*",
			"io.datafast.delivery.*", "io.datafast.documentation.Examples.*", "io.datafast.test.*",
			"jakarta.servlet.http.Cookie", "java.nio.charset.StandardCharsets", "java.time.Duration", "java.util.*",
			"java.util.concurrent.*", "javax.sql.DataSource", "org.apache.hc.client5.http.config.*",
			"org.apache.hc.client5.http.impl.classic.*", "org.apache.hc.client5.http.impl.io.*",
			"org.apache.hc.core5.util.*", "org.junit.jupiter.api.Test",
			"org.springframework.beans.factory.annotation.*", "org.springframework.boot.test.context.SpringBootTest",
			"org.springframework.boot.webmvc.test.autoconfigure.*", "org.springframework.context.annotation.*",
			"org.springframework.graphql.data.method.annotation.*", "org.springframework.http.*",
			"org.springframework.http.client.*", "org.springframework.scheduling.annotation.*",
			"org.springframework.stereotype.*", "org.springframework.test.context.transaction.TestTransaction",
			"org.springframework.test.util.AopTestUtils", "org.springframework.test.web.servlet.assertj.*",
			"org.springframework.transaction.annotation.*", "org.springframework.transaction.event.*",
			"org.springframework.validation.*", "org.springframework.web.bind.annotation.*",
			"org.springframework.web.cors.*", "org.springframework.web.reactive.function.server.*",
			"org.springframework.web.servlet.config.annotation.*", "reactor.core.publisher.*",
			"static io.datafast.test.MockDataFastAssert.assertThat",
			"static org.assertj.core.api.Assertions.assertThat", "static org.mockito.ArgumentMatchers.any",
			"static org.mockito.Mockito.doReturn");

	private final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();

	/**
	 * Compile blocks.
	 * @param blocks the blocks
	 * @param output the directory for the classes
	 * @return what is wrong with the blocks, with file and line
	 */
	List<String> compile(List<MarkdownPage.Block> blocks, Path output) throws IOException {
		List<Source> sources = new ArrayList<>();
		for (MarkdownPage.Block block : blocks) {
			sources.add(toSource(block, sources.size()));
		}
		DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
		task(sources, diagnostics, "-d", output.toString()).call();
		return describe(diagnostics);
	}

	private Source toSource(MarkdownPage.Block block, int index) throws IOException {
		List<String> errors = new ArrayList<>();
		for (Form form : Form.values()) {
			Source source = new Source(block, index, form);
			DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
			task(List.of(source), diagnostics).parse();
			if (describe(diagnostics).isEmpty()) {
				return source;
			}
			errors.add(form + ": " + describe(diagnostics));
		}
		throw new AssertionError(block + " is neither a unit nor members nor statements: " + errors);
	}

	private JavacTask task(List<Source> sources, DiagnosticCollector<JavaFileObject> diagnostics,
			String... furtherOptions) {
		List<String> options = new ArrayList<>(List.of("-proc:none", "-implicit:none", "-Xlint:none", "-parameters",
				"-cp", System.getProperty("java.class.path")));
		options.addAll(List.of(furtherOptions));
		if (Files.isDirectory(JDBC_SOURCES)) {
			options.addAll(List.of("-sourcepath", JDBC_SOURCES.toString()));
		}
		return (JavacTask) this.compiler.getTask(null, null, diagnostics, options, null, sources);
	}

	private static List<String> describe(DiagnosticCollector<JavaFileObject> diagnostics) {
		return diagnostics.getDiagnostics()
			.stream()
			.filter((diagnostic) -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
			.map((diagnostic) -> {
				String where = (diagnostic.getSource() instanceof Source source)
						? source.block.path() + ":" + (source.block.line() + diagnostic.getLineNumber() - 1)
						: String.valueOf(diagnostic.getSource());
				return where + ": " + diagnostic.getMessage(Locale.ROOT);
			})
			.toList();
	}

	private enum Form {

		UNIT("", ""), MEMBERS("class Block extends Example {", "}"),
		STATEMENTS("class Block extends Example { void run() throws Exception {", "}}");

		private final String before;

		private final String after;

		Form(String before, String after) {
			this.before = before;
			this.after = after;
		}

	}

	private static final class Source extends SimpleJavaFileObject {

		private final MarkdownPage.Block block;

		private final String content;

		private Source(MarkdownPage.Block block, int index, Form form) {
			super(URI.create("string:///block" + index + "/Block.java"), Kind.SOURCE);
			this.block = block;
			Stream<String> imports = Files.isDirectory(JDBC_SOURCES)
					? Stream.concat(IMPORTS.stream(), Stream.of("io.datafast.jdbc.*")) : IMPORTS.stream();
			// On one line, so that line numbers stay.
			this.content = imports.map((type) -> "import " + type + ";")
				.collect(Collectors.joining(" ", "package block" + index + "; ", " ")) + form.before
					+ block.content().replace("{…}", "{ throw new UnsupportedOperationException(); }") + "\n"
					+ form.after;
		}

		@Override
		public CharSequence getCharContent(boolean ignoreEncodingErrors) {
			return this.content;
		}

	}

}
