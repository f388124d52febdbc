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

import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcomePublisher;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;

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
	}

	/**
	 * The first goal of a transaction is there.
	 */
	TransactionGoals open(GoalDispatcher dispatcher) {
		TransactionGoals goals = new TransactionGoals(this, dispatcher, this.outcomes);
		this.open.add(goals);
		if (!this.running) {
			goals.drop();
		}
		return goals;
	}

	void completed(TransactionGoals goals) {
		this.open.remove(goals);
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
		int dropped = this.open.stream().mapToInt(TransactionGoals::drop).sum();
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
