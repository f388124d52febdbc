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

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.json.BasicJsonParser;
import org.springframework.boot.json.JsonParseException;
import org.springframework.boot.json.JsonParser;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.util.ClassUtils;

/**
 * The checks of DataFast's API, in the API's order, and the messages of its answers.
 * Thread-safe.
 */
final class GoalsApi {

	static final String API_KEY = "df_mock_key";

	static final String ACCOUNT_TOKEN = "dft_mock_token";

	static final String METHOD = "POST";

	private static final String PATH = "/api/v1/goals";

	private static final String SCHEME = "Bearer ";

	private static final Pattern WEBSITE_ID = Pattern.compile("(^|&)websiteId=[^&]");

	private static final Pattern JSON = Pattern.compile("\\s*application/json\\s*(;.*)?", Pattern.CASE_INSENSITIVE);

	private static final int MAX_ENTRIES = 10;

	private static final int MAX_VALUE_LENGTH = 255;

	private static final Pattern NAME = Pattern.compile("[a-z0-9_:-]{1,64}");

	private static final Pattern KEY = Pattern.compile("[a-z0-9_-]{1,64}");

	private static final String RESERVED_NAME = "identify";

	private static final Pattern SCRIPT = Pattern.compile("<(script|style)\\b.*?</\\1\\s*>",
			Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

	private static final Pattern TAG = Pattern.compile("</?[a-z!][^>]*>", Pattern.CASE_INSENSITIVE);

	private final Function<String, Map<String, Object>> json = jsonReader();

	private final Set<String> unknownVisitors = ConcurrentHashMap.newKeySet();

	private final Set<String> bots = ConcurrentHashMap.newKeySet();

	private volatile boolean suspended;

	private static Function<String, Map<String, Object>> jsonReader() {
		JsonParser parser = JsonParserFactory.getJsonParser();
		boolean onlyJackson2 = parser instanceof BasicJsonParser
				&& ClassUtils.isPresent("com.fasterxml.jackson.databind.ObjectMapper", null);
		return onlyJackson2 ? new Jackson2Reader() : parser::parseMap;
	}

	static String message(int status) {
		return switch (status) {
			case ReceivedRequest.NO_ANSWER -> "";
			case 200 -> "Goal created successfully";
			case 400 -> "Invalid request";
			case 401 -> "Invalid API key";
			case 403 -> "Tracking is suspended for this website";
			case 404 -> "Visitor not found: it has no pageview yet";
			case 429 -> "Too many requests";
			case 500 -> "Internal server error";
			case 502 -> "Bad gateway";
			case 503 -> "Service unavailable";
			case 504 -> "Gateway timeout";
			default -> "Status " + status;
		};
	}

	void checkRoute(ReceivedRequest request) throws RefusedException {
		require(PATH.equals(request.path()), 404, "No such endpoint");
		require(METHOD.equals(request.method()), 405, "Method not allowed");
	}

	/**
	 * Check a request to the endpoint.
	 * @return the goal, if the request is accepted
	 */
	ReceivedGoal check(ReceivedRequest request) throws RefusedException {
		checkCredentials(request);
		require(!this.suspended, 403, message(403));
		String contentType = request.header("Content-Type");
		require(contentType != null && JSON.matcher(contentType).matches(), "Content-Type must be application/json");
		ReceivedGoal goal = parse(request);
		require(!this.unknownVisitors.contains(goal.visitorId()), 404, message(404));
		require(!this.bots.contains(goal.visitorId()), "Visitor is a bot");
		return goal;
	}

	private static void checkCredentials(ReceivedRequest request) throws RefusedException {
		String authorization = request.header("Authorization");
		if (authorization == null || !authorization.startsWith(SCHEME)) {
			throw new RefusedException(401, "Missing API key: send it as 'Authorization: Bearer <API key>'");
		}
		String key = authorization.substring(SCHEME.length());
		require(key.equals(API_KEY) || key.equals(ACCOUNT_TOKEN), 401, message(401));
		require(key.equals(API_KEY) || (request.query() != null && WEBSITE_ID.matcher(request.query()).find()),
				"An account token needs the query parameter 'websiteId'");
	}

	private ReceivedGoal parse(ReceivedRequest request) throws RefusedException {
		Map<String, Object> fields = parseFields(request.body());
		if (!(fields.get("datafast_visitor_id") instanceof String visitorId) || visitorId.isEmpty()) {
			throw new RefusedException(400, "datafast_visitor_id is required and must be a non-empty string");
		}
		if (!(fields.get("name") instanceof String name) || !NAME.matcher(name).matches()) {
			throw new RefusedException(400,
					"name is required and must be 1 to 64 characters out of a-z, 0-9, '_', '-' and ':'");
		}
		require(!name.equals(RESERVED_NAME), "name must not be '" + RESERVED_NAME + "', which is reserved");
		Map<String, String> metadata = fields.containsKey("metadata") ? metadata(fields.get("metadata")) : Map.of();
		String eventId = UUID.randomUUID().toString().replace("-", "").substring(0, 24);
		return new ReceivedGoal(name, visitorId, metadata, eventId, request.receivedAt());
	}

	private Map<String, Object> parseFields(String body) throws RefusedException {
		Map<String, Object> fields = null;
		try {
			fields = this.json.apply(body);
		}
		catch (JsonParseException ex) {
			// Answered below, as the JSON literal null is.
		}
		if (fields == null) {
			throw new RefusedException(400, "The body is not a JSON object");
		}
		return fields;
	}

	private static Map<String, String> metadata(@Nullable Object value) throws RefusedException {
		if (!(value instanceof Map<?, ?> entries)) {
			throw new RefusedException(400, "metadata must be an object");
		}
		require(entries.size() <= MAX_ENTRIES, "metadata must have at most 10 entries, but has " + entries.size());
		Map<String, String> metadata = new LinkedHashMap<>();
		for (Map.Entry<?, ?> entry : entries.entrySet()) {
			String key = String.valueOf(entry.getKey());
			require(KEY.matcher(key).matches(), "metadata key '" + key
					+ "' is invalid: it must be 1 to 64 characters out of a-z, 0-9, '_' and '-'");
			if (!(entry.getValue() instanceof String text)) {
				throw new RefusedException(400, "metadata value of '" + key + "' must be a string");
			}
			require(text.length() <= MAX_VALUE_LENGTH,
					"metadata value of '" + key + "' must have at most 255 characters, but has " + text.length());
			metadata.put(key, TAG.matcher(SCRIPT.matcher(text).replaceAll("")).replaceAll(""));
		}
		return metadata;
	}

	private static void require(boolean condition, String message) throws RefusedException {
		require(condition, 400, message);
	}

	private static void require(boolean condition, int status, String message) throws RefusedException {
		if (!condition) {
			throw new RefusedException(status, message);
		}
	}

	void addUnknownVisitor(String visitorId) {
		this.unknownVisitors.add(visitorId);
	}

	void addBot(String visitorId) {
		this.bots.add(visitorId);
	}

	void setSuspended(boolean suspended) {
		this.suspended = suspended;
	}

	void reset() {
		this.unknownVisitors.clear();
		this.bots.clear();
		this.suspended = false;
	}

	/**
	 * Reads JSON objects with Jackson 2, which {@code JsonParserFactory} of Spring Boot 4
	 * does not look for.
	 */
	static final class Jackson2Reader implements Function<String, Map<String, Object>> {

		private final ObjectReader reader = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
			.readerForMapOf(Object.class);

		@Override
		public Map<String, Object> apply(String json) {
			try {
				return this.reader.readValue(json);
			}
			catch (JsonProcessingException ex) {
				throw new JsonParseException(ex);
			}
		}

	}

	/**
	 * A request breaks a rule of the API.
	 */
	static final class RefusedException extends Exception {

		private static final long serialVersionUID = 1L;

		private final int status;

		private final String reason;

		RefusedException(int status, String reason) {
			super(reason, null, false, false);
			this.status = status;
			this.reason = reason;
		}

		int status() {
			return this.status;
		}

		String reason() {
			return this.reason;
		}

	}

}
