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
import java.util.Objects;
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
 * for a while; those that may be stored already wait until it can say so. Thread-safe.
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

	private final Duration patienceInDoubt;

	private final Duration shutdownTimeout;

	private @Nullable WriterExecutor executor;

	private boolean closed;

	private volatile boolean struggling;

	/**
	 * Create a writer.
	 * @param writer does the writing
	 * @param ledger keeps account of the goals
	 * @param patience how long to try again while the database does not answer
	 * @param patienceInDoubt the same for goals that may be stored already
	 * @param shutdownTimeout how long stopping waits for goals that are on their way
	 */
	BackgroundWriter(Supplier<GoalWriter> writer, IntakeLedger ledger, Duration patience, Duration patienceInDoubt,
			Duration shutdownTimeout) {
		this.writer = writer;
		this.ledger = ledger;
		this.patience = patience;
		this.patienceInDoubt = patienceInDoubt;
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
	 * Write goals after an attempt that has failed, but was not refused.
	 */
	void writeAgain(List<NewGoal> goals, GoalStorageException failure) {
		this.struggling = true;
		execute(new Writing(goals, failure.leavesDoubt()));
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
			this.executor = new WriterExecutor();
		}
		task.executor = this.executor;
		this.executor.execute(task);
		return true;
	}

	/**
	 * Let the goals that are on their way get into the table, and drop what is left. It
	 * can be used again.
	 */
	void stop() {
		WriterExecutor stopped = detachExecutor();
		if (stopped == null) {
			return;
		}
		stopped.shutdown();
		awaitEnd(stopped, this.shutdownTimeout);
		stopped.giveUp().forEach((task) -> ((Task) task).shutDown());
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

	private synchronized @Nullable WriterExecutor detachExecutor() {
		WriterExecutor detached = this.executor;
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
	 * One thread, which is only there while there is something to do.
	 */
	private static final class WriterExecutor extends ThreadPoolExecutor {

		private volatile boolean givenUp;

		WriterExecutor() {
			super(1, 1, IDLE_THREAD_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(),
					new DaemonThreadFactory("datafast-intake-"));
			allowCoreThreadTimeOut(true);
		}

		/**
		 * Drivers and pools may swallow an interrupt.
		 */
		List<Runnable> giveUp() {
			this.givenUp = true;
			return shutdownNow();
		}

		/**
		 * Let others go first.
		 * @return whether the task is going to be run again
		 */
		boolean requeue(Runnable task) {
			getQueue().add(task);
			return !this.givenUp || !getQueue().remove(task);
		}

	}

	/**
	 * Tries something until the database has answered or patience is exhausted.
	 */
	private abstract class Task implements Runnable {

		final List<NewGoal> goals;

		private final long since;

		/**
		 * Whether the goals may be stored already. If so, it is all of them.
		 */
		boolean inDoubt;

		private @Nullable WriterExecutor executor;

		Task(List<NewGoal> goals, boolean inDoubt) {
			this.goals = new ArrayList<>(goals);
			this.inDoubt = inDoubt;
			this.since = System.nanoTime();
		}

		Task(List<NewGoal> part, Task whole) {
			this.goals = part;
			this.inDoubt = whole.inDoubt;
			this.since = whole.since;
			this.executor = whole.executor;
		}

		/**
		 * Where it waits with others.
		 */
		final WriterExecutor executor() {
			return Objects.requireNonNull(this.executor);
		}

		@Override
		public void run() {
			tryUntilOver();
		}

		final void tryUntilOver() {
			Duration pause = FIRST_PAUSE;
			while (!isOver()) {
				try {
					TimeUnit.MILLISECONDS.sleep(pause.toMillis());
				}
				catch (InterruptedException ex) {
					shutDown();
					return;
				}
				if (isLongerThan(BackgroundWriter.this.patience) && !executor().getQueue().isEmpty()) {
					letOthersGoFirst();
					return;
				}
				pause = pause.multipliedBy(2);
				pause = (pause.compareTo(LONGEST_PAUSE) < 0) ? pause : LONGEST_PAUSE;
			}
		}

		/**
		 * Try.
		 * @return whether there is nothing left to be done
		 */
		private boolean isOver() {
			if (executor().givenUp) {
				shutDown();
				return true;
			}
			boolean stored;
			try {
				stored = tryOnce(BackgroundWriter.this.writer.get());
			}
			catch (GoalStorageException ex) {
				return !isWorthAnotherTry(ex);
			}
			catch (Throwable ex) {
				BackgroundWriter.this.ledger.failed(this.goals, ex);
				return true;
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

		private boolean isWorthAnotherTry(GoalStorageException failure) {
			if (failure.isRefusal()) {
				refused(failure);
				return false;
			}
			BackgroundWriter.this.struggling = true;
			this.inDoubt = this.inDoubt || failure.leavesDoubt();
			if (!isLongerThan(this.inDoubt ? BackgroundWriter.this.patienceInDoubt : BackgroundWriter.this.patience)) {
				return true;
			}
			givenUp(failure);
			return false;
		}

		private boolean isLongerThan(Duration time) {
			return System.nanoTime() - this.since >= time.toNanos();
		}

		private void letOthersGoFirst() {
			if (!executor().requeue(this)) {
				shutDown();
			}
		}

		/**
		 * Try.
		 * @return whether the goals are in the table
		 */
		abstract boolean tryOnce(GoalWriter goalWriter);

		/**
		 * Find out whether the goals are stored. If not, they will not be later, either.
		 */
		final boolean isStored(GoalWriter goalWriter) {
			if (isThere(goalWriter)) {
				return true;
			}
			try {
				goalWriter.awaitNoInsert(this.goals.get(0));
			}
			catch (GoalStorageException ex) {
				if (ex.isRefusal() && isThere(goalWriter)) {
					return true;
				}
				throw ex;
			}
			return BackgroundWriter.this.ledger.hasAnyArrived(this.goals);
		}

		/**
		 * Those that have been delivered in the meantime are no longer in the table.
		 */
		private boolean isThere(GoalWriter goalWriter) {
			return goalWriter.isAnyThere(this.goals) || BackgroundWriter.this.ledger.hasAnyArrived(this.goals);
		}

		/**
		 * The database does not want them.
		 */
		void refused(GoalStorageException failure) {
			BackgroundWriter.this.ledger.failed(this.goals, failure);
		}

		private void givenUp(GoalStorageException failure) {
			if (this.inDoubt) {
				BackgroundWriter.this.ledger.unknown(this.goals, failure);
			}
			else {
				BackgroundWriter.this.ledger.failed(this.goals, failure);
			}
		}

		final void shutDown() {
			if (this.inDoubt) {
				BackgroundWriter.this.ledger.unknown(this.goals, null);
			}
			else {
				BackgroundWriter.this.ledger.ended(this.goals, new Dropped(Dropped.Reason.SHUTDOWN, null));
			}
		}

	}

	private final class Writing extends Task {

		Writing(List<NewGoal> goals, boolean inDoubt) {
			super(goals, inDoubt);
		}

		private Writing(List<NewGoal> part, Writing whole) {
			super(part, whole);
		}

		@Override
		public void run() {
			if (!this.inDoubt) {
				takeAlongWhatWaits();
			}
			super.run();
		}

		private void takeAlongWhatWaits() {
			while (this.goals.size() < BATCH && executor().getQueue().peek() instanceof Writing next && !next.inDoubt
					&& executor().remove(next)) {
				this.goals.addAll(next.goals);
			}
		}

		@Override
		boolean tryOnce(GoalWriter goalWriter) {
			if (this.inDoubt && isStored(goalWriter)) {
				return true;
			}
			this.inDoubt = false;
			goalWriter.write(this.goals);
			return true;
		}

		/**
		 * The others need not suffer for one of them.
		 */
		@Override
		void refused(GoalStorageException failure) {
			if (this.goals.size() == 1) {
				super.refused(failure);
				return;
			}
			for (NewGoal goal : this.goals) {
				new Writing(List.of(goal), this).tryUntilOver();
			}
		}

	}

	private final class Settling extends Task {

		Settling(List<NewGoal> goals) {
			super(goals, true);
		}

		@Override
		boolean tryOnce(GoalWriter goalWriter) {
			return isStored(goalWriter);
		}

	}

}
