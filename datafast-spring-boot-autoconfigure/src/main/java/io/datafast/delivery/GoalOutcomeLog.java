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

import io.datafast.DataFastAuthenticationException;
import io.datafast.DataFastException;
import io.datafast.Goal;
import io.datafast.GoalRejectedException;
import io.datafast.VisitorIds;
import io.datafast.VisitorNotFoundException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Logs outcomes: every one at DEBUG, besides a refused API key once at ERROR until a goal
 * gets through again, and the first refusal or loss of each other kind at WARN. An
 * unknown visitor is no reason to warn.
 */
public final class GoalOutcomeLog implements GoalDeliveryListener {

	private final Log log = LogFactory.getLog(GoalOutcomeLog.class);

	private final FailureLog failures = new FailureLog(GoalOutcomeLog.class);

	private final AtomicBoolean keyRefused = new AtomicBoolean();

	/**
	 * Create a log.
	 */
	public GoalOutcomeLog() {
	}

	@Override
	public void onOutcome(Goal goal, GoalOutcome outcome) {
		if (outcome instanceof GoalOutcome.Created created) {
			this.keyRefused.set(false);
			debug(goal, "created", created.receipt().eventId());
		}
		else if (outcome instanceof GoalOutcome.Skipped skipped) {
			debug(goal, "skipped", skipped.reason());
		}
		else if (outcome instanceof GoalOutcome.Rejected rejected) {
			onRejected(goal, rejected.exception());
		}
		else if (outcome instanceof GoalOutcome.Dropped dropped) {
			onDropped(goal, dropped);
		}
	}

	private void onRejected(Goal goal, DataFastException exception) {
		if (exception instanceof DataFastAuthenticationException) {
			if (this.keyRefused.compareAndSet(false, true)) {
				this.log.error(exception.getMessage() + " No goal is recorded until this is mended: check"
						+ " datafast.api-key and datafast.website-id, and the website's state in DataFast."
						+ " (Further refusals are logged at DEBUG.)");
				return;
			}
		}
		else if (exception instanceof GoalRejectedException rejected
				&& !(rejected instanceof VisitorNotFoundException)) {
			this.failures.log("status " + rejected.getStatus(), describe(goal, "rejected", rejected.getMessage()),
					null);
			return;
		}
		debug(goal, "rejected", exception.getMessage());
	}

	private void onDropped(Goal goal, GoalOutcome.Dropped dropped) {
		DataFastException failure = dropped.lastFailure();
		if (failure == null) {
			debug(goal, "dropped", dropped.reason());
		}
		else {
			this.failures.log("dropped " + dropped.reason(),
					describe(goal, "dropped", dropped.reason()) + ": " + failure.getMessage(), null);
		}
	}

	private void debug(Goal goal, String outcome, @Nullable Object detail) {
		if (this.log.isDebugEnabled()) {
			this.log.debug(describe(goal, outcome, detail));
		}
	}

	private static String describe(Goal goal, String outcome, @Nullable Object detail) {
		return "Goal '" + goal.name() + "' of visitor " + VisitorIds.abbreviate(goal.visitorId()) + " " + outcome
				+ ((detail != null) ? " (" + detail + ")" : "");
	}

}
