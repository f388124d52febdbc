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

import io.datafast.Goal;

/**
 * A {@link GoalDeliveryListener} that is also told how long a goal was under way.
 */
public interface TimedGoalDeliveryListener extends GoalDeliveryListener {

	/**
	 * A goal that had been handed over to the dispatcher reached its outcome. Called
	 * instead of {@link #onOutcome(Goal, GoalOutcome)}, under the same conditions; that
	 * method is called for goals that are never handed over, and for goals of dispatchers
	 * that do not measure this time.
	 * @param goal the goal
	 * @param outcome what became of it
	 * @param sinceHandOver the time from the hand-over to the outcome, with all waiting
	 * and all attempts
	 */
	void onOutcome(Goal goal, GoalOutcome outcome, Duration sinceHandOver);

}
