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

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import org.assertj.core.api.AbstractAssert;

/**
 * AssertJ assertions that narrow down which goal a {@link MockDataFast} is expected to
 * have received. Each assertion waits until a goal fulfils it and all previous ones, at
 * most as long as {@link MockDataFastAssert#within(java.time.Duration)} says, and returns
 * assertions on the first such goal.
 *
 * <p>
 * Instances are not thread-safe.
 *
 * @see MockDataFastAssert#received(String)
 */
public final class ReceivedGoalAssert extends AbstractAssert<ReceivedGoalAssert, ReceivedGoal> {

	private final GoalSearch search;

	ReceivedGoalAssert(ReceivedGoal actual, GoalSearch search) {
		super(actual, ReceivedGoalAssert.class);
		this.search = search;
	}

	/**
	 * Waits for a goal that is attributed to a visitor.
	 * @param visitorId the visitor
	 * @return assertions on the first goal that fits
	 * @throws AssertionError if there is none in time
	 */
	public ReceivedGoalAssert forVisitor(String visitorId) {
		return narrow(this.search.forVisitor(visitorId));
	}

	/**
	 * Waits for a goal with a metadata entry, among others or alone.
	 * @param key the entry's key
	 * @param value the entry's value
	 * @return assertions on the first goal that fits
	 * @throws AssertionError if there is none in time
	 */
	public ReceivedGoalAssert withMetadata(String key, String value) {
		return narrow("with metadata " + key + "=" + value, (goal) -> value.equals(goal.metadata().get(key)));
	}

	/**
	 * Waits for a goal with exactly the given metadata, in any order.
	 * @param metadata all entries; empty for none
	 * @return assertions on the first goal that fits
	 * @throws AssertionError if there is none in time
	 */
	public ReceivedGoalAssert withMetadata(Map<String, String> metadata) {
		Map<String, String> expected = Map.copyOf(metadata);
		return narrow("with exactly metadata " + metadata, (goal) -> goal.metadata().equals(expected));
	}

	/**
	 * Waits for a goal that has no metadata at all.
	 * @return assertions on the first goal that fits
	 * @throws AssertionError if there is none in time
	 */
	public ReceivedGoalAssert withoutMetadata() {
		return narrow("with no metadata", (goal) -> goal.metadata().isEmpty());
	}

	/**
	 * Waits for a goal that has no metadata entry of the given key.
	 * @param key the key
	 * @return assertions on the first goal that fits
	 * @throws AssertionError if there is none in time
	 */
	public ReceivedGoalAssert withoutMetadata(String key) {
		return narrow("with no metadata " + key, (goal) -> !goal.metadata().containsKey(key));
	}

	/**
	 * Verifies that so far exactly one goal fulfils all of the assertions before. It does
	 * not wait: whether another one arrives later, it cannot know.
	 * @return these assertions
	 * @throws AssertionError if there are more
	 */
	public ReceivedGoalAssert once() {
		List<ReceivedGoal> goals = this.search.find();
		if (goals.size() != 1) {
			throw failure("%s", this.search.describeMiscount("to have received exactly once so far", goals.size()));
		}
		return this;
	}

	private ReceivedGoalAssert narrow(String description, Predicate<ReceivedGoal> criterion) {
		return narrow(this.search.narrow(description, criterion));
	}

	private ReceivedGoalAssert narrow(GoalSearch narrowed) {
		ReceivedGoal goal = narrowed.awaitFirst();
		if (goal == null) {
			throw failure("%s", narrowed.describeMissing());
		}
		return new ReceivedGoalAssert(goal, narrowed).as(this.info.description());
	}

}
