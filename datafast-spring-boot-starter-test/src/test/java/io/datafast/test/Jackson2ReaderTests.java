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

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.json.JsonParseException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class Jackson2ReaderTests {

	private final GoalsApi.Jackson2Reader reader = new GoalsApi.Jackson2Reader();

	@Test
	void readsEscapes() {
		assertThat(this.reader.apply("{\"title\":\"\\\"\\u00e9\\\"\\n\",\"nested\":{\"a\":\"b\"}}"))
			.isEqualTo(Map.of("title", "\"\u00e9\"\n", "nested", Map.of("a", "b")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "[]", "{", "{} {}", "{\"a\":}" })
	void refusesWhatIsNoObject(String json) {
		assertThatExceptionOfType(JsonParseException.class).isThrownBy(() -> this.reader.apply(json));
	}

}
