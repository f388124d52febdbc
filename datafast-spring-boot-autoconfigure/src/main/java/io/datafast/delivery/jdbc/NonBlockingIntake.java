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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import io.datafast.Goal;
import io.datafast.delivery.DaemonThreadFactory;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcomePublisher;
import org.jspecify.annotations.Nullable;

/**
 * Takes goals from threads that must not wait for a database, such as those of an event
 * loop, and has another thread store them. Until then they are in memory only.
 * Thread-safe.
 */
final class NonBlockingIntake {

	private static final Duration IDLE_THREAD_TIMEOUT = Duration.ofSeconds(10);

	private final BooleanSupplier mustNotBlock;

	private final Consumer<Goal> intake;

	private final GoalOutcomePublisher outcomes;

	private final int capacity;

	private final Duration shutdownTimeout;

	private @Nullable ThreadPoolExecutor executor;

	/**
	 * Create an intake.
	 * @param mustNotBlock tells whether the current thread must not wait
	 * @param intake stores a goal; may wait
	 * @param outcomes told about goals that get no further
	 * @param capacity how many goals may be on their way
	 * @param shutdownTimeout how long stopping waits for these
	 */
	NonBlockingIntake(BooleanSupplier mustNotBlock, Consumer<Goal> intake, GoalOutcomePublisher outcomes, int capacity,
			Duration shutdownTimeout) {
		this.mustNotBlock = mustNotBlock;
		this.intake = intake;
		this.outcomes = outcomes;
		this.capacity = capacity;
		this.shutdownTimeout = shutdownTimeout;
	}

	boolean isNeeded() {
		return this.mustNotBlock.getAsBoolean();
	}

	void take(Goal goal) {
		try {
			executor().execute(new Storing(goal));
		}
		catch (RejectedExecutionException ex) {
			this.outcomes.publish(goal, new Dropped(Dropped.Reason.QUEUE_FULL, null));
		}
	}

	private synchronized ThreadPoolExecutor executor() {
		if (this.executor == null) {
			this.executor = new ThreadPoolExecutor(1, 1, IDLE_THREAD_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS,
					new LinkedBlockingQueue<>(this.capacity), new DaemonThreadFactory("datafast-intake-"));
			this.executor.allowCoreThreadTimeOut(true);
		}
		return this.executor;
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
		try {
			stopped.awaitTermination(this.shutdownTimeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		List<Runnable> left = stopped.shutdownNow();
		left.forEach((storing) -> this.outcomes.publish(((Storing) storing).goal,
				new Dropped(Dropped.Reason.SHUTDOWN, null)));
	}

	private synchronized @Nullable ThreadPoolExecutor detachExecutor() {
		ThreadPoolExecutor detached = this.executor;
		this.executor = null;
		return detached;
	}

	private final class Storing implements Runnable {

		private final Goal goal;

		Storing(Goal goal) {
			this.goal = goal;
		}

		@Override
		public void run() {
			try {
				NonBlockingIntake.this.intake.accept(this.goal);
			}
			catch (Throwable ex) {
				NonBlockingIntake.this.outcomes.publishFailed(this.goal, "Storing a goal failed", ex);
			}
		}

	}

}
