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

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

import io.datafast.Goal;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalDispatcherDecorator;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.support.TrackingContext;
import io.datafast.support.TrackingContext.CurrentTransaction;
import io.datafast.support.TrackingContext.Transaction;
import org.jspecify.annotations.Nullable;

import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.Assert;

/**
 * Lets the transaction of a goal decide when, and whether, the goal is dispatched. Goals
 * of transactions that have not been completed yet wait, and their number is bounded;
 * those that still wait when the application ends are dropped. Outside of transactions,
 * and in the callbacks of a transaction that has been completed, goals are dispatched at
 * once. Thread-safe.
 */
public final class OpenTransactions implements GoalDispatcherDecorator, CurrentTransaction, AutoCloseable {

	private final Semaphore capacity;

	private final GoalOutcomePublisher outcomes;

	private final Set<TransactionGoals> open = ConcurrentHashMap.newKeySet();

	private volatile @Nullable GoalDispatcher dispatcher;

	/**
	 * Create an instance.
	 * @param capacity how many goals may wait for the completion of their transactions,
	 * those of all transactions together, at least 1
	 * @param outcomes told what became of goals that are not dispatched
	 */
	public OpenTransactions(int capacity, GoalOutcomePublisher outcomes) {
		this.capacity = new Semaphore(capacity);
		this.outcomes = outcomes;
	}

	@Override
	public GoalDispatcher decorate(GoalDispatcher dispatcher) {
		this.dispatcher = dispatcher;
		return (goal) -> {
			TrackingContext context = TrackingContext.current();
			Transaction transaction = (context != null) ? context.transaction() : null;
			if (!((transaction != null) ? transaction : get()).take(goal)) {
				dispatcher.dispatch(goal);
			}
		};
	}

	GoalDispatcher dispatcher() {
		GoalDispatcher decorated = this.dispatcher;
		Assert.state(decorated != null, "No GoalDispatcher has been decorated");
		return decorated;
	}

	GoalOutcomePublisher outcomes() {
		return this.outcomes;
	}

	@Override
	public Transaction get() {
		return isTransactionOpen() ? goalsOfThread() : Transaction.NONE;
	}

	/**
	 * Both conditions are needed. After the completion of a transaction, the thread is
	 * still marked as having one, but synchronization has ended. And there may be
	 * synchronization without an actual transaction.
	 */
	private static boolean isTransactionOpen() {
		return TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.isSynchronizationActive();
	}

	private TransactionGoals goalsOfThread() {
		TransactionGoals bound = (TransactionGoals) TransactionSynchronizationManager.getResource(this);
		if (bound == null || bound.isCompleted()) {
			bound = open();
			TransactionSynchronizationManager.registerSynchronization(bound);
			bound.resume();
		}
		return bound;
	}

	/**
	 * Begin to keep the goals of a transaction.
	 * @return the transaction's goals, still empty
	 */
	TransactionGoals open() {
		TransactionGoals goals = new TransactionGoals(this);
		this.open.add(goals);
		return goals;
	}

	void completed(TransactionGoals goals) {
		this.open.remove(goals);
	}

	boolean admit() {
		return this.capacity.tryAcquire();
	}

	void release(int count) {
		this.capacity.release(count);
	}

	/**
	 * Drop the goals of the transactions that are still open.
	 */
	@Override
	public void close() {
		this.open.forEach(TransactionGoals::shutDown);
	}

}
