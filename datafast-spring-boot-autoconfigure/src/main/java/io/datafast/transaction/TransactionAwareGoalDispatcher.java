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

import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Lets the goals of a transaction wait for its commit. Outside of transactions, and in
 * the callbacks of one that has been completed, goals are dispatched at once.
 * <p>
 * Goals that are tracked while another transaction is suspended belong to the inner one
 * or to none. Thread-safe.
 */
public final class TransactionAwareGoalDispatcher implements GoalDispatcher {

	private final GoalDispatcher dispatcher;

	private final OpenTransactions transactions;

	private TransactionAwareGoalDispatcher(GoalDispatcher dispatcher, OpenTransactions transactions) {
		this.dispatcher = dispatcher;
		this.transactions = transactions;
	}

	/**
	 * Make a dispatcher aware of transactions.
	 * @param dispatcher gets the goals of committed transactions
	 * @param transactions keeps the goals of open ones
	 * @return the dispatcher to use; one that is a {@link TransactionalGoalDispatcher} is
	 * aware of transactions itself
	 */
	public static GoalDispatcher decorate(GoalDispatcher dispatcher, OpenTransactions transactions) {
		return (dispatcher instanceof TransactionalGoalDispatcher) ? dispatcher
				: new TransactionAwareGoalDispatcher(dispatcher, transactions);
	}

	@Override
	public void dispatch(Goal goal) {
		if (isTransactionOpen()) {
			currentGoals().add(goal);
		}
		else {
			this.dispatcher.dispatch(goal);
		}
	}

	/**
	 * After the completion of a transaction, the thread is still marked as having one,
	 * but synchronization has ended; without an actual transaction, there may be
	 * synchronization.
	 */
	private static boolean isTransactionOpen() {
		return TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.isSynchronizationActive();
	}

	private TransactionGoals currentGoals() {
		GoalSynchronization current = (GoalSynchronization) TransactionSynchronizationManager.getResource(this);
		if (current == null || current.isCompleted()) {
			current = new GoalSynchronization(this, this.transactions.open(this.dispatcher));
			TransactionSynchronizationManager.registerSynchronization(current);
			current.bind();
		}
		return current.goals();
	}

}
