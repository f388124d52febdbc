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
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * Hints for the resource and the classes that the client looks up by name. The bodies are
 * maps of strings, which need no hints.
 */
final class GoalClientRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources().registerPattern("io/datafast/client/version.properties");
		hints.reflection()
			.registerType(HttpClient.class, (type) -> type.withMethod("shutdown", List.of(), ExecutableMode.INVOKE));
		hints.reflection().registerTypeIfPresent(classLoader, "tools.jackson.databind.json.JsonMapper");
		hints.reflection().registerTypeIfPresent(classLoader, "com.fasterxml.jackson.databind.ObjectMapper");
	}

}
