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

package io.datafast.delivery.jdbc;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

import io.datafast.delivery.jdbc.GoalTable.NewGoal;
import io.datafast.delivery.jdbc.IntakeTask.Patience;
import org.jspecify.annotations.Nullable;

/**
 * Writes goals on a thread of its own, for threads that must not wait for a connection:
 * those of an event loop, and those that hold one already. Until then goals are in memory
 * only; the ledger bounds how many. When the database cannot be reached, they wait for it
 * for a while; those that may be stored already wait until it can say so. Thread-safe.
 */
final class BackgroundWriter {

	private static final Duration TIME_TO_CLOSE = Duration.ofSeconds(1);

	private final Supplier<GoalWriter> writer;

	private final IntakeLedger ledger;

	private final Patience patience;

	private final Duration shutdownTimeout;

	private @Nullable IntakeQueue queue;

	private boolean closed;

	private volatile boolean struggling;

	/**
	 * Create a writer.
	 * @param writer does the writing
	 * @param ledger keeps account of the goals
	 * @param patience how long to try again while the database does not answer
	 * @param shutdownTimeout how long stopping waits for goals that are on their way
	 */
	BackgroundWriter(Supplier<GoalWriter> writer, IntakeLedger ledger, Patience patience, Duration shutdownTimeout) {
		this.writer = writer;
		this.ledger = ledger;
		this.patience = patience;
		this.shutdownTimeout = shutdownTimeout;
	}

	/**
	 * Whether the database did not answer the last time.
	 */
	boolean isStruggling() {
		return this.struggling;
	}

	/**
	 * Write goals.
	 */
	void write(List<NewGoal> goals) {
		add(new WriteTask(this.ledger, this.patience, IntakeTask.now(goals), false));
	}

	/**
	 * Write goals after an attempt that has failed, but was not refused.
	 */
	void writeAgain(List<NewGoal> goals, GoalStorageException failure) {
		this.struggling = true;
		add(new WriteTask(this.ledger, this.patience, IntakeTask.now(goals), failure.leavesDoubt()));
	}

	/**
	 * Find out whether a transaction that has written these goals was committed.
	 */
	void settle(List<NewGoal> goals) {
		add(new SettleTask(this.ledger, this.patience, IntakeTask.now(goals)));
	}

	private void add(IntakeTask task) {
		try {
			if (!tryAdd(task)) {
				task.giveUp();
			}
		}
		catch (Throwable ex) {
			this.ledger.failed(task.goals(), ex);
		}
	}

	/**
	 * Under the same lock as {@link #detachQueue()}, so that nothing is added to a queue
	 * that has been stopped.
	 */
	private synchronized boolean tryAdd(IntakeTask task) {
		if (this.closed) {
			return false;
		}
		if (this.queue == null) {
			this.queue = new IntakeQueue(this.writer, (answered) -> this.struggling = !answered);
		}
		this.queue.add(task);
		return true;
	}

	/**
	 * Let the goals that are on their way get into the table, and drop what is left. It
	 * can be used again.
	 */
	void stop() {
		stop(this.shutdownTimeout);
	}

	/**
	 * Stop for good. What has come since it was stopped has little time.
	 */
	void close() {
		synchronized (this) {
			this.closed = true;
		}
		stop((this.shutdownTimeout.compareTo(TIME_TO_CLOSE) < 0) ? this.shutdownTimeout : TIME_TO_CLOSE);
	}

	private void stop(Duration timeout) {
		IntakeQueue stopped = detachQueue();
		if (stopped != null) {
			stopped.stop(timeout);
		}
	}

	private synchronized @Nullable IntakeQueue detachQueue() {
		IntakeQueue detached = this.queue;
		this.queue = null;
		return detached;
	}

}
