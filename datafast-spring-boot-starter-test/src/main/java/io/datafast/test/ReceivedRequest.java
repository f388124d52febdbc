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

package io.datafast.test;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * A request that {@link MockDataFast} has read, whether it was accepted or not.
 *
 * @param method the HTTP method, such as {@code POST}
 * @param path the raw path, such as {@code /api/v1/goals}
 * @param query the raw query string, or {@code null} if there is none
 * @param headers the headers; names are looked up ignoring case, unmodifiable
 * @param body the body, read as UTF-8; empty if there was none
 * @param status the status it was answered with, also where the client no longer waited
 * for it, or {@link #NO_ANSWER}
 * @param message for people: why the request was refused, or what the mock was told to
 * answer
 * @param receivedAt when the request was read
 */
public record ReceivedRequest(String method, String path, @Nullable String query, Map<String, List<String>> headers,
		String body, int status, String message, Instant receivedAt) {

	/**
	 * The {@link #status()} of a request that was left without an answer.
	 */
	public static final int NO_ANSWER = -1;

	/**
	 * Creates a request with a copy of the headers.
	 * @param method the HTTP method
	 * @param path the raw path
	 * @param query the raw query string, or {@code null}
	 * @param headers the headers
	 * @param body the body
	 * @param status the status it was answered with, or {@link #NO_ANSWER}
	 * @param message why the request was refused, or what the mock was told to answer
	 * @param receivedAt when the request was read
	 */
	public ReceivedRequest {
		Map<String, List<String>> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		headers.forEach((name, values) -> copy.put(name, List.copyOf(values)));
		headers = Collections.unmodifiableMap(copy);
	}

	/**
	 * Returns the first value of a header.
	 * @param name the header's name, in any case
	 * @return its first value, or {@code null} if the request does not have it
	 */
	public @Nullable String header(String name) {
		List<String> values = this.headers.get(name);
		return (values != null && !values.isEmpty()) ? values.get(0) : null;
	}

	ReceivedRequest answered(int status, String message) {
		return new ReceivedRequest(this.method, this.path, this.query, this.headers, this.body, status, message,
				this.receivedAt);
	}

}
