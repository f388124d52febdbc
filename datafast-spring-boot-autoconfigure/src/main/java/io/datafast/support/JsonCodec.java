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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.util.ClassUtils;

/**
 * Writes and reads JSON objects with the Jackson on the class path, Jackson 3 or Jackson
 * 2. It uses a mapper of its own and none of {@code RestClient}'s message converters, so
 * neither the application's Jackson settings nor another JSON library beside it can
 * change what goes over the wire.
 */
public abstract class JsonCodec {

	private JsonCodec() {
	}

	/**
	 * Write an object.
	 * @param object the object, of strings and maps of strings
	 * @return compact JSON in UTF-8, its members in the order of the map
	 */
	public abstract byte[] write(Map<String, ?> object);

	/**
	 * Read an object.
	 * @param json any bytes
	 * @return the object, or {@code null} if the input is not a whole JSON object
	 */
	public abstract @Nullable Map<?, ?> read(byte[] json);

	/**
	 * The codec for the Jackson on the class path; Jackson 3 where there are both.
	 * @param classLoader the application's class loader, or {@code null} for the default
	 * @return the codec
	 * @throws IllegalStateException if there is no Jackson on the class path
	 */
	public static JsonCodec create(@Nullable ClassLoader classLoader) {
		if (ClassUtils.isPresent("tools.jackson.databind.json.JsonMapper", classLoader)) {
			try {
				return new Jackson3();
			}
			catch (LinkageError ex) {
				// Jackson 3 is incomplete, or the annotations are too old for it.
			}
		}
		if (ClassUtils.isPresent("com.fasterxml.jackson.databind.ObjectMapper", classLoader)) {
			return new Jackson2();
		}
		throw new IllegalStateException("DataFast goals are sent as JSON, and there is no Jackson on the class path:"
				+ " add spring-boot-starter-json, which datafast-spring-boot-starter brings");
	}

	private static final class Jackson3 extends JsonCodec {

		private final JsonMapper mapper = JsonMapper.builder().build();

		@Override
		public byte[] write(Map<String, ?> object) {
			return this.mapper.writeValueAsBytes(object);
		}

		@Override
		public @Nullable Map<?, ?> read(byte[] json) {
			try {
				return this.mapper.readValue(json, Map.class);
			}
			catch (JacksonException ex) {
				return null;
			}
		}

	}

	private static final class Jackson2 extends JsonCodec {

		private final ObjectMapper mapper = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

		@Override
		public byte[] write(Map<String, ?> object) {
			try {
				return this.mapper.writeValueAsBytes(object);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@Override
		public @Nullable Map<?, ?> read(byte[] json) {
			try {
				return this.mapper.readValue(json, Map.class);
			}
			catch (IOException ex) {
				return null;
			}
		}

	}

}
