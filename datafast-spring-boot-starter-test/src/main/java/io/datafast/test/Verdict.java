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

import org.jspecify.annotations.Nullable;

/**
 * What the API's rules make of a request.
 *
 * @param status the status to answer with
 * @param message the answer's message
 * @param goal the goal, where the request is accepted
 * @param headers further headers of the answer
 */
record Verdict(int status, String message, @Nullable ReceivedGoal goal, Map<String, String> headers) {

	static Verdict accepted(ReceivedGoal goal) {
		return new Verdict(200, Messages.CREATED, goal, Map.of());
	}

	static Verdict refused(int status, String message) {
		return new Verdict(status, message, null, Map.of());
	}

	static Verdict methodNotAllowed(String allowed) {
		return new Verdict(405, "Method not allowed", null, Map.of("Allow", allowed));
	}

}
