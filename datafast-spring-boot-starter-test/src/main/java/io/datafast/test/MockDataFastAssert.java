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

import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * AssertJ assertions for what a {@link MockDataFast} has received. Goals arrive in the
 * background, so an assertion that expects one waits for it.
 *
 * <pre class="code">
 * assertThat(mockDataFast).received("checkout:completed").forVisitor("visitor-1").withMetadata("plan", "pro");
 * </pre>
 *
 * <p>
 * Instances are not thread-safe.
 */
public final class MockDataFastAssert extends AbstractAssert<MockDataFastAssert, MockDataFast> {

	private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

	private Duration timeout = DEFAULT_TIMEOUT;

	private MockDataFastAssert(@Nullable MockDataFast actual) {
		super(actual, MockDataFastAssert.class);
	}

	/**
	 * Starts assertions on a mock. Can be imported statically next to AssertJ's own
	 * {@code assertThat} methods.
	 * @param actual the mock
	 * @return the assertions
	 */
	public static MockDataFastAssert assertThat(@Nullable MockDataFast actual) {
		return new MockDataFastAssert(actual);
	}

	/**
	 * Sets how long the assertions that follow wait at most, each of them.
	 * @param timeout the timeout, 10 seconds by default; zero for no wait
	 * @return these assertions
	 * @throws IllegalArgumentException if the timeout is negative
	 */
	public MockDataFastAssert within(Duration timeout) {
		this.timeout = MockAnswer.requireNotNegative(timeout);
		return this;
	}

	/**
	 * Waits until at least one goal of the given name has been received.
	 * @param name the goal's name
	 * @return assertions on the first such goal, which can narrow down further which goal
	 * is meant
	 * @throws AssertionError if there is none in time
	 */
	public ReceivedGoalAssert received(String name) {
		isNotNull();
		GoalSearch search = search(name);
		ReceivedGoal goal = search.awaitFirst();
		if (goal == null) {
			throw failure("%s", search.describeMissing());
		}
		return new ReceivedGoalAssert(goal, search).as(this.info.description());
	}

	/**
	 * Waits until the given number of goals of the given name have been received, and
	 * verifies that there are no more by then.
	 * @param name the goal's name
	 * @param times how many are expected; with 0, does not wait
	 * @return these assertions
	 * @throws AssertionError if there are less in time, or more
	 * @throws IllegalArgumentException if the number is negative
	 */
	public MockDataFastAssert received(String name, int times) {
		isNotNull();
		if (times < 0) {
			throw new IllegalArgumentException("times must not be negative, but is " + times);
		}
		GoalSearch search = search(name);
		int received = search.await(times).size();
		if (received != times) {
			String expectation = "to receive exactly " + count(times) + " within " + Received.describe(this.timeout);
			throw failure("%s", search.describeMiscount(expectation, received));
		}
		return this;
	}

	/**
	 * Verifies that no request at all has been received so far, neither accepted nor
	 * refused. It does not wait: whether something arrives later, it cannot know. Where
	 * the application works in the background, let it send another goal afterwards, and
	 * assert that this one is the only one received.
	 * @return these assertions
	 * @throws AssertionError if there was a request
	 */
	public MockDataFastAssert receivedNothing() {
		isNotNull();
		if (!this.actual.getRequests().isEmpty()) {
			throw failure("%nExpecting MockDataFast to have received nothing so far%nbut it %s",
					Received.describe(this.actual));
		}
		return this;
	}

	/**
	 * Verifies that no goal of the given name has been received so far. It does not wait:
	 * whether one arrives later, it cannot know. Assert first that a goal was received
	 * which the application sends later.
	 * @param name the goal's name
	 * @return these assertions
	 * @throws AssertionError if there is such a goal
	 */
	public MockDataFastAssert hasNotReceived(String name) {
		isNotNull();
		GoalSearch search = search(name);
		if (!search.find().isEmpty()) {
			throw failure("%s", search.describeFailure("not to have received so far"));
		}
		return this;
	}

	private GoalSearch search(String name) {
		return GoalSearch.named(name, this.actual, this.timeout);
	}

	private static String count(int times) {
		return (times == 1) ? "once" : times + " times";
	}

}
