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

package io.datafast.transaction;

import io.datafast.Goal;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.support.TrackingContext;

/**
 * Lets the transaction of a goal decide when, and whether, the goal is dispatched.
 * Outside of transactions, and in the callbacks of a transaction that has been completed,
 * goals are dispatched at once. Thread-safe.
 */
public final class TransactionAwareGoalDispatcher implements GoalDispatcher {

	private final GoalDispatcher dispatcher;

	private final OpenTransactions transactions;

	/**
	 * Create a dispatcher.
	 * @param dispatcher gets the goals that are to be sent
	 * @param transactions keeps the goals that wait
	 */
	public TransactionAwareGoalDispatcher(GoalDispatcher dispatcher, OpenTransactions transactions) {
		this.dispatcher = dispatcher;
		this.transactions = transactions;
	}

	@Override
	public void dispatch(Goal goal) {
		TrackingContext context = TrackingContext.current();
		TrackingContext.Transaction transaction = (context != null) ? context.transaction() : null;
		if (transaction == null) {
			transaction = this.transactions.get();
		}
		transaction.dispatch(goal, this.dispatcher);
	}

}
