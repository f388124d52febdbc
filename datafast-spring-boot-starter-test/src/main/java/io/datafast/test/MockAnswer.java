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

import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * How {@link MockDataFast} answers a goal request when it is told to misbehave.
 * Immutable: every method returns a new answer, so that answers can be shared between
 * tests.
 *
 * <pre class="code">
 * mockDataFast.answer(MockAnswer.status(429).header("Retry-After", "1"), MockAnswer.ok());
 * mockDataFast.alwaysAnswer(MockAnswer.status(502).body("&lt;html&gt;Bad gateway&lt;/html&gt;"));
 * </pre>
 *
 * @see MockDataFast#answer(MockAnswer...)
 * @see MockDataFast#alwaysAnswer(MockAnswer)
 */
public final class MockAnswer {

	private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

	private final Kind kind;

	private final int status;

	private final @Nullable String body;

	private final Map<String, String> headers;

	private final @Nullable Duration latency;

	private MockAnswer(Kind kind, int status, @Nullable String body, Map<String, String> headers,
			@Nullable Duration latency) {
		this.kind = kind;
		this.status = status;
		this.body = body;
		this.headers = headers;
		this.latency = latency;
	}

	private static MockAnswer of(Kind kind, int status) {
		return new MockAnswer(kind, status, null, Map.of(), null);
	}

	/**
	 * Answers with a status, whatever the request looks like, and with the body that
	 * DataFast sends with it. With 200 the goal counts as received, provided that the
	 * request is valid.
	 * @param status the HTTP status, from 200 to 599
	 * @return the answer
	 * @throws IllegalArgumentException if the status is out of range
	 */
	public static MockAnswer status(int status) {
		if (status < 200 || status > 599) {
			throw new IllegalArgumentException("status must be from 200 to 599, but is " + status);
		}
		return of(Kind.STATUS, status);
	}

	/**
	 * Processes the request normally: it is checked, and accepted or refused. Useful
	 * after failures in a script. Body and headers that are added to this answer are sent
	 * where the request is accepted.
	 * @return the answer
	 */
	public static MockAnswer ok() {
		return of(Kind.OK, 200);
	}

	/**
	 * Never answers. The connection stays open until {@link MockDataFast#reset()} or
	 * {@link MockDataFast#close()} closes it. The goal does not count as received.
	 * @return the answer
	 */
	public static MockAnswer hang() {
		return of(Kind.HANG, ReceivedRequest.NO_ANSWER);
	}

	/**
	 * Reads the request, then closes the connection without an answer. The goal does not
	 * count as received.
	 * @return the answer
	 */
	public static MockAnswer disconnect() {
		return of(Kind.DISCONNECT, ReceivedRequest.NO_ANSWER);
	}

	/**
	 * Answers 200 and announces the whole body, but closes the connection after half of
	 * it. The goal counts as received, provided that the request is valid: what got lost
	 * is the answer.
	 * @return the answer
	 */
	public static MockAnswer truncated() {
		return of(Kind.TRUNCATED, 200);
	}

	/**
	 * Replaces the body.
	 * @param body the body, sent as UTF-8; may be empty
	 * @return a copy of this answer with the body
	 */
	public MockAnswer body(String body) {
		return new MockAnswer(this.kind, this.status, body, this.headers, this.latency);
	}

	/**
	 * Adds a header, or replaces it, including the {@code Content-Type}, which is
	 * {@code application/json} by default.
	 * @param name the header's name
	 * @param value the header's value
	 * @return a copy of this answer with the header
	 * @throws IllegalArgumentException if name or value cannot be sent in a header
	 */
	public MockAnswer header(String name, String value) {
		if (!TOKEN.matcher(name).matches()) {
			throw new IllegalArgumentException("'" + name + "' is not a header name");
		}
		if (value.chars().anyMatch((character) -> Character.isISOControl(character) && character != '\t')) {
			throw new IllegalArgumentException("The value of header '" + name + "' contains control characters");
		}
		Map<String, String> extended = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		extended.putAll(this.headers);
		extended.put(name, value);
		return new MockAnswer(this.kind, this.status, this.body, Collections.unmodifiableMap(extended), this.latency);
	}

	/**
	 * Waits before answering, instead of the {@link MockDataFast#latency(Duration)} that
	 * is set for all answers. The request is processed at once, so that the goal counts
	 * as received even where the client gives up waiting.
	 * @param latency how long to wait, to the millisecond; zero for no wait
	 * @return a copy of this answer with the latency
	 * @throws IllegalArgumentException if the latency is negative
	 */
	public MockAnswer after(Duration latency) {
		return new MockAnswer(this.kind, this.status, this.body, this.headers, requireNotNegative(latency));
	}

	static Duration requireNotNegative(Duration duration) {
		if (duration.isNegative()) {
			throw new IllegalArgumentException("A duration must not be negative, but is " + duration);
		}
		return duration;
	}

	Kind kind() {
		return this.kind;
	}

	int status() {
		return this.status;
	}

	@Nullable String body() {
		return this.body;
	}

	Map<String, String> headers() {
		return this.headers;
	}

	Duration latencyOr(Duration defaultLatency) {
		return (this.latency != null) ? this.latency : defaultLatency;
	}

	@Override
	public String toString() {
		String text = this.kind.name().toLowerCase(Locale.ROOT)
				+ ((this.kind == Kind.STATUS) ? "(" + this.status + ")" : "()");
		return (this.latency != null) ? text + " after " + this.latency : text;
	}

	enum Kind {

		OK, STATUS, HANG, DISCONNECT, TRUNCATED

	}

}
