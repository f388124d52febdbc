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

import io.datafast.support.ReactiveTrackingContexts.ReactiveTransactions;
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
 * Finds the transactions of Reactor contexts. Every dispatcher gets their goals after the
 * commit, also one that takes part in imperative transactions, since it would block.
 * Thread-safe.
 */
public final class ReactiveOpenTransactions implements ReactiveTransactions {

	private final OpenTransactions transactions;

	/**
	 * Create an instance.
	 * @param transactions keeps the goals that wait
	 */
	public ReactiveOpenTransactions(OpenTransactions transactions) {
		this.transactions = transactions;
	}

	/**
	 * {@inheritDoc}
	 * @return the transaction; the context is read when a goal is tracked
	 */
	@Override
	public Transaction find(ContextView context, @Nullable Transaction otherwise) {
		return (goal) -> {
			Transaction transaction = context.isEmpty() ? null : findGoals(context);
			if (transaction == null) {
				transaction = (otherwise != null) ? otherwise : this.transactions.get();
			}
			return transaction.take(goal);
		};
	}

	private @Nullable TransactionGoals findGoals(ContextView context) {
		// Completes at once, since it only looks into the context.
		TransactionContext transaction = TransactionContextManager.currentContext()
			.contextWrite(context)
			.onErrorComplete(NoTransactionException.class)
			.toFuture()
			.getNow(null);
		if (transaction == null) {
			return null;
		}
		// The parallel branches of a transaction share no other object to lock.
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
