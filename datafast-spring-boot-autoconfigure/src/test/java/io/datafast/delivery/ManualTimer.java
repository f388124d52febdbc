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

package io.datafast.delivery;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

import org.awaitility.Awaitility;

/**
 * A timer whose time only a test moves.
 */
final class ManualTimer implements DeliveryTimer {

	private final PriorityQueue<Task> tasks = new PriorityQueue<>(Comparator.comparingLong(Task::time));

	private long now;

	@Override
	public synchronized long now() {
		return this.now;
	}

	@Override
	public synchronized Future<?> schedule(Runnable task, long delayNanos) {
		FutureTask<?> future = new FutureTask<>(task, null);
		this.tasks.add(new Task(this.now + delayNanos, future));
		return future;
	}

	@Override
	public synchronized void stop() {
		this.tasks.clear();
	}

	/**
	 * Let time pass and run what becomes due on the way.
	 */
	void advance(Duration duration) {
		long end = now() + duration.toNanos();
		Task next = pollUntil(end);
		while (next != null) {
			next.future().run();
			next = pollUntil(end);
		}
	}

	private synchronized Task pollUntil(long end) {
		Task next = this.tasks.peek();
		if (next == null || next.time() > end) {
			this.now = end;
			return null;
		}
		this.now = Math.max(this.now, next.time());
		return this.tasks.poll();
	}

	/**
	 * The time until the next task, once there is one.
	 */
	Duration awaitNext() {
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !isIdle());
		return untilNext();
	}

	private synchronized Duration untilNext() {
		return Duration.ofNanos(this.tasks.element().time() - this.now);
	}

	boolean isIdle() {
		return size() == 0;
	}

	/**
	 * The number of tasks that wait for their time.
	 */
	synchronized int size() {
		this.tasks.removeIf((task) -> task.future().isCancelled());
		return this.tasks.size();
	}

	private record Task(long time, FutureTask<?> future) {

	}

}
