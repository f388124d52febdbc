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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.datafast.delivery.DaemonThreadFactory;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.delivery.jdbc.GoalTable.NewGoal;
import org.jspecify.annotations.Nullable;

/**
 * Writes goals on a thread of its own, for threads that must not wait for a connection:
 * those of an event loop, and those that hold one already. Until then goals are in memory
 * only; the ledger bounds how many. When the database cannot be reached, they wait for it
 * for a while. Thread-safe.
 */
final class BackgroundWriter {

	private static final Duration IDLE_THREAD_TIMEOUT = Duration.ofSeconds(10);

	private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

	private static final Duration TIME_TO_END_AFTER_INTERRUPT = Duration.ofSeconds(1);

	private static final int BATCH = 100;

	private final Supplier<GoalWriter> writer;

	private final IntakeLedger ledger;

	private final Duration patience;

	private final Duration shutdownTimeout;

	private @Nullable ThreadPoolExecutor executor;

	private boolean closed;

	private volatile boolean struggling;

	/**
	 * Create a writer.
	 * @param writer does the writing
	 * @param ledger keeps account of the goals
	 * @param patience how long to try again while the database does not answer
	 * @param shutdownTimeout how long stopping waits for goals that are on their way
	 */
	BackgroundWriter(Supplier<GoalWriter> writer, IntakeLedger ledger, Duration patience, Duration shutdownTimeout) {
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
		execute(new Writing(goals, false));
	}

	/**
	 * Write goals of which it is unknown whether they have been written. If so, it was
	 * all of them.
	 */
	void writeAgain(List<NewGoal> goals) {
		this.struggling = true;
		execute(new Writing(goals, true));
	}

	/**
	 * Find out whether a transaction that has written these goals was committed.
	 */
	void settle(List<NewGoal> goals) {
		execute(new Settling(goals));
	}

	private void execute(Task task) {
		try {
			if (!tryExecute(task)) {
				task.shutDown();
			}
		}
		catch (Throwable ex) {
			this.ledger.failed(task.goals, ex);
		}
	}

	/**
	 * Under the same lock as {@link #detachExecutor()}, so that no task meets an executor
	 * that has been shut down.
	 */
	private synchronized boolean tryExecute(Task task) {
		if (this.closed) {
			return false;
		}
		if (this.executor == null) {
			this.executor = new ThreadPoolExecutor(1, 1, IDLE_THREAD_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS,
					new LinkedBlockingQueue<>(), new DaemonThreadFactory("datafast-intake-"));
			this.executor.allowCoreThreadTimeOut(true);
		}
		task.queue = this.executor.getQueue();
		this.executor.execute(task);
		return true;
	}

	/**
	 * Let the goals that are on their way get into the table, and drop what is left. It
	 * can be used again.
	 */
	void stop() {
		ThreadPoolExecutor stopped = detachExecutor();
		if (stopped == null) {
			return;
		}
		stopped.shutdown();
		awaitEnd(stopped, this.shutdownTimeout);
		stopped.shutdownNow().forEach((task) -> ((Task) task).shutDown());
		awaitEnd(stopped, TIME_TO_END_AFTER_INTERRUPT);
	}

	/**
	 * Stop for good.
	 */
	void close() {
		synchronized (this) {
			this.closed = true;
		}
		stop();
	}

	private synchronized @Nullable ThreadPoolExecutor detachExecutor() {
		ThreadPoolExecutor detached = this.executor;
		this.executor = null;
		return detached;
	}

	private static void awaitEnd(ThreadPoolExecutor executor, Duration timeout) {
		try {
			executor.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Tries something until the database has answered or patience is exhausted.
	 */
	private abstract class Task implements Runnable {

		final List<NewGoal> goals;

		private final long since = System.nanoTime();

		/**
		 * Where it waits with others.
		 */
		BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();

		Task(List<NewGoal> goals) {
			this.goals = new ArrayList<>(goals);
		}

		@Override
		public void run() {
			Duration pause = FIRST_PAUSE;
			boolean first = true;
			while (!succeeds(first, System.nanoTime() - this.since)) {
				first = false;
				try {
					TimeUnit.MILLISECONDS.sleep(pause.toMillis());
				}
				catch (InterruptedException ex) {
					shutDown();
					return;
				}
				pause = pause.multipliedBy(2);
				pause = (pause.compareTo(LONGEST_PAUSE) < 0) ? pause : LONGEST_PAUSE;
			}
		}

		/**
		 * Whether there is nothing left to be done.
		 */
		private boolean succeeds(boolean first, long elapsedNanos) {
			boolean stored;
			try {
				stored = tryOnce(BackgroundWriter.this.writer.get(), first);
			}
			catch (Throwable ex) {
				return !isWorthAnotherTry(ex, elapsedNanos);
			}
			BackgroundWriter.this.struggling = false;
			if (stored) {
				BackgroundWriter.this.ledger.stored(this.goals);
			}
			else {
				BackgroundWriter.this.ledger.ended(this.goals, new Skipped(Skipped.Reason.ROLLED_BACK));
			}
			return true;
		}

		private boolean isWorthAnotherTry(Throwable failure, long elapsedNanos) {
			if (!(failure instanceof GoalStorageException storageFailure) || storageFailure.isRefusal()) {
				BackgroundWriter.this.ledger.failed(this.goals, failure);
				return false;
			}
			BackgroundWriter.this.struggling = true;
			if (elapsedNanos >= BackgroundWriter.this.patience.toNanos()) {
				BackgroundWriter.this.ledger.unknown(this.goals, failure);
				return false;
			}
			return true;
		}

		/**
		 * Try.
		 * @return whether the goals are in the table
		 */
		abstract boolean tryOnce(GoalWriter goalWriter, boolean first);

		final void shutDown() {
			BackgroundWriter.this.ledger.ended(this.goals, new Dropped(Dropped.Reason.SHUTDOWN, null));
		}

	}

	private final class Writing extends Task {

		private final boolean mayBeThere;

		Writing(List<NewGoal> goals, boolean mayBeThere) {
			super(goals);
			this.mayBeThere = mayBeThere;
		}

		@Override
		public void run() {
			if (!this.mayBeThere) {
				takeAlongWhatWaits();
			}
			super.run();
		}

		private void takeAlongWhatWaits() {
			while (this.goals.size() < BATCH && this.queue.peek() instanceof Writing next && !next.mayBeThere
					&& this.queue.remove(next)) {
				this.goals.addAll(next.goals);
			}
		}

		@Override
		boolean tryOnce(GoalWriter goalWriter, boolean first) {
			if (first && !this.mayBeThere) {
				goalWriter.write(this.goals);
			}
			else {
				goalWriter.writeUnlessThere(this.goals);
			}
			return true;
		}

	}

	private final class Settling extends Task {

		Settling(List<NewGoal> goals) {
			super(goals);
		}

		@Override
		boolean tryOnce(GoalWriter goalWriter, boolean first) {
			return goalWriter.isCommitted(this.goals.get(0));
		}

	}

}
