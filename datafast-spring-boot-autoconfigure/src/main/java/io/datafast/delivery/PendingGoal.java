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

import java.util.concurrent.atomic.AtomicBoolean;

import io.datafast.DataFastException;
import io.datafast.Goal;
import io.datafast.VisitorNotFoundException;
import org.jspecify.annotations.Nullable;

/**
 * A goal between hand-over and outcome. Whoever {@linkplain #claim() claims} it first
 * decides the outcome, so that there is exactly one. Everything else is touched only by
 * the worker that has taken the goal from the {@link GoalQueue}, or under its lock.
 */
final class PendingGoal extends AtomicBoolean {

	private static final long serialVersionUID = 1L;

	private final transient Goal goal;

	private final long trackedAt;

	private transient @Nullable Runnable delivery;

	private int answers;

	private boolean notFound;

	private long dueAt;

	private transient @Nullable DataFastException lastFailure;

	PendingGoal(Goal goal, long trackedAt) {
		this.goal = goal;
		this.trackedAt = trackedAt;
	}

	Goal goal() {
		return this.goal;
	}

	boolean claim() {
		return compareAndSet(false, true);
	}

	/**
	 * The attempt in the context in which the goal was tracked, if there is such.
	 */
	@Nullable Runnable delivery() {
		return this.delivery;
	}

	void setDelivery(Runnable delivery) {
		this.delivery = delivery;
	}

	boolean isClaimed() {
		return get();
	}

	long trackedAt() {
		return this.trackedAt;
	}

	long dueAt() {
		return this.dueAt;
	}

	void setDueAt(long dueAt) {
		this.dueAt = dueAt;
	}

	@Nullable DataFastException lastFailure() {
		return this.lastFailure;
	}

	/**
	 * Note a failed attempt and decide what follows.
	 */
	RetryPolicy.Decision failed(DataFastException failure, RetryPolicy policy) {
		this.lastFailure = failure;
		RetryPolicy.Decision decision = policy.decide(failure, this.answers + 1, this.notFound);
		if (!decision.unreachable()) {
			this.answers++;
		}
		this.notFound |= failure instanceof VisitorNotFoundException;
		return decision;
	}

}
