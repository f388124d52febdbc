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

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The results as Markdown.
 */
final class ResultTable {

	private ResultTable() {
	}

	static String describeRun(long seconds) {
		Properties versions = new Properties();
		try (InputStream input = ResultTable.class.getResourceAsStream("versions.properties")) {
			versions.load(input);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		String libraries = new TreeMap<>(versions).entrySet()
			.stream()
			.map((entry) -> entry.getKey() + " " + entry.getValue())
			.collect(Collectors.joining(", "));
		return LocalDate.now() + "; " + Runtime.getRuntime().availableProcessors() + " cores, "
				+ System.getProperty("os.name") + " " + System.getProperty("os.arch") + "; JDK "
				+ System.getProperty("java.vm.version") + "; " + libraries + "; " + seconds + " s in all.";
	}

	static String format(List<Comparison> comparisons) {
		StringBuilder table = new StringBuilder();
		row(table, "Comparison", "Measured", "Beside", "Ratio", "Aim", "Met");
		row(table, "---", "---", "---", "---", "---", "---");
		for (Comparison comparison : comparisons) {
			Double ratio = comparison.ratio();
			Boolean met = comparison.met();
			row(table, comparison.name(), comparison.measured(), comparison.reference(),
					(ratio != null) ? number(ratio) : "", comparison.aim(),
					(met != null) ? (met ? "yes" : "**no**") : "");
		}
		return table.toString();
	}

	private static void row(StringBuilder table, String... cells) {
		table.append("| ").append(String.join(" | ", cells)).append(" |\n");
	}

	static String number(double value) {
		String format = (Math.abs(value) >= 100) ? "%,.0f" : (Math.abs(value) >= 10) ? "%.1f" : "%.2f";
		return String.format(Locale.ROOT, format, value);
	}

}
