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

package io.datafast.client;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Makes received text fit for logs and exceptions.
 */
final class ReceivedText {

	private static final int MAX_BYTES = 1024;

	/**
	 * White space, and characters that are no text by themselves: separators, controls,
	 * formats, private use, surrogates without their other half, and the replacement of
	 * undecodable bytes.
	 */
	private static final Pattern NO_TEXT = Pattern.compile("[\\s\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Z}\\x{FFFD}]+");

	private ReceivedText() {
	}

	static String clean(String text) {
		return NO_TEXT.matcher(text).replaceAll(" ").strip();
	}

	/**
	 * Keep at most 1 KB.
	 */
	static String abbreviate(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		return (bytes.length <= MAX_BYTES) ? text
				: new String(bytes, 0, MAX_BYTES, StandardCharsets.UTF_8).replaceAll("\\uFFFD+$", "");
	}

}
