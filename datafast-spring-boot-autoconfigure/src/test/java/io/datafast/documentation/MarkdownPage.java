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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Markdown file of this project.
 *
 * @param path the file, relative to the project
 * @param lines its lines
 */
record MarkdownPage(String path, List<String> lines) {

	/**
	 * Precedes a block that is no part of the checks.
	 */
	private static final String UNCHECKED = "<!-- unchecked -->";

	private static final Pattern FENCE = Pattern.compile("```([a-z]*)");

	private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*)");

	private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");

	private static final Pattern CODE = Pattern.compile("`([^`]+)`");

	static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

	static MarkdownPage read(String path) {
		try {
			return new MarkdownPage(path, Files.readAllLines(PROJECT.resolve(path)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The manual: the README and the pages of {@code docs}.
	 */
	static List<MarkdownPage> manual() {
		try (Stream<Path> pages = Files.list(PROJECT.resolve("docs"))) {
			return Stream.concat(Stream.of("README.md"),
					pages.map((page) -> "docs/" + page.getFileName()).filter((page) -> page.endsWith(".md")).sorted())
				.map(MarkdownPage::read)
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The fenced blocks of the given languages, without those that are marked as
	 * unchecked.
	 */
	List<Block> blocks(String... languages) {
		List<Block> blocks = new ArrayList<>();
		for (int i = 0; i < this.lines.size(); i++) {
			var fence = FENCE.matcher(this.lines.get(i));
			if (!fence.matches()) {
				continue;
			}
			int start = i + 1;
			int end = start;
			while (!this.lines.get(end).equals("```")) {
				end++;
			}
			boolean unchecked = i > 0 && this.lines.get(i - 1).equals(UNCHECKED);
			if (!unchecked && List.of(languages).contains(fence.group(1))) {
				blocks.add(new Block(this.path, start + 1, String.join("\n", this.lines.subList(start, end))));
			}
			i = end;
		}
		return blocks;
	}

	/**
	 * The targets of the links.
	 */
	List<String> links() {
		return text().stream().flatMap((line) -> LINK.matcher(line).results()).map((link) -> link.group(1)).toList();
	}

	/**
	 * The inline code.
	 */
	List<String> code() {
		return text().stream().flatMap((line) -> CODE.matcher(line).results()).map((code) -> code.group(1)).toList();
	}

	/**
	 * The anchors of the headings, as GitHub makes them.
	 */
	Set<String> anchors() {
		Set<String> anchors = new HashSet<>();
		for (String line : text()) {
			var heading = HEADING.matcher(line);
			if (heading.matches()) {
				anchors.add(heading.group(1)
					.toLowerCase(Locale.ROOT)
					.replaceAll("[^\\p{L}\\p{N} _-]", "")
					.replace(' ', '-'));
			}
		}
		return anchors;
	}

	/**
	 * The cells of the rows of all tables.
	 */
	List<List<String>> tableRows() {
		return text().stream()
			.filter((line) -> line.startsWith("| "))
			.map((line) -> Stream.of(line.substring(1, line.lastIndexOf('|')).split("(?<!\\\\)\\|"))
				.map(String::strip)
				.toList())
			.toList();
	}

	/**
	 * The lines outside of fenced blocks.
	 */
	private List<String> text() {
		List<String> text = new ArrayList<>();
		boolean inside = false;
		for (String line : this.lines) {
			boolean fence = line.startsWith("```");
			if (!fence && !inside) {
				text.add(line);
			}
			inside ^= fence;
		}
		return text;
	}

	@Override
	public String toString() {
		return this.path;
	}

	/**
	 * A fenced block.
	 *
	 * @param path the file
	 * @param line the number of its first line
	 * @param content its content
	 */
	record Block(String path, int line, String content) {

		@Override
		public String toString() {
			return this.path + ":" + this.line;
		}

	}

}
