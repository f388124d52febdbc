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

import java.util.Locale;

import io.datafast.DataFastAuthenticationException;
import io.datafast.DataFastException;
import io.datafast.GoalReceipt;
import io.datafast.VisitorNotFoundException;
import org.jspecify.annotations.Nullable;

/**
 * What became of a goal. Every goal has exactly one outcome.
 */
public sealed interface GoalOutcome {

	/**
	 * The outcome's name for meters and the like.
	 * @return {@code created}, {@code skipped}, {@code rejected} or {@code dropped}
	 */
	String outcomeName();

	/**
	 * The name of the outcome's reason for meters and the like: that of {@code Skipped}'s
	 * and {@code Dropped}'s reasons in lower case, such as {@code queue_full}. For
	 * {@code Rejected} it is {@code visitor_not_found} (status 404),
	 * {@code authentication} (401, 403) or {@code rejected} (anything else), and for
	 * {@code Created} it is {@code none}.
	 * @return the name
	 */
	String reasonName();

	/**
	 * DataFast recorded the goal.
	 *
	 * @param receipt what DataFast said
	 */
	record Created(GoalReceipt receipt) implements GoalOutcome {

		@Override
		public String outcomeName() {
			return "created";
		}

		@Override
		public String reasonName() {
			return "none";
		}

	}

	/**
	 * The goal was not meant to be sent.
	 *
	 * @param reason why not
	 */
	record Skipped(Reason reason) implements GoalOutcome {

		@Override
		public String outcomeName() {
			return "skipped";
		}

		@Override
		public String reasonName() {
			return this.reason.lowerCaseName;
		}

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
			 * The transaction in which the goal was tracked was rolled back, as a whole
			 * or to an earlier savepoint, or its commit failed.
			 */
			ROLLED_BACK;

			private final String lowerCaseName = name().toLowerCase(Locale.ROOT);

		}

	}

	/**
	 * DataFast refused the goal for good.
	 *
	 * @param exception the refusal
	 */
	record Rejected(DataFastException exception) implements GoalOutcome {

		@Override
		public String outcomeName() {
			return "rejected";
		}

		@Override
		public String reasonName() {
			if (this.exception instanceof VisitorNotFoundException) {
				return "visitor_not_found";
			}
			return (this.exception instanceof DataFastAuthenticationException) ? "authentication" : "rejected";
		}

	}

	/**
	 * The goal was meant to be sent and is lost.
	 *
	 * @param reason why it is lost
	 * @param lastFailure the failure of the last attempt to send it, or {@code null} if
	 * there was none
	 */
	record Dropped(Reason reason, @Nullable DataFastException lastFailure) implements GoalOutcome {

		@Override
		public String outcomeName() {
			return "dropped";
		}

		@Override
		public String reasonName() {
			return this.reason.lowerCaseName;
		}

		/**
		 * Why a goal is lost.
		 */
		public enum Reason {

			/**
			 * As many goals as {@code datafast.delivery.capacity} allows were pending or,
			 * in a transaction, waiting for commits.
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
			FAILED;

			private final String lowerCaseName = name().toLowerCase(Locale.ROOT);

		}

	}

}
