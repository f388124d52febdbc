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

package io.datafast.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.datafast.delivery.DaemonThreadFactory;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.ThrottledLog;
import io.datafast.jdbc.GoalTable.NewGoal;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Writes goals to the table on a thread of its own, in batches, so that no other thread
 * waits for a connection. Until then the goals are in memory; the caller bounds how many.
 * While the database cannot be reached, goals wait for up to a minute. A goal keeps its
 * id, so that a goal whose commit was not acknowledged is not stored twice. Thread-safe.
 */
final class BackgroundWriter {

	private static final Duration MAX_WAIT = Duration.ofMinutes(1);

	private static final int BATCH = 100;

	private static final long PAUSE_MILLIS = 200;

	private static final String NO_THREAD = "No thread can be started that stores goals; the next goal tries again";

	private final GoalTable table;

	private final Backlog backlog;

	private final GoalOutcomePublisher outcomes;

	private final Runnable stored;

	private final ThrottledLog log = new ThrottledLog(JdbcGoalDispatcher.class);

	private final ThreadPoolExecutor executor;

	/**
	 * The goals in the order in which they were tracked. A goal stays here until it has
	 * been stored or dropped.
	 */
	private final Deque<NewGoal> waiting = new ArrayDeque<>();

	private boolean working;

	private boolean closed;

	/**
	 * Create a writer.
	 * @param table the table
	 * @param backlog bounds the goals
	 * @param outcomes told of goals that are not stored
	 * @param stored called when goals have been stored
	 */
	BackgroundWriter(GoalTable table, Backlog backlog, GoalOutcomePublisher outcomes, Runnable stored) {
		this.table = table;
		this.backlog = backlog;
		this.outcomes = outcomes;
		this.stored = stored;
		this.executor = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
				new DaemonThreadFactory("datafast-writer-"));
		this.executor.allowCoreThreadTimeOut(true);
	}

	/**
	 * Take a goal over. Never blocks.
	 */
	void add(NewGoal goal) {
		if (!this.backlog.waiting().reserve(1)) {
			this.outcomes.publish(goal.goal(), new Dropped(Dropped.Reason.QUEUE_FULL, null));
		}
		else if (!tryAdd(goal)) {
			drop(List.of(goal), Dropped.Reason.SHUTDOWN);
		}
	}

	private synchronized boolean tryAdd(NewGoal goal) {
		if (this.closed) {
			return false;
		}
		this.waiting.add(goal);
		if (!this.working) {
			try {
				this.executor.execute(this::work);
				this.working = true;
			}
			catch (Throwable ex) {
				this.log.warn(NO_THREAD, NO_THREAD, ex);
			}
		}
		return true;
	}

	/**
	 * Wait until all goals are stored.
	 * @param timeout how long to wait at most
	 */
	synchronized void flush(Duration timeout) {
		long deadline = System.nanoTime() + timeout.toNanos();
		try {
			for (long left = timeout.toNanos(); !this.waiting.isEmpty()
					&& left > 0; left = deadline - System.nanoTime()) {
				TimeUnit.NANOSECONDS.timedWait(this, left);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Take no more goals, wait until all are stored, and drop those that are not.
	 * @param timeout how long to wait at most
	 */
	void close(Duration timeout) {
		synchronized (this) {
			this.closed = true;
		}
		flush(timeout);
		drop(remove(first(Integer.MAX_VALUE)), Dropped.Reason.SHUTDOWN);
		this.executor.shutdownNow();
		this.log.close();
	}

	private void work() {
		for (List<NewGoal> batch = first(BATCH); !batch.isEmpty(); batch = first(BATCH)) {
			if (!store(batch)) {
				drop(remove(expired()), Dropped.Reason.FAILED);
				pause();
			}
		}
	}

	/**
	 * Store goals, or drop those that the database refuses.
	 * @return {@code false} if the goals, or the last of them, have to be tried again
	 */
	private boolean store(List<NewGoal> batch) {
		Throwable failure = insert(batch);
		if (failure == null || (batch.size() == 1 && StorageFailure.isDuplicate(failure))) {
			// A duplicate was committed before without being acknowledged.
			this.backlog.waiting().release(remove(batch).size(), true);
			this.stored.run();
			return true;
		}
		if (isTemporary(failure)) {
			this.log.warn("Goals that wait for the database",
					StorageFailure.describe(failure) + ". They wait in memory for up to a minute", null);
			return false;
		}
		if (batch.size() > 1) {
			// A refused goal does not keep the others from being stored.
			return batch.stream().allMatch((goal) -> store(List.of(goal)));
		}
		this.log.warn("Goals that cannot be stored", StorageFailure.describe(failure), null);
		drop(remove(batch), Dropped.Reason.FAILED);
		return true;
	}

	private @Nullable Throwable insert(List<NewGoal> batch) {
		try {
			this.table.insert(batch);
			return null;
		}
		catch (Throwable ex) {
			return ex;
		}
	}

	private static boolean isTemporary(Throwable failure) {
		return (failure instanceof DataAccessException || failure instanceof TransactionException)
				&& !StorageFailure.isRefusal(failure);
	}

	private void drop(List<NewGoal> goals, Dropped.Reason reason) {
		this.backlog.waiting().release(goals.size(), false);
		goals.forEach((goal) -> this.outcomes.publish(goal.goal(), new Dropped(reason, null)));
	}

	private static void pause() {
		try {
			TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
		}
		catch (InterruptedException ex) {
			// Interrupted by close, after which no goal waits and the work ends.
		}
	}

	private synchronized List<NewGoal> first(int limit) {
		this.working = !this.waiting.isEmpty();
		return this.waiting.stream().limit(limit).toList();
	}

	private synchronized List<NewGoal> expired() {
		Instant trackedBefore = Instant.now().minus(MAX_WAIT);
		return this.waiting.stream().takeWhile((goal) -> GoalId.timeOf(goal.id()).isBefore(trackedBefore)).toList();
	}

	/**
	 * Remove goals.
	 * @return those of them that were still waiting
	 */
	private synchronized List<NewGoal> remove(List<NewGoal> goals) {
		List<NewGoal> removed = goals.stream().filter(this.waiting::removeFirstOccurrence).toList();
		if (this.waiting.isEmpty()) {
			notifyAll();
		}
		return removed;
	}

}
