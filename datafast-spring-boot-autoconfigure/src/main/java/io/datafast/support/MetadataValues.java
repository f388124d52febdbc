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

import java.math.BigDecimal;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * The text of values that an application hands over.
 */
public final class MetadataValues {

	private static final boolean JACKSON_2_PRESENT = ClassUtils.isPresent("com.fasterxml.jackson.databind.JsonNode",
			MetadataValues.class.getClassLoader());

	private static final boolean JACKSON_3_PRESENT = ClassUtils.isPresent("tools.jackson.databind.JsonNode",
			MetadataValues.class.getClassLoader());

	private MetadataValues() {
	}

	/**
	 * The text of a value.
	 * @param value any value
	 * @return the text, of any length, or {@code null} if there is no value
	 */
	public static @Nullable String toText(@Nullable Object value) {
		if (value == null || value instanceof String) {
			return (String) value;
		}
		if (value instanceof BigDecimal decimal) {
			return toText(decimal);
		}
		Object plain = JACKSON_3_PRESENT ? Jackson3.unwrap(value) : value;
		plain = JACKSON_2_PRESENT ? Jackson2.unwrap(plain) : plain;
		return (plain != null) ? plain.toString() : null;
	}

	/**
	 * Write a number without an exponent, unless it has too many digits for a value: a
	 * few characters, such as {@code 1E1000000000}, can stand for a billion digits.
	 */
	private static String toText(BigDecimal decimal) {
		return (Math.abs((long) decimal.scale()) <= GoalRules.MAX_VALUE_LENGTH) ? decimal.toPlainString()
				: decimal.toString();
	}

	/**
	 * A class of its own, loaded only if Jackson 2 is present.
	 */
	private static final class Jackson2 {

		static @Nullable Object unwrap(@Nullable Object value) {
			if (!(value instanceof JsonNode node)) {
				return value;
			}
			if (node.isNull() || node.isMissingNode()) {
				return null;
			}
			return node.isTextual() ? node.textValue() : node;
		}

	}

	/**
	 * A class of its own, loaded only if Jackson 3 is present.
	 */
	private static final class Jackson3 {

		static @Nullable Object unwrap(@Nullable Object value) {
			if (!(value instanceof tools.jackson.databind.JsonNode node)) {
				return value;
			}
			if (node.isNull() || node.isMissingNode()) {
				return null;
			}
			return node.isString() ? node.stringValue() : node;
		}

	}

}
