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
import io.datafast.support.TrackingContext.Transaction;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import org.springframework.core.Ordered;
import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.reactive.TransactionContext;
import org.springframework.transaction.reactive.TransactionContextManager;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;

/**
 * The transaction of a Reactor context. The dispatcher gets its goals after the commit,
 * also one that takes part in transactions, since it could not without blocking.
 * Thread-safe.
 */
public final class ReactiveTransaction implements Transaction {

	private final OpenTransactions transactions;

	private final ContextView context;

	private final @Nullable Transaction otherwise;

	/**
	 * Create an instance.
	 * @param transactions keeps the goals that wait
	 * @param context the context; looked into when a goal is tracked
	 * @param otherwise decides where the context has no transaction, or {@code null} for
	 * the transaction of the thread that tracks
	 */
	public ReactiveTransaction(OpenTransactions transactions, ContextView context, @Nullable Transaction otherwise) {
		this.transactions = transactions;
		this.context = context;
		this.otherwise = otherwise;
	}

	@Override
	public boolean take(Goal goal) {
		Transaction transaction = this.context.isEmpty() ? null : goals();
		if (transaction == null) {
			transaction = (this.otherwise != null) ? this.otherwise : this.transactions.get();
		}
		return transaction.take(goal);
	}

	private @Nullable TransactionGoals goals() {
		// Completes at once, since it only looks into the context.
		TransactionContext transaction = TransactionContextManager.currentContext()
			.contextWrite(this.context)
			.onErrorComplete(NoTransactionException.class)
			.toFuture()
			.getNow(null);
		if (transaction == null) {
			return null;
		}
		// The branches of a transaction that run in parallel have nothing else in common.
		synchronized (transaction) {
			TransactionSynchronizationManager manager = new TransactionSynchronizationManager(transaction);
			return (manager.isSynchronizationActive() && manager.isActualTransactionActive()) ? goals(manager) : null;
		}
	}

	private TransactionGoals goals(TransactionSynchronizationManager manager) {
		for (TransactionSynchronization synchronization : manager.getSynchronizations()) {
			if (synchronization instanceof Synchronization known && known.transactions == this.transactions) {
				return known.goals;
			}
		}
		TransactionGoals goals = this.transactions.open();
		manager.registerSynchronization(new Synchronization(this.transactions, goals));
		return goals;
	}

	/**
	 * Tells the goals of a reactive transaction how it ended.
	 */
	private record Synchronization(OpenTransactions transactions,
			TransactionGoals goals) implements TransactionSynchronization, Ordered {

		@Override
		public int getOrder() {
			return this.goals.getOrder();
		}

		@Override
		public Mono<Void> afterCompletion(int status) {
			return Mono.fromRunnable(() -> this.goals.complete(status));
		}

	}

}
