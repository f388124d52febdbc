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

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.json.JsonParseException;
import org.springframework.boot.json.JsonParser;

/**
 * Reads JSON with Jackson 2, which {@code JsonParserFactory} of Spring Boot 4 does not
 * look for.
 */
final class Jackson2JsonParser implements JsonParser {

	private final ObjectMapper mapper = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

	@Override
	public Map<String, Object> parseMap(@Nullable String json) throws JsonParseException {
		return read(json, new TypeReference<>() {
		});
	}

	@Override
	public List<Object> parseList(@Nullable String json) throws JsonParseException {
		return read(json, new TypeReference<>() {
		});
	}

	private <T> T read(@Nullable String json, TypeReference<T> type) {
		if (json == null) {
			throw new JsonParseException();
		}
		try {
			return this.mapper.readValue(json, type);
		}
		catch (JsonProcessingException ex) {
			throw new JsonParseException(ex);
		}
	}

}
