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
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.datafast.delivery.DaemonThreadFactory;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.ThrottledLog;
import io.datafast.jdbc.GoalTable.NewGoal;

import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.dao.UncategorizedDataAccessException;
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

	private static final long PAUSE_NANOS = Duration.ofMillis(200).toNanos();

	private final GoalTable table;

	private final Backlog backlog;

	private final GoalOutcomePublisher outcomes;

	private final Runnable stored;

	private final ThrottledLog log = new ThrottledLog(JdbcGoalDispatcher.class);

	private final ThreadPoolExecutor executor;

	/**
	 * The goals in the order in which they were tracked. A goal stays here until it has
	 * been stored or dropped. Only what removes it decides its outcome.
	 */
	private final Queue<NewGoal> waiting = new ConcurrentLinkedQueue<>();

	private volatile boolean closed;

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
			return;
		}
		this.waiting.add(goal);
		if (this.closed) {
			drop(List.of(goal), Dropped.Reason.SHUTDOWN);
		}
		else if (this.executor.getQueue().isEmpty()) {
			try {
				this.executor.execute(this::work);
			}
			catch (Throwable ex) {
				this.log.warn("No thread can be started that stores goals; the next goal tries again", ex);
			}
		}
	}

	/**
	 * Wait until all goals are stored.
	 * @param timeout how long to wait at most
	 */
	void flush(Duration timeout) {
		if (this.waiting.isEmpty()) {
			return;
		}
		try {
			this.executor.submit(this::work).get(timeout.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (Throwable ex) {
			// The goals that are left are dropped when this is closed.
		}
	}

	/**
	 * Take no more goals, wait until all are stored, and drop those that are not.
	 * @param timeout how long to wait at most
	 */
	void close(Duration timeout) {
		this.closed = true;
		flush(timeout);
		drop(List.copyOf(this.waiting), Dropped.Reason.SHUTDOWN);
		this.executor.shutdownNow();
		this.log.close();
	}

	private void work() {
		for (List<NewGoal> batch = first(); !batch.isEmpty(); batch = first()) {
			if (!store(batch)) {
				Instant trackedBefore = Instant.now().minus(MAX_WAIT);
				drop(this.waiting.stream()
					.takeWhile((goal) -> GoalId.timeOf(goal.id()).isBefore(trackedBefore))
					.toList(), Dropped.Reason.FAILED);
				// After an interruption by close, no goal waits.
				LockSupport.parkNanos(PAUSE_NANOS);
			}
		}
	}

	private List<NewGoal> first() {
		return this.waiting.stream().limit(BATCH).toList();
	}

	/**
	 * Store goals, or drop those that the database refuses.
	 * @return {@code false} if the goals, or the last of them, have to be tried again
	 */
	private boolean store(List<NewGoal> batch) {
		try {
			this.table.insert(batch);
		}
		catch (Throwable ex) {
			if (isTemporary(ex)) {
				this.log.warn("Goals that wait for the database",
						GoalTable.describe(ex) + ". They wait in memory for up to a minute", null);
				return false;
			}
			if (batch.size() > 1) {
				// A refused goal does not keep the others from being stored.
				return batch.stream().allMatch((goal) -> store(List.of(goal)));
			}
			if (!(ex instanceof DuplicateKeyException)) {
				this.log.warn("Goals that cannot be stored", GoalTable.describe(ex), null);
				drop(batch, Dropped.Reason.FAILED);
				return true;
			}
			// The goal was committed before without being acknowledged.
		}
		this.backlog.waiting().release(remove(batch).size(), true);
		this.stored.run();
		return true;
	}

	private static boolean isTemporary(Throwable failure) {
		return failure instanceof TransactionException || failure instanceof TransientDataAccessException
				|| failure instanceof RecoverableDataAccessException
				|| failure instanceof NonTransientDataAccessResourceException
				|| failure instanceof UncategorizedDataAccessException;
	}

	private void drop(List<NewGoal> goals, Dropped.Reason reason) {
		for (NewGoal goal : remove(goals)) {
			this.backlog.waiting().release(1, false);
			this.outcomes.publish(goal.goal(), new Dropped(reason, null));
		}
	}

	/**
	 * Remove goals.
	 * @return those of them that were still waiting
	 */
	private List<NewGoal> remove(List<NewGoal> goals) {
		return goals.stream().filter(this.waiting::remove).toList();
	}

}
