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

	private @Nullable String visitorId;

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
	 * Restricts the assertions that follow to what was received for one visitor. This
	 * keeps test methods apart that run in parallel on one application context, if each
	 * of them has a visitor of its own.
	 * @param visitorId the visitor
	 * @return these assertions
	 */
	public MockDataFastAssert forVisitor(String visitorId) {
		this.visitorId = visitorId;
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
	 * @throws AssertionError if there are less in time, or more; with 0, also if the
	 * application cannot send anything to the mock
	 * @throws IllegalArgumentException if the number is negative
	 */
	public MockDataFastAssert received(String name, int times) {
		isNotNull();
		if (times < 0) {
			throw new IllegalArgumentException("times must not be negative, but is " + times);
		}
		if (times == 0) {
			failIfUnreachable();
		}
		GoalSearch search = search(name);
		int received = search.await(times).size();
		if (received != times) {
			String expectation = "to receive exactly " + ((times == 1) ? "once" : times + " times")
					+ search.describeTimeout();
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
	 * @throws AssertionError if there was a request, or if the application cannot send
	 * anything to the mock
	 */
	public MockDataFastAssert receivedNothing() {
		isNotNull();
		failIfUnreachable();
		String named = (this.visitorId != null) ? "\"" + this.visitorId + "\"" : "";
		if (this.actual.getRequests().stream().anyMatch((request) -> request.body().contains(named))) {
			throw failure("%nExpecting MockDataFast to have received nothing so far%s%nbut it %s",
					named.isEmpty() ? "" : " for visitor " + named, GoalSearch.describeReceived(this.actual));
		}
		return this;
	}

	/**
	 * Verifies that no goal of the given name has been received so far. It does not wait:
	 * whether one arrives later, it cannot know. Assert first that a goal was received
	 * which the application sends later.
	 * @param name the goal's name
	 * @return these assertions
	 * @throws AssertionError if there is such a goal, or if the application cannot send
	 * anything to the mock
	 */
	public MockDataFastAssert hasNotReceived(String name) {
		isNotNull();
		failIfUnreachable();
		GoalSearch search = search(name);
		if (!search.find().isEmpty()) {
			throw failure("%s", search.describeFailure("not to have received so far"));
		}
		return this;
	}

	/**
	 * Fails if nothing can arrive: the absence of goals would prove nothing then.
	 */
	private void failIfUnreachable() {
		String unreachable = this.actual.describeUnreachable();
		if (unreachable != null) {
			throw failure("%s", unreachable);
		}
	}

	private GoalSearch search(String name) {
		GoalSearch search = GoalSearch.named(name, this.actual, this.timeout);
		return (this.visitorId != null) ? search.forVisitor(this.visitorId) : search;
	}

}
