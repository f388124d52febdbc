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

package io.datafast;

import java.util.Map;

/**
 * Records goals in DataFast: things a visitor did that matter, such as signing up or
 * paying.
 * <p>
 * Use {@link #track(Goal) track} for almost everything. It hands the goal over to a
 * background dispatcher and returns. Each goal ends in exactly one
 * {@link io.datafast.delivery.GoalOutcome}, which the
 * {@link io.datafast.delivery.GoalDeliveryListener} beans receive. {@link #create(Goal)
 * create} makes the call now and waits for DataFast's answer.
 * <p>
 * Both attribute the goal to its {@linkplain Goal#visitorId() own visitor} or, where it
 * has none, to the visitor of the current request, and both pass it through the
 * {@link GoalFilter} beans. A transaction that is open on the calling thread decides when
 * and whether tracked goals are sent; it has no effect on {@code create}. Where DataFast
 * is off (see the property {@code datafast.enabled}), both methods can be called and send
 * nothing.
 * <p>
 * Implementations are thread-safe.
 *
 * @see <a href="https://datafa.st/docs/api-create-goal">DataFast: create a custom
 * goal</a>
 */
public interface DataFastGoals {

	/**
	 * Track a goal in the background. The visitor of the current request is read and the
	 * filters run on the calling thread; another thread calls DataFast.
	 * <p>
	 * This method does not block, and it does not throw for anything that happens to the
	 * goal: a missing visitor, a failing filter, a full queue and a failing delivery are
	 * outcomes.
	 * <p>
	 * In a Spring-managed transaction with synchronization, the goal is completed and
	 * filtered at once but handed over only after the commit, in the order of tracking.
	 * The outcome is {@link io.datafast.delivery.GoalOutcome.Skipped.Reason#ROLLED_BACK}
	 * if the transaction is rolled back, as a whole or to a savepoint from before the
	 * goal, or if its commit fails. At most {@code datafast.delivery.capacity} goals of
	 * all transactions together wait for commits at a time; a goal beyond that is dropped
	 * as {@link io.datafast.delivery.GoalOutcome.Dropped.Reason#QUEUE_FULL}. Goals that
	 * are tracked after the completion, as in a {@code @TransactionalEventListener}, are
	 * handed over at once. This holds for an auto-configured instance where
	 * {@code spring-tx} is present. A
	 * {@link io.datafast.delivery.TransactionalGoalDispatcher} gets the goals right
	 * before the commit instead.
	 * @param goal the goal
	 * @throws IllegalArgumentException if the goal is {@code null}
	 */
	void track(Goal goal);

	/**
	 * Track a goal of the current request's visitor in the background, as
	 * {@link #track(Goal)} does.
	 * @param name the goal's name, 1 to 64 of {@code a-z 0-9 _ - :}
	 * @throws InvalidGoalException if the name breaks DataFast's rules
	 */
	default void track(String name) {
		track(Goal.of(name));
	}

	/**
	 * Track a goal of the current request's visitor in the background, as
	 * {@link #track(Goal)} does.
	 * @param name the goal's name, 1 to 64 of {@code a-z 0-9 _ - :}
	 * @param metadata at most 10 entries; keys of 1 to 64 of {@code a-z 0-9 _ -}, values
	 * as {@link Goal#with(String, Object)} takes them
	 * @throws InvalidGoalException if the name or a key breaks DataFast's rules, or there
	 * are too many entries
	 */
	default void track(String name, Map<String, ?> metadata) {
		track(Goal.of(name).with(metadata));
	}

	/**
	 * Create a goal now, on the calling thread, and wait for DataFast's answer, at most
	 * for {@code datafast.read-timeout} (5 seconds by default). There is one attempt. A
	 * transaction makes no difference: the goal is created even if the transaction is
	 * rolled back afterwards, and the transaction stays open during the call.
	 * <p>
	 * Where nothing is sent, because DataFast is off, a {@link GoalFilter} vetoed the
	 * goal, or a filter or the {@link VisitorIdResolver} failed, the receipt has no event
	 * id and its message says why.
	 * @param goal the goal
	 * @return DataFast's answer, or why the goal was not sent
	 * @throws IllegalArgumentException if the goal is {@code null}
	 * @throws MissingVisitorException if neither the goal nor the current request has a
	 * visitor id
	 * @throws VisitorNotFoundException if the visitor has no pageview yet
	 * @throws GoalRejectedException if DataFast refused the goal for good
	 * @throws DataFastAuthenticationException if DataFast refused the API key
	 * @throws DataFastUnavailableException if DataFast could not be reached, did not
	 * answer in time, or failed
	 */
	GoalReceipt create(Goal goal);

}
