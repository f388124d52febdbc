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

import java.net.http.HttpClient;

import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeHint;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;

class GoalClientRuntimeHintsTests {

	private static final TypeReference JACKSON_2 = TypeReference.of("com.fasterxml.jackson.databind.ObjectMapper");

	private static final TypeReference JACKSON_3 = TypeReference.of("tools.jackson.databind.json.JsonMapper");

	@Test
	void registersTheVersionAndBothJacksons() {
		assertThat(hints(getClass().getClassLoader()))
			.matches(RuntimeHintsPredicates.resource().forResource("io/datafast/client/version.properties"))
			.matches(RuntimeHintsPredicates.reflection().onType(JACKSON_2))
			.matches(RuntimeHintsPredicates.reflection().onType(JACKSON_3));
	}

	@Test
	void registersTheShutdownOfClientsThatJava17DoesNotHave() {
		TypeHint client = hints(getClass().getClassLoader()).reflection().getTypeHint(HttpClient.class);
		assertThat(client).isNotNull();
		assertThat(client.methods()).singleElement()
			.satisfies((method) -> assertThat(method.getName()).isEqualTo("shutdown"))
			.satisfies((method) -> assertThat(method.getMode()).isEqualTo(ExecutableMode.INVOKE));
	}

	@Test
	void leavesOutAJacksonThatIsNotThere() {
		assertThat(hints(new FilteredClassLoader("tools.jackson")))
			.matches(RuntimeHintsPredicates.reflection().onType(JACKSON_2))
			.matches(RuntimeHintsPredicates.reflection().onType(JACKSON_3).negate());
	}

	private static RuntimeHints hints(ClassLoader classLoader) {
		RuntimeHints hints = new RuntimeHints();
		SpringFactoriesLoader.forResourceLocation("META-INF/spring/aot.factories")
			.load(RuntimeHintsRegistrar.class)
			.stream()
			.filter((registrar) -> registrar instanceof GoalClientRuntimeHints)
			.forEach((registrar) -> registrar.registerHints(hints, classLoader));
		return hints;
	}

}
