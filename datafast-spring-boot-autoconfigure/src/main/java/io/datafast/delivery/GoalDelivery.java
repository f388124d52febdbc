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

import io.datafast.DataFastException;
import io.datafast.Goal;
import io.datafast.GoalReceipt;

/**
 * One attempt to create a goal at DataFast. Thread-safe.
 */
@FunctionalInterface
public interface GoalDelivery {

	/**
	 * Make the attempt, on the calling thread.
	 * @param goal a goal with a visitor id
	 * @return what DataFast said
	 * @throws DataFastException if the goal was not created
	 */
	GoalReceipt send(Goal goal);

}
