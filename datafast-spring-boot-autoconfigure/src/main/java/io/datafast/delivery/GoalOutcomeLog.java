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

import java.util.function.LongSupplier;
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

/**
 * Logs outcomes: every one at DEBUG; besides, a refused API key at ERROR and any other
 * refusal or loss at WARN, each kind at most once a minute. Unknown visitors and bots are
 * no reason to warn. Goals that are dropped at shutdown are summed up when the log is
 * closed.
 */
final class GoalOutcomeLog implements GoalDeliveryListener, AutoCloseable {

	private static final String REFUSED_KEY = "Refusals of the API key";

	private static final Pattern BOT = Pattern.compile("\\bbots?\\b", Pattern.CASE_INSENSITIVE);

	private final Log log = LogFactory.getLog(GoalOutcomeLog.class);

	private final ThrottledLog throttledLog;

	private int droppedAtShutdown;

	private boolean closed;

	GoalOutcomeLog() {
		this(System::nanoTime);
	}

	GoalOutcomeLog(LongSupplier nanoTime) {
		this.throttledLog = new ThrottledLog(GoalOutcomeLog.class, nanoTime);
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
		if (this.throttledLog.isOver(REFUSED_KEY)) {
			this.log.info("DataFast accepts the API key again");
		}
		debug(goal, "created", created.receipt().eventId());
	}

	private void onRejected(Goal goal, DataFastException exception) {
		if (exception instanceof DataFastAuthenticationException) {
			this.throttledLog.error(REFUSED_KEY,
					"Goals are lost, since DataFast refuses the API key (check datafast.api-key"
							+ " and datafast.website-id, and the website's state in DataFast): "
							+ exception.getMessage());
		}
		else if (exception instanceof GoalRejectedException rejected && !isExpected(rejected)) {
			this.throttledLog.warn("Goals that DataFast refused with status " + rejected.getStatus(),
					describe(goal, "rejected", rejected.getMessage()), null);
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
			case QUEUE_FULL ->
				this.throttledLog
					.warn("Goals dropped because the queue is full",
							message + ": DataFast is slower than goals are tracked, or does not answer, or transactions"
									+ " hold that many goals; datafast.delivery.capacity sets the size of the queue",
							null);
			case EXPIRED, ATTEMPTS_EXHAUSTED, AMBIGUOUS ->
				this.throttledLog.warn("Goals dropped (" + dropped.reason() + ")", message, null);
			case SHUTDOWN -> onShutdown(message);
			// What failed is logged where it failed.
			case FAILED -> this.log.debug(message);
		}
	}

	private synchronized void onShutdown(String message) {
		if (this.closed) {
			this.throttledLog.warn("Goals dropped after the application has ended", message, null);
		}
		else {
			this.droppedAtShutdown++;
			this.log.debug(message);
		}
	}

	/**
	 * Log what has not been logged yet.
	 */
	@Override
	public synchronized void close() {
		this.closed = true;
		if (this.droppedAtShutdown > 0) {
			this.log.warn("Dropped " + this.droppedAtShutdown + " goal(s) that DataFast had not taken when the"
					+ " application ended (datafast.delivery.shutdown-timeout)");
		}
		this.throttledLog.close();
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
