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

import io.datafast.DataFastException;
import io.datafast.Goal;
import io.datafast.delivery.GoalAttempt.Progress;
import io.datafast.delivery.GoalOutcome;
import org.jspecify.annotations.Nullable;

/**
 * What the table holds of a goal beside its time.
 *
 * @param goal the goal
 * @param progress what matters of the answers so far
 * @param ending how it ended, or {@code null} while it waits
 */
record StoredGoal(Goal goal, Progress progress, @Nullable Ending ending) {

	private static final int MAX_MESSAGE = 500;

	static StoredGoal of(Goal goal) {
		return new StoredGoal(goal, Progress.NONE, null);
	}

	StoredGoal after(Progress progress) {
		return new StoredGoal(this.goal, progress, null);
	}

	/**
	 * After one more answer.
	 */
	StoredGoal answered() {
		return after(new Progress(this.progress.answers() + 1, this.progress.visitorNotFound()));
	}

	StoredGoal ended(GoalOutcome outcome) {
		return new StoredGoal(this.goal, this.progress,
				new Ending(outcome.outcomeName(), outcome.reasonName(), message(outcome)));
	}

	private static @Nullable String message(GoalOutcome outcome) {
		DataFastException failure = (outcome instanceof GoalOutcome.Rejected rejected) ? rejected.exception()
				: ((outcome instanceof GoalOutcome.Dropped dropped) ? dropped.lastFailure() : null);
		String message = (failure != null) ? failure.getMessage() : null;
		return (message != null && message.length() > MAX_MESSAGE) ? message.substring(0, MAX_MESSAGE) : message;
	}

	/**
	 * How a goal ended.
	 *
	 * @param outcome the outcome's name
	 * @param reason the name of its reason
	 * @param message what DataFast said, if it did
	 */
	record Ending(String outcome, String reason, @Nullable String message) {

	}

}
