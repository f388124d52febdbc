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
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.datafast.DataFastAuthenticationException;
import io.datafast.DataFastException;
import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.GoalReceipt;
import io.datafast.GoalRejectedException;
import io.datafast.VisitorNotFoundException;
import io.datafast.support.JsonCodec;
import io.datafast.support.VisitorIds;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.web.util.HtmlUtils;

/**
 * Turns an answer into a receipt or an exception. The status alone decides which. The
 * body, of whatever form, only adds an event id or a message.
 *
 * @param json reads the body
 * @param credentials the credentials of the call, which no message may show
 */
record GoalAnswerReader(JsonCodec json, GoalClientCredentials credentials) {

	/**
	 * Text that escaping for JSON or HTML does not change.
	 */
	private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9 ._-]*");

	private static final Pattern SECONDS = Pattern.compile("\\s*[0-9]{1,18}\\s*");

	private static final int MIN_UNAMBIGUOUS_LENGTH = 4;

	GoalReceipt read(Goal goal, Answer answer) {
		Map<?, ?> body = this.json.read(answer.body());
		if (answer.status() / 100 == 2) {
			return receipt(goal, body);
		}
		throw exception(goal, answer, body);
	}

	private GoalReceipt receipt(Goal goal, @Nullable Map<?, ?> body) {
		Object data = get(body, "data");
		Object event = (data instanceof List<?> list && !list.isEmpty()) ? list.get(0) : data;
		Object message = get(event, "message");
		Object eventId = get(event, "eventId");
		return new GoalReceipt((eventId instanceof String || eventId instanceof Number) ? eventId(eventId) : null,
				(message instanceof String text) ? quote(text, goal) : "");
	}

	private @Nullable String eventId(Object received) {
		String id = ReceivedText.abbreviate(withoutKey(ReceivedText.clean(received.toString())));
		return id.isEmpty() ? null : id;
	}

	private DataFastException exception(Goal goal, Answer answer, @Nullable Map<?, ?> body) {
		int status = answer.status();
		String apiMessage = quote(apiMessage(answer, body), goal);
		String said = "DataFast answered " + status + " to goal '" + goal.name() + "'"
				+ (apiMessage.isEmpty() ? "." : ": " + apiMessage);
		return switch (status) {
			case 401, 403 -> new DataFastAuthenticationException(said, status);
			case 407 -> new DataFastUnavailableException(
					"A proxy asks for authentication (status 407), so goal '" + goal.name() + "' was not sent.", null,
					false);
			case 404 -> new VisitorNotFoundException(said, status, apiMessage);
			case 408, 429 -> new DataFastUnavailableException(said, status, retryAfter(answer.headers()));
			default -> (status >= 500) ? new DataFastUnavailableException(said, status, retryAfter(answer.headers()))
					: new GoalRejectedException((status / 100 == 3)
							? said + " (redirects are not followed: check datafast.base-url)" : said, status,
							apiMessage);
		};
	}

	/**
	 * Read the header {@code Retry-After}: seconds or an HTTP date (RFC 9110, section
	 * 10.2.3).
	 */
	private static @Nullable Duration retryAfter(HttpHeaders headers) {
		String value = headers.getFirst(HttpHeaders.RETRY_AFTER);
		if (value != null && SECONDS.matcher(value).matches()) {
			return Duration.ofSeconds(Long.parseLong(value.strip()));
		}
		try {
			ZonedDateTime date = headers.getFirstZonedDateTime(HttpHeaders.RETRY_AFTER);
			return (date != null)
					? Duration.ofMillis(Math.max(0, date.toInstant().toEpochMilli() - System.currentTimeMillis()))
					: null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private static String apiMessage(Answer answer, @Nullable Map<?, ?> body) {
		Object error = get(body, "error");
		Object detail = (error instanceof Map<?, ?>) ? get(error, "message") : error;
		Object message = (detail != null) ? detail : get(body, "message");
		return (message instanceof String text) ? text : new String(answer.body(), StandardCharsets.UTF_8);
	}

	private static @Nullable Object get(@Nullable Object value, String key) {
		return (value instanceof Map<?, ?> map) ? map.get(key) : null;
	}

	/**
	 * Remove secrets from text that DataFast sent: an API may quote its input, and
	 * exceptions end in logs.
	 */
	private String quote(String text, Goal goal) {
		return ReceivedText.abbreviate(withoutSecrets(ReceivedText.clean(text), goal));
	}

	private String withoutKey(String text) {
		return text.replace(this.credentials.apiKey(), "***");
	}

	private String withoutSecrets(String text, Goal goal) {
		String safe = withoutKey(text);
		if (goal.visitorId() != null) {
			safe = replaceWord(safe, goal.visitorId(), VisitorIds.abbreviate(goal.visitorId()));
		}
		for (String value : goal.metadata().values()) {
			safe = replaceWord(safe, ReceivedText.clean(value), "***");
			if (!PLAIN.matcher(value).matches()) {
				String json = new String(this.json.write(Map.of("", value)), StandardCharsets.UTF_8);
				String escaped = json.substring("{\"\":\"".length(), json.length() - "\"}".length());
				for (String form : List.of(escaped, HtmlUtils.htmlEscape(value), HtmlUtils.htmlEscape(escaped))) {
					safe = replaceWord(safe, ReceivedText.clean(form), "***");
				}
			}
		}
		return safe;
	}

	/**
	 * Replace a word. A short word is replaced only where it stands alone, since it can
	 * also be a part of other words.
	 */
	private static String replaceWord(String text, String word, String replacement) {
		if (word.isEmpty() || !text.contains(word)) {
			return text;
		}
		return (word.length() >= MIN_UNAMBIGUOUS_LENGTH) ? text.replace(word, replacement)
				: Pattern.compile("(?<!\\w)" + Pattern.quote(word) + "(?!\\w)")
					.matcher(text)
					.replaceAll(Matcher.quoteReplacement(replacement));
	}

	/**
	 * An HTTP answer.
	 *
	 * @param status the status
	 * @param headers the headers
	 * @param body the body, or its beginning
	 */
	record Answer(int status, HttpHeaders headers, byte[] body) {

	}

}
