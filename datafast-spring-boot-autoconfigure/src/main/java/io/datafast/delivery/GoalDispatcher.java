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

package io.datafast.delivery;

import io.datafast.Goal;

/**
 * Takes goals over from the application and brings them to DataFast. Define a bean to
 * send goals another way, say through a message broker whose consumer calls
 * {@link io.datafast.DataFastGoals#create(Goal)}; the auto-configured dispatcher backs
 * off. {@code create} applies the filters once more, and where the consumer runs there is
 * no current request.
 */
@FunctionalInterface
public interface GoalDispatcher {

	/**
	 * Take a goal over. Called on the thread that tracked the goal. For a goal that was
	 * tracked in a transaction, called after the commit, on the thread that completed the
	 * transaction. It must be quick and must not block. After a commit, the transaction's
	 * resources may still be bound to the thread: what has to be stored transactionally
	 * then needs a transaction of its own ({@code REQUIRES_NEW}), or a
	 * {@link TransactionalGoalDispatcher}. The goal is filtered and has a visitor id. If
	 * the dispatcher throws an exception, the goal counts as
	 * {@link GoalOutcome.Dropped.Reason#FAILED} and the failure is logged; the caller
	 * does not see it.
	 * @param goal the goal
	 */
	void dispatch(Goal goal);

}
