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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.datafast.jdbc.GoalTable.NewGoal;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Writes goals to the table on a thread of its own, in batches, so that no other thread
 * waits for a connection. Until then the goals are in memory; the caller bounds how many.
 * While the database cannot be reached, goals wait for up to a minute. A goal keeps its
 * id, so that one whose commit was not acknowledged is not stored twice. Thread-safe.
 */
final class BackgroundWriter {

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	private static final int BATCH = 100;

	private static final long PAUSE_MILLIS = 200;

	private final Consumer<List<NewGoal>> insert;

	private final Listener listener;

	private final ThreadPoolExecutor executor;

	/**
	 * In the order of their deadlines. A goal stays here until it has been stored.
	 */
	private final Deque<Entry> waiting = new ArrayDeque<>();

	private boolean working;

	private boolean closed;

	/**
	 * Create a writer.
	 * @param insert inserts goals in a transaction of their own
	 * @param listener is told what becomes of the goals
	 * @param threadFactory makes the thread
	 */
	BackgroundWriter(Consumer<List<NewGoal>> insert, Listener listener, ThreadFactory threadFactory) {
		this.insert = insert;
		this.listener = listener;
		this.executor = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threadFactory);
		this.executor.allowCoreThreadTimeOut(true);
	}

	/**
	 * Take a goal over. Never blocks.
	 * @return whether it is taken; {@code false} if this has been closed
	 */
	synchronized boolean add(NewGoal goal) {
		if (this.closed) {
			return false;
		}
		this.waiting.add(new Entry(goal, System.nanoTime() + PATIENCE.toNanos()));
		if (!this.working) {
			try {
				this.executor.execute(this::work);
				this.working = true;
			}
			catch (Throwable ex) {
				// No thread can be started now. The next goal tries again.
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
	 * Take no more goals, and wait until all are stored.
	 * @param timeout how long to wait at most
	 * @return the goals that are not stored by then; the listener is not told of them
	 */
	List<NewGoal> close(Duration timeout) {
		synchronized (this) {
			this.closed = true;
		}
		flush(timeout);
		List<NewGoal> left = remove(first(Integer.MAX_VALUE));
		this.executor.shutdownNow();
		return left;
	}

	private void work() {
		int oneByOne = 0;
		List<Entry> batch = first(BATCH);
		while (!batch.isEmpty()) {
			Throwable failure = attempt(batch);
			if (failure == null) {
				this.listener.stored(remove(batch));
			}
			else if (isTemporary(failure)) {
				this.listener.delayed(failure);
				this.listener.failed(remove(expired()), failure);
				pause();
			}
			else if (batch.size() > 1) {
				// One that is refused does not keep the others from being stored.
				oneByOne = batch.size() + 1;
			}
			else if (StorageFailure.isDuplicate(failure)) {
				// An earlier attempt was committed without being acknowledged.
				this.listener.stored(remove(batch));
			}
			else {
				this.listener.failed(remove(batch), failure);
			}
			oneByOne--;
			batch = first((oneByOne > 0) ? 1 : BATCH);
		}
	}

	private @Nullable Throwable attempt(List<Entry> batch) {
		try {
			this.insert.accept(goals(batch));
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

	private static void pause() {
		try {
			TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
		}
		catch (InterruptedException ex) {
			// When closed, nothing waits any more, which ends the work.
		}
	}

	private synchronized List<Entry> first(int limit) {
		this.working = !this.waiting.isEmpty();
		return this.waiting.stream().limit(limit).toList();
	}

	private synchronized List<Entry> expired() {
		long now = System.nanoTime();
		return this.waiting.stream().takeWhile((entry) -> entry.deadline() - now <= 0).toList();
	}

	/**
	 * Remove goals, and tell which of them were still there.
	 */
	private synchronized List<NewGoal> remove(List<Entry> entries) {
		List<Entry> removed = new ArrayList<>();
		for (Entry entry : entries) {
			if (this.waiting.peek() == entry) {
				removed.add(this.waiting.remove());
			}
		}
		if (this.waiting.isEmpty()) {
			notifyAll();
		}
		return goals(removed);
	}

	private static List<NewGoal> goals(List<Entry> entries) {
		return entries.stream().map(Entry::goal).toList();
	}

	/**
	 * Is told what becomes of the goals, on the thread that writes them.
	 */
	interface Listener {

		/**
		 * Goals have been stored.
		 */
		void stored(List<NewGoal> goals);

		/**
		 * Goals will not be stored.
		 */
		void failed(List<NewGoal> goals, Throwable failure);

		/**
		 * Goals wait, since the database cannot store them now.
		 */
		void delayed(Throwable failure);

	}

	private record Entry(NewGoal goal, long deadline) {

	}

}
