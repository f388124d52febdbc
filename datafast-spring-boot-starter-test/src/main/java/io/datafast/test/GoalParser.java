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
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.json.BasicJsonParser;
import org.springframework.boot.json.JsonParseException;
import org.springframework.boot.json.JsonParser;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.util.ClassUtils;

/**
 * Reads a goal from a request body and enforces the rules for its fields.
 */
final class GoalParser {

	private static final int MAX_ENTRIES = 10;

	private static final int MAX_VALUE_LENGTH = 255;

	private static final Pattern NAME = Pattern.compile("[a-z0-9_:-]{1,64}");

	private static final Pattern KEY = Pattern.compile("[a-z0-9_-]{1,64}");

	private static final String RESERVED_NAME = "identify";

	private static final Pattern SCRIPT = Pattern.compile("<(script|style)\\b.*?</\\1\\s*>",
			Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

	private static final Pattern TAG = Pattern.compile("</?[a-z!][^>]*>", Pattern.CASE_INSENSITIVE);

	private final JsonParser json = jsonParser();

	private final EventIds eventIds = new EventIds();

	private static JsonParser jsonParser() {
		JsonParser parser = JsonParserFactory.getJsonParser();
		boolean onlyJackson2 = parser instanceof BasicJsonParser
				&& ClassUtils.isPresent("com.fasterxml.jackson.databind.ObjectMapper", null);
		return onlyJackson2 ? new Jackson2JsonParser() : parser;
	}

	ReceivedGoal parse(Incoming request) throws InvalidGoalRequestException {
		Map<String, Object> fields = readObject(request.body());
		String visitorId = visitorId(fields.get("datafast_visitor_id"));
		String name = name(fields.get("name"));
		Map<String, String> metadata = fields.containsKey("metadata") ? metadata(fields.get("metadata")) : Map.of();
		return new ReceivedGoal(name, visitorId, metadata, this.eventIds.next(), request.receivedAt());
	}

	private Map<String, Object> readObject(String body) throws InvalidGoalRequestException {
		Map<String, Object> fields;
		try {
			fields = this.json.parseMap(body);
		}
		catch (JsonParseException ex) {
			throw new InvalidGoalRequestException("The body is not a JSON object");
		}
		// Some parsers return null for the JSON literal null.
		require(fields != null, "The body is not a JSON object");
		return fields;
	}

	private static String visitorId(@Nullable Object value) throws InvalidGoalRequestException {
		if (value instanceof String visitorId && !visitorId.isEmpty()) {
			return visitorId;
		}
		throw new InvalidGoalRequestException("datafast_visitor_id is required and must be a non-empty string");
	}

	private static String name(@Nullable Object value) throws InvalidGoalRequestException {
		if (!(value instanceof String name) || !NAME.matcher(name).matches()) {
			throw new InvalidGoalRequestException(
					"name is required and must be 1 to 64 characters out of a-z, 0-9, '_', '-' and ':'");
		}
		require(!name.equals(RESERVED_NAME), "name must not be '" + RESERVED_NAME + "', which is reserved");
		return name;
	}

	private static Map<String, String> metadata(@Nullable Object value) throws InvalidGoalRequestException {
		if (!(value instanceof Map<?, ?> entries)) {
			throw new InvalidGoalRequestException("metadata must be an object");
		}
		require(entries.size() <= MAX_ENTRIES, "metadata must have at most 10 entries, but has " + entries.size());
		Map<String, String> metadata = new LinkedHashMap<>();
		for (Map.Entry<?, ?> entry : entries.entrySet()) {
			String key = String.valueOf(entry.getKey());
			require(KEY.matcher(key).matches(), "metadata key '" + key
					+ "' is invalid: it must be 1 to 64 characters out of a-z, 0-9, '_' and '-'");
			metadata.put(key, metadataValue(key, entry.getValue()));
		}
		return metadata;
	}

	private static String metadataValue(String key, @Nullable Object value) throws InvalidGoalRequestException {
		if (!(value instanceof String text)) {
			throw new InvalidGoalRequestException("metadata value of '" + key + "' must be a string");
		}
		require(text.length() <= MAX_VALUE_LENGTH,
				"metadata value of '" + key + "' must have at most 255 characters, but has " + text.length());
		return stripHtml(text);
	}

	private static String stripHtml(String text) {
		if (text.indexOf('<') < 0) {
			return text;
		}
		return TAG.matcher(SCRIPT.matcher(text).replaceAll("")).replaceAll("");
	}

	private static void require(boolean condition, String message) throws InvalidGoalRequestException {
		if (!condition) {
			throw new InvalidGoalRequestException(message);
		}
	}

}
