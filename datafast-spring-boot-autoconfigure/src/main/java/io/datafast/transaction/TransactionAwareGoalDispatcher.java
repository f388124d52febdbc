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
import io.datafast.delivery.TransactionalGoalDispatcher;
import org.jspecify.annotations.Nullable;

import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Lets the goals of a transaction wait for its commit. Outside of transactions, and in
 * the callbacks of one that has been completed, goals are dispatched at once. A
 * {@link TransactionalGoalDispatcher} gets all goals at once, but for those whose
 * transaction has been rolled back already or is a reactive one; from goals that are no
 * part of the thread's transaction, that is hidden. Thread-safe.
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
		TransactionGoals goals = goals();
		if (goals != null) {
			goals.add(goal, this.dispatcher);
		}
		else if (this.transactions.isApart() && this.dispatcher instanceof TransactionalGoalDispatcher) {
			dispatchApart(goal);
		}
		else {
			this.dispatcher.dispatch(goal);
		}
	}

	private void dispatchApart(Goal goal) {
		boolean active = TransactionSynchronizationManager.isActualTransactionActive();
		TransactionSynchronizationManager.setActualTransactionActive(false);
		try {
			this.dispatcher.dispatch(goal);
		}
		finally {
			TransactionSynchronizationManager.setActualTransactionActive(active);
		}
	}

	private @Nullable TransactionGoals goals() {
		if (this.dispatcher instanceof TransactionalGoalDispatcher) {
			TransactionGoals ofMethod = this.transactions.ofMethod();
			return (ofMethod != null && (ofMethod.isRolledBack() || ofMethod.isReactive())) ? ofMethod : null;
		}
		return this.transactions.current();
	}

}
