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

import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

/**
 * Does something once at the earliest of the times it was asked for. There is at most one
 * task in the timer. Thread-safe.
 */
final class WakeUpCall {

	private final DeliveryTimer timer;

	private final Runnable action;

	private long time = GoalQueue.NEVER;

	private @Nullable Future<?> task;

	/**
	 * Create a call.
	 * @param timer gives the time, and the thread
	 * @param action quick, and throws nothing
	 */
	WakeUpCall(DeliveryTimer timer, Runnable action) {
		this.timer = timer;
		this.action = action;
	}

	/**
	 * Ask for a call.
	 * @param time when, or {@link GoalQueue#NEVER}
	 * @param now the current time
	 * @throws RuntimeException or an Error if the timer cannot start its thread
	 */
	synchronized void at(long time, long now) {
		if (time < this.time) {
			cancel();
			this.task = this.timer.schedule(() -> call(time), time - now);
			this.time = time;
		}
	}

	private void call(long time) {
		synchronized (this) {
			if (time != this.time) {
				return;
			}
			this.time = GoalQueue.NEVER;
			this.task = null;
		}
		this.action.run();
	}

	synchronized void cancel() {
		if (this.task != null) {
			this.task.cancel(false);
			this.task = null;
		}
		this.time = GoalQueue.NEVER;
	}

}
