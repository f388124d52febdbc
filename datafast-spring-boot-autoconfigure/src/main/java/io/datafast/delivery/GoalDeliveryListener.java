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

import io.datafast.Goal;

/**
 * Is told what became of each goal. All beans of this type are called, in their
 * {@linkplain org.springframework.core.annotation.Order order}.
 */
public interface GoalDeliveryListener {

	/**
	 * A goal reached its outcome; called exactly once for each goal. Called on a delivery
	 * thread or, for goals that are never handed over, on the thread that tracked the
	 * goal, so it must be thread-safe and quick. If the listener throws an exception, the
	 * failure is logged and the other listeners are still called.
	 * @param goal the goal in its last state: with the visitor, the default metadata and
	 * the changes of the filters, unless the outcome came before
	 * @param outcome what became of it
	 */
	void onOutcome(Goal goal, GoalOutcome outcome);

}
