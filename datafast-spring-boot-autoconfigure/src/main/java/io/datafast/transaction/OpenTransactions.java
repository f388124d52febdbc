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
import java.util.concurrent.atomic.AtomicInteger;

import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.support.CurrentTransaction;
import io.datafast.support.TrackingContext;

import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Keeps the goals of transactions that have not been completed yet, and bounds their
 * number. The goals that still wait when the application ends are dropped. Thread-safe.
 */
public final class OpenTransactions implements CurrentTransaction, AutoCloseable {

	private final int capacity;

	private final GoalOutcomePublisher outcomes;

	private final Set<TransactionGoals> open = ConcurrentHashMap.newKeySet();

	private final AtomicInteger waiting = new AtomicInteger();

	/**
	 * Create an instance.
	 * @param capacity how many goals may wait for the completion of their transactions,
	 * those of all transactions together, at least 1
	 * @param outcomes told what became of goals that are not dispatched
	 */
	public OpenTransactions(int capacity, GoalOutcomePublisher outcomes) {
		this.capacity = capacity;
		this.outcomes = outcomes;
	}

	@Override
	public TrackingContext.Transaction get() {
		return isTransactionOpen() ? goalsOfThread() : TrackingContext.Transaction.NONE;
	}

	/**
	 * After the completion of a transaction, the thread is still marked as having one,
	 * but synchronization has ended. Without an actual transaction, there may be
	 * synchronization.
	 */
	private static boolean isTransactionOpen() {
		return TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.isSynchronizationActive();
	}

	private TransactionGoals goalsOfThread() {
		GoalSynchronization bound = (GoalSynchronization) TransactionSynchronizationManager.getResource(this);
		if (bound == null || bound.isCompleted()) {
			bound = new GoalSynchronization(this, open());
			TransactionSynchronizationManager.registerSynchronization(bound);
			bound.bind();
		}
		return bound.goals();
	}

	/**
	 * Keep the goals of a transaction.
	 * @return the transaction's goals, none as yet
	 */
	TransactionGoals open() {
		TransactionGoals goals = new TransactionGoals(this, this.outcomes);
		this.open.add(goals);
		return goals;
	}

	void complete(TransactionGoals goals, TransactionGoals.Fate fate) {
		this.open.remove(goals);
		goals.complete(fate);
	}

	boolean admit() {
		return this.waiting.getAndUpdate((count) -> (count < this.capacity) ? count + 1 : count) < this.capacity;
	}

	void release(int count) {
		this.waiting.addAndGet(-count);
	}

	/**
	 * Drop the goals of the transactions that are still open.
	 */
	@Override
	public void close() {
		this.open.forEach((goals) -> complete(goals, TransactionGoals.Fate.SHUTDOWN));
	}

}
