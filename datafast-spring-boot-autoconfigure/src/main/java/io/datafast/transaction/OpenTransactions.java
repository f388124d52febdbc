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
import io.datafast.transaction.TransactionGoals.Fate;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.NamedThreadLocal;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Keeps the goals of transactions that have not been completed yet, and bounds their
 * number. What is left when the application ends is dropped. Thread-safe.
 */
public final class OpenTransactions implements SmartLifecycle, DisposableBean {

	private final Log log = LogFactory.getLog(OpenTransactions.class);

	private final int capacity;

	private final GoalOutcomePublisher outcomes;

	private final Set<TransactionGoals> open = ConcurrentHashMap.newKeySet();

	private final AtomicInteger waiting = new AtomicInteger();

	private final TransactionGoals committed;

	private final TransactionGoals rolledBack;

	private final ThreadLocal<@Nullable TransactionGoals> ofMethod = new NamedThreadLocal<>(
			"DataFast goals of a method's transaction");

	private final ThreadLocal<@Nullable Boolean> apart = new NamedThreadLocal<>(
			"DataFast goals are no part of this thread's transaction");

	private volatile boolean running = true;

	/**
	 * Create an instance.
	 * @param capacity how many goals may wait for the completion of their transactions,
	 * those of all transactions together, at least 1
	 * @param outcomes told what became of goals that are not handed over
	 */
	public OpenTransactions(int capacity, GoalOutcomePublisher outcomes) {
		this.capacity = capacity;
		this.outcomes = outcomes;
		this.committed = new TransactionGoals(this, outcomes, false);
		this.committed.complete(Fate.COMMITTED);
		this.rolledBack = new TransactionGoals(this, outcomes, false);
		this.rolledBack.complete(Fate.ROLLED_BACK);
	}

	/**
	 * The goals of the transaction that decides about a goal which is tracked now, on
	 * this thread.
	 * @return the goals, or {@code null} if none does
	 */
	@Nullable TransactionGoals current() {
		TransactionGoals ofMethod = this.ofMethod.get();
		if (ofMethod != null) {
			return ofMethod;
		}
		return isApart() ? null : ofOpenTransaction();
	}

	/**
	 * The goals of the transaction that is open on this thread.
	 * @return the goals, or {@code null} if none is
	 */
	@Nullable TransactionGoals ofOpenTransaction() {
		return isTransactionOpen() ? ofThread() : null;
	}

	/**
	 * Whether goals that are tracked now, on this thread, are no part of the transaction
	 * that is open on it.
	 */
	boolean isApart() {
		return this.apart.get() != null;
	}

	/**
	 * The goals of the transaction in which the method ran whose goal is tracked now.
	 * @return the goals, or {@code null} if there is no such method
	 */
	@Nullable TransactionGoals ofMethod() {
		return this.ofMethod.get();
	}

	/**
	 * The goals of the transaction in which a method runs on this thread.
	 * @param rollbackOnly whether what the method did will be rolled back, if only to a
	 * savepoint
	 * @return the goals
	 */
	TransactionGoals ofRunningMethod(boolean rollbackOnly) {
		if (rollbackOnly) {
			return this.rolledBack;
		}
		return isTransactionOpen() ? ofThread() : this.committed;
	}

	/**
	 * Run something in whose course goals are tracked for a method. Within a reactive
	 * transaction, what a thread knows of transactions says nothing.
	 * @param goals those of the transaction in which the method ran
	 * @param tracking what to run
	 */
	void runFor(TransactionGoals goals, Runnable tracking) {
		TransactionGoals previous = this.ofMethod.get();
		if (previous != null && previous.isReactive() && !goals.isReactive()) {
			tracking.run();
			return;
		}
		this.ofMethod.set(goals);
		try {
			tracking.run();
		}
		finally {
			if (previous != null) {
				this.ofMethod.set(previous);
			}
			else {
				this.ofMethod.remove();
			}
		}
	}

	/**
	 * Run something in whose course goals are tracked for a result that has come. What
	 * the thread does in a transaction of its own is not what the method did.
	 * @param goals those of the transaction in which the result was begun, or
	 * {@code null} if there was none
	 * @param tracking what to run
	 */
	void runApartUnlessIn(@Nullable TransactionGoals goals, Runnable tracking) {
		if (isApart() || !isTransactionOpen() || (goals != null && goals == ofThread())) {
			tracking.run();
			return;
		}
		this.apart.set(true);
		try {
			tracking.run();
		}
		finally {
			this.apart.remove();
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

	private TransactionGoals ofThread() {
		GoalSynchronization bound = (GoalSynchronization) TransactionSynchronizationManager.getResource(this);
		if (bound == null || bound.isCompleted()) {
			bound = new GoalSynchronization(this, open(false));
			TransactionSynchronizationManager.registerSynchronization(bound);
			bound.bind();
		}
		return bound.goals();
	}

	/**
	 * The goals of a method that ran in no transaction: they wait for none.
	 * @return the goals
	 */
	TransactionGoals ofNoTransaction() {
		return this.committed;
	}

	/**
	 * Keep the goals of a reactive transaction.
	 * @return its goals, none as yet
	 */
	TransactionGoals openReactive() {
		return open(true);
	}

	/**
	 * Keep no goals, since nothing tells when their transaction ends.
	 * @param failure why not
	 * @return the goals of that transaction; each of them is dropped
	 */
	TransactionGoals openUnknown(Throwable failure) {
		TransactionGoals goals = new TransactionGoals(this, this.outcomes, true);
		goals.fail(failure);
		return goals;
	}

	private TransactionGoals open(boolean reactive) {
		TransactionGoals goals = new TransactionGoals(this, this.outcomes, reactive);
		this.open.add(goals);
		if (!this.running) {
			complete(goals, Fate.SHUTDOWN);
		}
		return goals;
	}

	int complete(TransactionGoals goals, Fate fate) {
		this.open.remove(goals);
		return goals.complete(fate);
	}

	boolean admit() {
		return this.waiting.getAndUpdate((count) -> (count < this.capacity) ? count + 1 : count) < this.capacity;
	}

	void release(int count) {
		this.waiting.addAndGet(-count);
	}

	/**
	 * Stop last, after all that completes transactions, and after the dispatcher.
	 */
	@Override
	public int getPhase() {
		return Integer.MIN_VALUE;
	}

	/**
	 * Transactions go on in a paused context. Asked for since Spring Framework 7.
	 * @return {@code false}
	 */
	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public void start() {
		this.running = true;
	}

	/**
	 * Drop the goals of the transactions that are still open, and from now on those that
	 * are tracked in one. Can be started again.
	 */
	@Override
	public void stop() {
		this.running = false;
		int dropped = this.open.stream().mapToInt((goals) -> complete(goals, Fate.SHUTDOWN)).sum();
		if (dropped > 0) {
			this.log.warn("Dropped " + dropped
					+ " goal(s) at shutdown whose transactions had been neither committed nor rolled back");
		}
	}

	/**
	 * Stop, unless the context has done so.
	 */
	@Override
	public void destroy() {
		if (isRunning()) {
			stop();
		}
	}

}
