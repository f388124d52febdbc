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

import io.datafast.Goal;

/**
 * A goal between hand-over and outcome. Whoever {@linkplain #claim() claims} it first
 * decides the outcome, so that there is exactly one.
 */
final class PendingGoal {

	private final Goal goal;

	private final AtomicBoolean claimed = new AtomicBoolean();

	PendingGoal(Goal goal) {
		this.goal = goal;
	}

	Goal goal() {
		return this.goal;
	}

	boolean claim() {
		return this.claimed.compareAndSet(false, true);
	}

}
