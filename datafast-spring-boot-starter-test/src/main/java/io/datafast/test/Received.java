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

import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Describes what a mock has received, for failure messages.
 */
final class Received {

	private static final int MAX_LINES = 20;

	private static final int MAX_BODY_LENGTH = 500;

	private Received() {
	}

	static String describe(MockDataFast mockDataFast) {
		List<ReceivedGoal> goals = mockDataFast.getGoals();
		List<ReceivedRequest> refused = mockDataFast.getRequests()
			.stream()
			.filter((request) -> request.status() != 200)
			.toList();
		String received = goals.isEmpty() ? "received no goal" : "received " + list(goals, "goal", Received::describe);
		if (refused.isEmpty()) {
			return received + (goals.isEmpty() ? ", and refused no request" : "\nand refused no request");
		}
		return received + "\nand refused or left unanswered " + list(refused, "request", Received::describe);
	}

	private static <T> String list(List<T> elements, String noun, Function<T, String> description) {
		String lines = elements.stream()
			.limit(MAX_LINES)
			.map((element) -> "\n  - " + description.apply(element))
			.collect(Collectors.joining());
		int more = elements.size() - MAX_LINES;
		return elements.size() + " " + noun + ((elements.size() > 1) ? "s:" : ":") + lines
				+ ((more > 0) ? "\n  - and " + more + " more" : "");
	}

	static String describe(ReceivedGoal goal) {
		return "\"%s\" for visitor \"%s\" with %s".formatted(goal.name(), goal.visitorId(),
				goal.metadata().isEmpty() ? "no metadata" : "metadata " + goal.metadata());
	}

	private static String describe(ReceivedRequest request) {
		String status = (request.status() != ReceivedRequest.NO_ANSWER) ? String.valueOf(request.status())
				: "no answer";
		return "%s %s: %s, %s; body: %s".formatted(request.method(), request.path(), status, request.message(),
				abbreviate(request.body()));
	}

	private static String abbreviate(String body) {
		if (body.isEmpty()) {
			return "none";
		}
		return (body.length() > MAX_BODY_LENGTH) ? body.substring(0, MAX_BODY_LENGTH) + "..." : body;
	}

	static String describe(Duration timeout) {
		long millis = timeout.toMillis();
		if (millis < 1000) {
			return millis + " ms";
		}
		return (millis % 1000 == 0) ? millis / 1000 + " s" : millis / 1000.0 + " s";
	}

}
