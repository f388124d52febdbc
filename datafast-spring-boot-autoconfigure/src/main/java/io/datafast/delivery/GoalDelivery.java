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

import java.util.function.Function;

import io.datafast.DataFastException;
import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.GoalReceipt;

/**
 * One attempt to create a goal at DataFast, and what its result means. Thread-safe.
 */
public final class GoalDelivery {

	private final Function<Goal, GoalReceipt> client;

	/**
	 * Create a delivery.
	 * @param client calls DataFast; throws a {@link DataFastException} if the goal was
	 * not created
	 */
	public GoalDelivery(Function<Goal, GoalReceipt> client) {
		this.client = client;
	}

	/**
	 * Make one of several possible attempts, on the calling thread.
	 * @param goal a goal with a visitor id
	 * @return what DataFast said
	 * @throws DataFastException if the goal was not created
	 */
	public GoalReceipt send(Goal goal) {
		return this.client.apply(goal);
	}

	/**
	 * Make the attempt, on the calling thread.
	 * @param goal a goal with a visitor id
	 * @return the outcome if this is the only attempt
	 */
	public GoalOutcome attempt(Goal goal) {
		try {
			return new GoalOutcome.Created(send(goal));
		}
		catch (DataFastUnavailableException ex) {
			return new GoalOutcome.Dropped(ex.isAmbiguous() ? GoalOutcome.Dropped.Reason.AMBIGUOUS
					: GoalOutcome.Dropped.Reason.ATTEMPTS_EXHAUSTED, ex);
		}
		catch (DataFastException ex) {
			return new GoalOutcome.Rejected(ex);
		}
	}

}
