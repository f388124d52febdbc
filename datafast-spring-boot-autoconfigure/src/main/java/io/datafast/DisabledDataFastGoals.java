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

package io.datafast;

import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.delivery.GoalOutcomePublisher;

import org.springframework.util.Assert;

/**
 * Skips every goal, so that an application without an API key runs the same code path.
 */
final class DisabledDataFastGoals implements DataFastGoals {

	private final String reason;

	private final GoalOutcomePublisher outcomes;

	DisabledDataFastGoals(String reason, GoalOutcomePublisher outcomes) {
		this.reason = reason;
		this.outcomes = outcomes;
	}

	@Override
	public void track(Goal goal) {
		Assert.notNull(goal, "The goal must not be null");
		this.outcomes.publish(goal, new Skipped(Skipped.Reason.DISABLED));
	}

	@Override
	public GoalReceipt create(Goal goal) {
		track(goal);
		return new GoalReceipt(null, "Not sent: " + this.reason);
	}

}
