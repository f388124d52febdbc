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
import java.util.regex.Pattern;

import io.datafast.DataFastAuthenticationException;
import io.datafast.DataFastException;
import io.datafast.Goal;
import io.datafast.GoalRejectedException;
import io.datafast.VisitorNotFoundException;
import io.datafast.support.VisitorIds;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;

/**
 * Logs outcomes: every one at DEBUG; besides, a refused API key once at ERROR until a
 * goal gets through again, and any other refusal or loss at WARN when its kind begins and
 * then once a minute with the number. Unknown visitors and bots are no reason to warn.
 */
public final class GoalOutcomeLog implements GoalDeliveryListener, DisposableBean {

	private static final Pattern BOT = Pattern.compile("\\bbots?\\b", Pattern.CASE_INSENSITIVE);

	private final Log log = LogFactory.getLog(GoalOutcomeLog.class);

	private final RepetitionLog repetitions;

	private final AtomicBoolean keyRefused = new AtomicBoolean();

	/**
	 * Create a log.
	 */
	public GoalOutcomeLog() {
		this(new ThreadDeliveryTimer());
	}

	GoalOutcomeLog(DeliveryTimer timer) {
		this.repetitions = new RepetitionLog(this.log, timer);
	}

	@Override
	public void onOutcome(Goal goal, GoalOutcome outcome) {
		if (outcome instanceof GoalOutcome.Created created) {
			onCreated(goal, created);
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

	private void onCreated(Goal goal, GoalOutcome.Created created) {
		if (this.keyRefused.get() && this.keyRefused.compareAndSet(true, false)) {
			this.log.info("DataFast accepts the API key again");
		}
		debug(goal, "created", created.receipt().eventId());
	}

	private void onRejected(Goal goal, DataFastException exception) {
		if (exception instanceof DataFastAuthenticationException && this.keyRefused.compareAndSet(false, true)) {
			this.log.error(exception.getMessage() + " No goal is recorded until this is mended: check"
					+ " datafast.api-key and datafast.website-id, and the website's state in DataFast."
					+ " (Further refusals are logged at DEBUG.)");
		}
		else if (exception instanceof GoalRejectedException rejected && !isExpected(rejected)) {
			this.repetitions.warn("Goals that DataFast refused with status " + rejected.getStatus(),
					describe(goal, "rejected", rejected.getMessage()));
		}
		else {
			debug(goal, "rejected", exception.getMessage());
		}
	}

	/**
	 * Unknown visitors and bots are normal. DataFast answers both kinds of 400, a bot and
	 * invalid input, alike but for the message.
	 */
	private static boolean isExpected(GoalRejectedException exception) {
		return exception instanceof VisitorNotFoundException
				|| (exception.getStatus() == 400 && BOT.matcher(exception.getApiMessage()).find());
	}

	private void onDropped(Goal goal, GoalOutcome.Dropped dropped) {
		DataFastException failure = dropped.lastFailure();
		String message = describe(goal, "dropped", dropped.reason())
				+ ((failure != null) ? ": " + failure.getMessage() : "");
		switch (dropped.reason()) {
			case QUEUE_FULL -> this.repetitions.warn("Goals dropped because the queue is full",
					message + ": DataFast is slower than goals are tracked, or does not answer, or transactions"
							+ " hold that many goals; datafast.delivery.capacity sets the size of the queue");
			case EXPIRED, ATTEMPTS_EXHAUSTED, AMBIGUOUS ->
				this.repetitions.warn("Goals dropped (" + dropped.reason() + ")", message);
			// These have a log of their own where they happen.
			case SHUTDOWN, FAILED -> this.log.debug(message);
		}
	}

	/**
	 * Log the repetitions that have not been logged yet.
	 */
	@Override
	public void destroy() {
		this.repetitions.close();
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
