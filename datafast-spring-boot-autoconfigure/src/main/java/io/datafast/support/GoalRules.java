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

package io.datafast.support;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * DataFast's rules for names and metadata. A violation is one sentence that says what is
 * wrong with which value.
 */
public final class GoalRules {

	/**
	 * How many metadata entries a goal may have.
	 */
	public static final int MAX_ENTRIES = 10;

	/**
	 * How long a metadata value may be, in UTF-16 code units.
	 */
	public static final int MAX_VALUE_LENGTH = 255;

	private static final int MAX_LENGTH = 64;

	private static final int MAX_SHOWN = 80;

	private static final Set<String> RESERVED_NAMES = Set.of("identify");

	private GoalRules() {
	}

	/**
	 * Check the name of a goal.
	 * @param name the name
	 * @param violations the list to which violations are added
	 */
	public static void checkName(@Nullable String name, List<String> violations) {
		check("goal name", name, true, violations);
		if (name != null && RESERVED_NAMES.contains(name)) {
			violations.add("goal name \"" + name + "\" is reserved by DataFast: choose another");
		}
	}

	/**
	 * Check the key of a metadata entry.
	 * @param key the key
	 * @param violations the list to which violations are added
	 */
	public static void checkKey(@Nullable String key, List<String> violations) {
		check("metadata key", key, false, violations);
	}

	/**
	 * Check the number of metadata entries.
	 * @param entries the number
	 * @param violations the list to which violations are added
	 */
	public static void checkSize(int entries, List<String> violations) {
		if (entries > MAX_ENTRIES) {
			violations.add("metadata has " + entries + " entries: at most " + MAX_ENTRIES + " are allowed");
		}
	}

	private static void check(String what, @Nullable String value, boolean colon, List<String> violations) {
		if (value == null || value.isEmpty()) {
			violations.add(what + " " + rule(colon) + ", but is " + ((value != null) ? "empty" : "null"));
			return;
		}
		if (value.length() > MAX_LENGTH) {
			violations.add(what + " \"" + printable(value) + "\" " + rule(colon) + ", but has " + value.length());
		}
		for (int i = 0; i < value.length(); i++) {
			char c = value.charAt(i);
			if (!isAllowed(c, colon)) {
				violations.add(what + " \"" + printable(value) + "\" " + rule(colon) + ", but has '"
						+ printable(String.valueOf(c)) + "' at index " + i);
				return;
			}
		}
	}

	private static String rule(boolean colon) {
		return "must be 1 to " + MAX_LENGTH + " characters of a-z 0-9 _ -" + (colon ? " :" : "");
	}

	private static boolean isAllowed(char c, boolean colon) {
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || (colon && c == ':');
	}

	private static String printable(String value) {
		StringBuilder printable = new StringBuilder();
		for (char c : value.substring(0, Math.min(value.length(), MAX_SHOWN)).toCharArray()) {
			if (Character.isISOControl(c) || Character.isSurrogate(c) || Character.getType(c) == Character.FORMAT
					|| Character.getType(c) == Character.LINE_SEPARATOR) {
				printable.append(String.format("\\u%04x", (int) c));
			}
			else {
				printable.append(c);
			}
		}
		return (value.length() > MAX_SHOWN) ? printable.append("...").toString() : printable.toString();
	}

	/**
	 * Make a metadata value fit.
	 * @param value the value, of any length
	 * @return the value without unpaired surrogates, cut between code points
	 */
	public static String fitValue(String value) {
		String cut = value;
		if (value.length() > MAX_VALUE_LENGTH) {
			boolean insideCodePoint = Character.isSurrogatePair(value.charAt(MAX_VALUE_LENGTH - 1),
					value.charAt(MAX_VALUE_LENGTH));
			cut = value.substring(0, insideCodePoint ? MAX_VALUE_LENGTH - 1 : MAX_VALUE_LENGTH);
		}
		return hasSurrogates(cut) ? replaceUnpairedSurrogates(cut) : cut;
	}

	/**
	 * A loop, since this is called for each value of each goal, and a stream takes
	 * several times as long.
	 */
	private static boolean hasSurrogates(String value) {
		for (int i = 0; i < value.length(); i++) {
			if (Character.isSurrogate(value.charAt(i))) {
				return true;
			}
		}
		return false;
	}

	private static String replaceUnpairedSurrogates(String value) {
		return value.codePoints()
			.map((c) -> isUnpairedSurrogate(c) ? 0xFFFD : c)
			.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
			.toString();
	}

	private static boolean isUnpairedSurrogate(int codePoint) {
		return Character.getType(codePoint) == Character.SURROGATE;
	}

}
