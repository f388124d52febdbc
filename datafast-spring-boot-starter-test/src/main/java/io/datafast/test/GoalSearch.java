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
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * A description of goals that can be looked for in what a mock has received, now or
 * within a timeout. Immutable.
 */
record GoalSearch(MockDataFast mockDataFast, Duration timeout, String description, Predicate<ReceivedGoal> criteria) {

	private static final int MAX_LINES = 20;

	private static final int MAX_BODY_LENGTH = 500;

	static GoalSearch named(String name, MockDataFast mockDataFast, Duration timeout) {
		return new GoalSearch(mockDataFast, timeout, "\"" + name + "\"", (goal) -> goal.name().equals(name));
	}

	GoalSearch forVisitor(String visitorId) {
		return narrow("for visitor \"" + visitorId + "\"", (goal) -> goal.visitorId().equals(visitorId));
	}

	GoalSearch narrow(String description, Predicate<ReceivedGoal> criterion) {
		return new GoalSearch(this.mockDataFast, this.timeout, this.description + " " + description,
				this.criteria.and(criterion));
	}

	List<ReceivedGoal> find() {
		return this.mockDataFast.getGoals().stream().filter(this.criteria).toList();
	}

	/**
	 * Waits until the given number of goals has been received, and returns all that have
	 * been received by then.
	 */
	List<ReceivedGoal> await(int count) {
		this.mockDataFast.awaitUntil((mock) -> find().size() >= count, this.timeout);
		return find();
	}

	@Nullable ReceivedGoal awaitFirst() {
		List<ReceivedGoal> goals = await(1);
		return goals.isEmpty() ? null : goals.get(0);
	}

	String describeMissing() {
		return describeFailure("to receive" + describeTimeout());
	}

	String describeTimeout() {
		long millis = this.timeout.toMillis();
		String seconds = (millis % 1000 == 0) ? millis / 1000 + " s" : millis / 1000.0 + " s";
		return " within " + ((millis < 1000) ? millis + " ms" : seconds);
	}

	String describeMiscount(String expectation, int count) {
		return describe(expectation, (count == 1) ? "there is 1: " : "there are " + count + ": ");
	}

	String describeFailure(String expectation) {
		return describe(expectation, "");
	}

	private String describe(String expectation, String count) {
		return "\nExpecting MockDataFast " + expectation + ":\n  " + this.description + "\nbut " + count + "it "
				+ describeReceived(this.mockDataFast);
	}

	static String describeReceived(MockDataFast mockDataFast) {
		List<ReceivedGoal> goals = mockDataFast.getGoals();
		List<ReceivedRequest> refused = mockDataFast.getRequests()
			.stream()
			.filter((request) -> request.status() != 200)
			.toList();
		String unreachable = mockDataFast.describeUnreachable();
		return (goals.isEmpty() ? "received no goal" : "received " + list(goals, "goal", GoalSearch::describe))
				+ (refused.isEmpty() ? (goals.isEmpty() ? ", " : "\n") + "and refused no request"
						: "\nand refused or left unanswered " + list(refused, "request", GoalSearch::describe))
				+ ((unreachable != null) ? "\n" + unreachable : "");
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

	private static String describe(ReceivedGoal goal) {
		return "\"%s\" for visitor \"%s\" with %s".formatted(goal.name(), goal.visitorId(),
				goal.metadata().isEmpty() ? "no metadata" : "metadata " + goal.metadata());
	}

	private static String describe(ReceivedRequest request) {
		String status = (request.status() != ReceivedRequest.NO_ANSWER) ? String.valueOf(request.status())
				: "no answer";
		String body = request.body().isEmpty() ? "none" : request.body();
		return "%s %s: %s, %s; body: %s".formatted(request.method(), request.path(), status, request.message(),
				(body.length() > MAX_BODY_LENGTH) ? body.substring(0, MAX_BODY_LENGTH) + "..." : body);
	}

}
