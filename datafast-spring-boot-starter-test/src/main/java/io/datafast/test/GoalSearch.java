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
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * A description of goals that can be looked for in what a mock has received, now or
 * within a timeout. Immutable.
 */
record GoalSearch(MockDataFast mockDataFast, Duration timeout, String description, Predicate<ReceivedGoal> criteria) {

	static GoalSearch named(String name, MockDataFast mockDataFast, Duration timeout) {
		return new GoalSearch(mockDataFast, timeout, "\"" + name + "\"", (goal) -> goal.name().equals(name));
	}

	GoalSearch narrow(String description, Predicate<ReceivedGoal> criterion) {
		return new GoalSearch(this.mockDataFast, this.timeout, this.description + " " + description,
				this.criteria.and(criterion));
	}

	List<ReceivedGoal> find() {
		return this.mockDataFast.getGoals().stream().filter(this.criteria).toList();
	}

	/**
	 * Waits until the given number of goals are there, and returns those that are there
	 * then.
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
		return describeFailure("to receive within " + Received.describe(this.timeout));
	}

	String describeFailure(String expectation) {
		return describe(expectation, "");
	}

	String describeMiscount(String expectation, int count) {
		return describe(expectation, (count == 1) ? "there is 1: " : "there are " + count + ": ");
	}

	private String describe(String expectation, String count) {
		return "\nExpecting MockDataFast " + expectation + ":\n  " + this.description + "\nbut " + count + "it "
				+ Received.describe(this.mockDataFast);
	}

}
