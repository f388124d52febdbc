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
import io.datafast.GoalReceipt;
import org.jspecify.annotations.Nullable;

/**
 * What became of a goal. Every goal has exactly one outcome.
 */
public sealed interface GoalOutcome {

	/**
	 * DataFast recorded the goal.
	 *
	 * @param receipt what DataFast said
	 */
	record Created(GoalReceipt receipt) implements GoalOutcome {
	}

	/**
	 * The goal was not meant to be sent.
	 *
	 * @param reason why not
	 */
	record Skipped(Reason reason) implements GoalOutcome {

		/**
		 * Why a goal was not meant to be sent.
		 */
		public enum Reason {

			/**
			 * Neither the goal nor the current request has a visitor id.
			 */
			NO_VISITOR,

			/**
			 * DataFast is off.
			 */
			DISABLED,

			/**
			 * A {@link io.datafast.GoalFilter} vetoed.
			 */
			FILTERED,

			/**
			 * The transaction in which the goal was tracked was rolled back.
			 */
			ROLLED_BACK

		}

	}

	/**
	 * DataFast refused the goal for good.
	 *
	 * @param exception the refusal
	 */
	record Rejected(DataFastException exception) implements GoalOutcome {
	}

	/**
	 * The goal was meant to be sent and is lost.
	 *
	 * @param reason why it is lost
	 * @param lastFailure the failure of the last attempt to send it, or {@code null} if
	 * there was none
	 */
	record Dropped(Reason reason, @Nullable DataFastException lastFailure) implements GoalOutcome {

		/**
		 * Why a goal is lost.
		 */
		public enum Reason {

			/**
			 * As many goals as {@code datafast.delivery.capacity} allows were pending.
			 */
			QUEUE_FULL,

			/**
			 * DataFast answered that it cannot take the goal, as often as the goal may be
			 * tried.
			 */
			ATTEMPTS_EXHAUSTED,

			/**
			 * The goal became too old before it could be sent.
			 */
			EXPIRED,

			/**
			 * It is unknown whether DataFast recorded the goal, and trying again could
			 * record it twice.
			 */
			AMBIGUOUS,

			/**
			 * The application ended before the goal could be sent.
			 */
			SHUTDOWN,

			/**
			 * An expression, a filter, the dispatcher or something else on this side
			 * failed.
			 */
			FAILED

		}

	}

}
