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

import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * Writes and reads JSON objects with Jackson 3 or Jackson 2, whichever is there. It uses
 * a mapper of its own and none of {@code RestClient}'s message converters, so neither the
 * application's Jackson settings nor another JSON library beside it can change what goes
 * over the wire.
 */
public interface JsonCodec {

	/**
	 * Write an object.
	 * @param object the object, of strings and maps of strings
	 * @return compact JSON in UTF-8, its members in the order of the map
	 */
	byte[] write(Map<String, ?> object);

	/**
	 * Read an object.
	 * @param json anything
	 * @return the object, or {@code null} if the input is not a whole JSON object
	 */
	@Nullable Map<?, ?> read(byte[] json);

	/**
	 * The codec for the Jackson on the class path; Jackson 3 where there are both.
	 * @param classLoader the application's class loader, or {@code null} for the default
	 * @return the codec
	 * @throws IllegalStateException if there is none
	 */
	static JsonCodec create(@Nullable ClassLoader classLoader) {
		if (ClassUtils.isPresent("tools.jackson.databind.json.JsonMapper", classLoader)) {
			try {
				return new Jackson3JsonCodec();
			}
			catch (LinkageError ex) {
				// Half of Jackson 3, or annotations that are too old for it.
			}
		}
		if (ClassUtils.isPresent("com.fasterxml.jackson.databind.ObjectMapper", classLoader)) {
			return new Jackson2JsonCodec();
		}
		throw new IllegalStateException("DataFast goals are sent as JSON, and there is no Jackson on the class path:"
				+ " add spring-boot-starter-json, which datafast-spring-boot-starter brings");
	}

}
