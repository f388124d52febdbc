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

package io.datafast.benchmarks;

import java.util.concurrent.atomic.AtomicLong;

import io.datafast.Goal;
import io.datafast.delivery.GoalDeliveryListener;
import io.datafast.delivery.GoalOutcome;

/**
 * Counts goals that got their outcome, and complains about those not created.
 */
class OutcomeCounter implements GoalDeliveryListener {

	private final AtomicLong finished = new AtomicLong();

	private final AtomicLong lost = new AtomicLong();

	@Override
	public void onOutcome(Goal goal, GoalOutcome outcome) {
		if (!(outcome instanceof GoalOutcome.Created)) {
			System.err.println("DataFast, not created: " + outcome);
			this.lost.incrementAndGet();
		}
		this.finished.incrementAndGet();
	}

	void awaitFinished(long number) throws InterruptedException {
		while (this.finished.get() < number) {
			Thread.sleep(1);
		}
	}

	long finished() {
		return this.finished.get();
	}

	long lost() {
		return this.lost.get();
	}

}
