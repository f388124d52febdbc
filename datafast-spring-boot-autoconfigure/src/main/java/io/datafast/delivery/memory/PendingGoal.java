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

package io.datafast.delivery.memory;

import java.util.concurrent.ScheduledFuture;

import io.datafast.DataFastException;
import io.datafast.Goal;
import io.datafast.delivery.DeliveryGate.Permit;
import io.datafast.delivery.GoalAttempt.Progress;
import io.datafast.delivery.GoalAttempt.Result;
import org.jspecify.annotations.Nullable;

/**
 * A goal between hand-over and outcome. Its state is touched only by the worker that has
 * taken the goal from the queue, or under the dispatcher's lock.
 */
final class PendingGoal {

	final Goal goal;

	final long trackedAt = System.nanoTime();

	/**
	 * Makes the call in the context in which the goal was tracked, if there is any.
	 */
	@Nullable Runnable delivery;

	@Nullable Permit permit;

	@Nullable Result result;

	Progress progress = Progress.NONE;

	@Nullable DataFastException lastFailure;

	/**
	 * The next attempt, if it waits for a time.
	 */
	@Nullable ScheduledFuture<?> retry;

	/**
	 * Whether the outcome is decided. The first that sets it decides the outcome, so that
	 * there is exactly one.
	 */
	volatile boolean finished;

	PendingGoal(Goal goal) {
		this.goal = goal;
	}

}
