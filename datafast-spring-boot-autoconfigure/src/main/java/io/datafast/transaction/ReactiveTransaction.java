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

import io.datafast.support.TrackingContext;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.reactive.TransactionContext;
import org.springframework.transaction.reactive.TransactionContextManager;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;

/**
 * The reactive transaction of a Reactor context, if there is one; for the goals of a
 * method, the one in which the method runs, once it does. Thread-safe.
 */
public final class ReactiveTransaction implements TrackingContext.Transaction {

	private final OpenTransactions transactions;

	private final ContextView context;

	private volatile @Nullable TransactionGoals ofMethod;

	/**
	 * Create an instance.
	 * @param transactions keeps the goals that wait
	 * @param context the context; looked into when goals are tracked
	 */
	public ReactiveTransaction(OpenTransactions transactions, ContextView context) {
		this.transactions = transactions;
		this.context = context;
	}

	@Override
	public void run(Runnable tracking) {
		TransactionGoals ofMethod = this.ofMethod;
		TransactionGoals goals = (ofMethod != null) ? ofMethod : goals(this.context);
		if (goals != null) {
			this.transactions.runFor(goals, tracking);
		}
		else {
			tracking.run();
		}
	}

	/**
	 * The method whose goals will be tracked runs.
	 * @param context the Reactor context in which it does
	 */
	void methodRunsIn(ContextView context) {
		TransactionGoals goals = goals(context);
		this.ofMethod = (goals != null) ? goals : this.transactions.ofNoTransaction();
	}

	private @Nullable TransactionGoals goals(ContextView context) {
		if (context.isEmpty()) {
			return null;
		}
		try {
			TransactionContext transaction = currentTransaction(context);
			return (transaction != null) ? goals(transaction) : null;
		}
		catch (Throwable ex) {
			return this.transactions.openUnknown(ex);
		}
	}

	private @Nullable TransactionGoals goals(TransactionContext transaction) {
		// All that the branches of a transaction that run in parallel have in common.
		synchronized (transaction) {
			TransactionSynchronizationManager manager = new TransactionSynchronizationManager(transaction);
			return (manager.isSynchronizationActive() && manager.isActualTransactionActive()) ? goals(manager) : null;
		}
	}

	private TransactionGoals goals(TransactionSynchronizationManager manager) {
		for (TransactionSynchronization synchronization : manager.getSynchronizations()) {
			if (synchronization instanceof ReactiveGoalSynchronization known && known.isOf(this.transactions)) {
				return known.goals();
			}
		}
		TransactionGoals goals = this.transactions.openReactive();
		manager.registerSynchronization(new ReactiveGoalSynchronization(this.transactions, goals));
		return goals;
	}

	private static @Nullable TransactionContext currentTransaction(ContextView context) {
		// Answers at once, since all it does is to look into the context.
		return TransactionContextManager.currentContext()
			.contextWrite(context)
			.onErrorComplete(NoTransactionException.class)
			.toFuture()
			.getNow(null);
	}

}
