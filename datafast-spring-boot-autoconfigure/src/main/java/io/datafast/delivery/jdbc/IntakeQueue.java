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
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.datafast.delivery.DaemonThreadFactory;

/**
 * Tasks that wait for the thread that attempts them. None holds up the others while it
 * pauses. Those in doubt have a thread of their own, since they may have to wait for
 * somebody else. The threads are only there while there is something to do. Thread-safe;
 * used until it is stopped.
 */
final class IntakeQueue {

	private static final Duration IDLE_THREAD_TIMEOUT = Duration.ofSeconds(10);

	private static final Duration TIME_TO_END_AFTER_INTERRUPT = Duration.ofSeconds(1);

	private static final int BATCH = 100;

	private final Supplier<GoalWriter> writer;

	private final Consumer<Boolean> answered;

	private final Set<IntakeTask> open = new LinkedHashSet<>();

	private final Set<IntakeTask> running = new HashSet<>();

	private final ScheduledThreadPoolExecutor ordinary = thread("datafast-intake-");

	private final ScheduledThreadPoolExecutor inDoubt = thread("datafast-settle-");

	private boolean stopped;

	/**
	 * Create a queue.
	 * @param writer does the writing
	 * @param answered told after each attempt whether the database has answered
	 */
	IntakeQueue(Supplier<GoalWriter> writer, Consumer<Boolean> answered) {
		this.writer = writer;
		this.answered = answered;
	}

	private static ScheduledThreadPoolExecutor thread(String name) {
		ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, new DaemonThreadFactory(name));
		executor.setKeepAliveTime(IDLE_THREAD_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		executor.allowCoreThreadTimeOut(true);
		return executor;
	}

	/**
	 * Add a task. Not after {@link #stop}.
	 * @throws Throwable if its thread cannot be started
	 */
	synchronized void add(IntakeTask task) {
		this.open.add(task);
		try {
			schedule(task, Duration.ZERO);
		}
		catch (Throwable ex) {
			this.open.remove(task);
			throw ex;
		}
	}

	private void schedule(IntakeTask task, Duration delay) {
		(task.isInDoubt() ? this.inDoubt : this.ordinary).schedule(() -> run(task), delay.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	private void run(IntakeTask task) {
		if (!begin(task)) {
			return;
		}
		List<? extends IntakeTask> left = task.attempt(this.writer);
		this.answered.accept(!task.isUnanswered());
		end(task, left);
	}

	/**
	 * Another task may have taken this one's goals along.
	 */
	private synchronized boolean begin(IntakeTask task) {
		if (this.stopped || !this.open.contains(task)) {
			return false;
		}
		if (task instanceof WriteTask writing && writing.canBeJoined()) {
			takeAlongWhatWaits(writing);
		}
		this.running.add(task);
		return true;
	}

	private void takeAlongWhatWaits(WriteTask task) {
		Iterator<IntakeTask> others = this.open.iterator();
		while (others.hasNext() && task.waiting().size() < BATCH) {
			IntakeTask next = others.next();
			if (next != task && !this.running.contains(next) && next instanceof WriteTask other && other.canBeJoined()
					&& task.waiting().size() + other.waiting().size() <= BATCH) {
				task.join(other);
				others.remove();
			}
		}
	}

	private synchronized void end(IntakeTask task, List<? extends IntakeTask> left) {
		this.running.remove(task);
		this.open.remove(task);
		this.open.addAll(left);
		notifyAll();
		if (!this.stopped) {
			left.forEach((next) -> schedule(next, next.pause()));
		}
	}

	/**
	 * Let the tasks come to their end, and give those up that have not.
	 * @param timeout how long they have
	 */
	void stop(Duration timeout) {
		awaitEnd(timeout);
		synchronized (this) {
			this.stopped = true;
		}
		this.ordinary.shutdownNow();
		this.inDoubt.shutdownNow();
		long deadline = System.nanoTime() + TIME_TO_END_AFTER_INTERRUPT.toNanos();
		try {
			this.ordinary.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
			this.inDoubt.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		removeAll().forEach(IntakeTask::giveUp);
	}

	private synchronized void awaitEnd(Duration timeout) {
		long deadline = System.nanoTime() + timeout.toNanos();
		try {
			long remaining = timeout.toNanos();
			while (!this.open.isEmpty() && remaining > 0) {
				TimeUnit.NANOSECONDS.timedWait(this, remaining);
				remaining = deadline - System.nanoTime();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private synchronized List<IntakeTask> removeAll() {
		List<IntakeTask> all = new ArrayList<>(this.open);
		this.open.clear();
		return all;
	}

}
