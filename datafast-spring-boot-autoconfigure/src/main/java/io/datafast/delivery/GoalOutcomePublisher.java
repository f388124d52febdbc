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
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import io.datafast.DataFastAuthenticationException;
import io.datafast.DataFastException;
import io.datafast.Goal;
import io.datafast.GoalRejectedException;
import io.datafast.VisitorNotFoundException;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Rejected;
import io.datafast.support.VisitorIds;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanCreationNotAllowedException;

/**
 * Logs the outcome of a goal and tells every {@link GoalDeliveryListener}. A failing
 * listener neither keeps the others from being told nor reaches the caller.
 * <p>
 * A refused API key is logged at ERROR and any other refusal or loss at WARN, each kind
 * at most once a minute, and all else at DEBUG. Unknown visitors and bots are no reason
 * to warn. Goals that are dropped at shutdown are summed up when the publisher is closed.
 * Thread-safe.
 */
public final class GoalOutcomePublisher implements AutoCloseable {

	private static final String REFUSED_KEY = "Refusals of the API key";

	private static final String FULL_QUEUE = "Goals dropped because the queue is full";

	private static final Pattern BOT = Pattern.compile("\\bbots?\\b", Pattern.CASE_INSENSITIVE);

	private final Log log = LogFactory.getLog(GoalOutcomePublisher.class);

	private final ThrottledLog throttledLog;

	private final Supplier<List<GoalDeliveryListener>> listeners;

	private int droppedAtShutdown;

	private volatile boolean closed;

	/**
	 * Create a publisher.
	 * @param listeners supplies the listeners, in the order in which they are called;
	 * called with each outcome and not before, since a listener may itself need
	 * {@link io.datafast.DataFastGoals}
	 */
	public GoalOutcomePublisher(Supplier<List<GoalDeliveryListener>> listeners) {
		this(listeners, System::nanoTime);
	}

	GoalOutcomePublisher(Supplier<List<GoalDeliveryListener>> listeners, LongSupplier nanoTime) {
		this.listeners = listeners;
		this.throttledLog = new ThrottledLog(GoalOutcomePublisher.class, nanoTime);
	}

	/**
	 * Log the outcome and tell the listeners. Never throws an exception.
	 * @param goal the goal
	 * @param outcome what became of it
	 */
	public void publish(Goal goal, GoalOutcome outcome) {
		publish(goal, outcome, null);
	}

	/**
	 * Log the outcome and tell the listeners. A {@link TimedGoalDeliveryListener} is also
	 * told how long the goal took. Never throws an exception.
	 * @param goal the goal
	 * @param outcome what became of it
	 * @param sinceHandOver the time since the goal was handed over, or {@code null} if it
	 * was not
	 */
	public void publish(Goal goal, GoalOutcome outcome, @Nullable Duration sinceHandOver) {
		log(goal, outcome);
		for (GoalDeliveryListener listener : listeners()) {
			try {
				if (sinceHandOver != null && listener instanceof TimedGoalDeliveryListener timed) {
					timed.onOutcome(goal, outcome, sinceHandOver);
				}
				else {
					listener.onOutcome(goal, outcome);
				}
			}
			catch (Throwable ex) {
				this.throttledLog.warn("GoalDeliveryListener " + listener.getClass().getName() + " failed", ex);
			}
		}
	}

	private void log(Goal goal, GoalOutcome outcome) {
		if (outcome instanceof Created && this.throttledLog.isOver(REFUSED_KEY)) {
			this.log.info("DataFast accepts the API key again");
		}
		String trouble = trouble(outcome);
		if (trouble == null) {
			if (this.log.isDebugEnabled()) {
				this.log.debug(describe(goal, outcome));
			}
		}
		else if (trouble.equals(REFUSED_KEY)) {
			this.throttledLog.error(trouble,
					"Goals are lost, since DataFast refuses the API key (check datafast.api-key and"
							+ " datafast.website-id, and the website's state in DataFast): " + describe(goal, outcome));
		}
		else {
			this.throttledLog.warn(trouble, describe(goal, outcome) + (trouble.equals(FULL_QUEUE)
					? ": DataFast is slower than goals are tracked, or does not answer, or transactions hold that many"
							+ " goals; datafast.delivery.capacity sets the size of the queue"
					: ""), null);
		}
	}

	/**
	 * The kind of trouble that an outcome is, or {@code null} if it is none. A failure on
	 * this side is logged where it occurs.
	 */
	private @Nullable String trouble(GoalOutcome outcome) {
		if (outcome instanceof Rejected rejected) {
			return (rejected.exception() instanceof DataFastAuthenticationException) ? REFUSED_KEY
					: (rejected.exception() instanceof GoalRejectedException refusal && !isExpected(refusal))
							? "Goals that DataFast refused with status " + refusal.getStatus() : null;
		}
		Dropped.Reason reason = (outcome instanceof Dropped dropped) ? dropped.reason() : Dropped.Reason.FAILED;
		return switch (reason) {
			case QUEUE_FULL -> FULL_QUEUE;
			case EXPIRED, ATTEMPTS_EXHAUSTED, AMBIGUOUS -> "Goals dropped (" + reason + ")";
			case SHUTDOWN -> isCountedAtShutdown() ? null : "Goals dropped after the application has ended";
			case FAILED -> null;
		};
	}

	/**
	 * Unknown visitors and bots are normal. DataFast answers 400 to bots and to invalid
	 * input; only the message differs.
	 */
	private static boolean isExpected(GoalRejectedException exception) {
		return exception instanceof VisitorNotFoundException
				|| (exception.getStatus() == 400 && BOT.matcher(exception.getApiMessage()).find());
	}

	private synchronized boolean isCountedAtShutdown() {
		this.droppedAtShutdown++;
		return !this.closed;
	}

	private static String describe(Goal goal, GoalOutcome outcome) {
		String detail = (outcome instanceof Created created) ? created.receipt().eventId()
				: outcome.reasonName().toUpperCase(Locale.ROOT);
		DataFastException failure = failureOf(outcome);
		return "Goal '" + goal.name() + "' of visitor " + VisitorIds.abbreviate(goal.visitorId()) + " "
				+ outcome.outcomeName() + " (" + detail + ")" + ((failure != null) ? ": " + failure.getMessage() : "");
	}

	/**
	 * The failure that an outcome tells of.
	 * @param outcome the outcome
	 * @return the refusal, or the failure of the last attempt, or {@code null} if there
	 * was none
	 */
	public static @Nullable DataFastException failureOf(GoalOutcome outcome) {
		if (outcome instanceof Rejected rejected) {
			return rejected.exception();
		}
		return (outcome instanceof Dropped dropped) ? dropped.lastFailure() : null;
	}

	/**
	 * Log that something on this side failed, and tell the listeners of the
	 * {@linkplain #failed outcome}. Never throws an exception.
	 * @param goal the goal in its last state
	 * @param message what failed; it holds no data, so that equal failures have equal
	 * messages
	 * @param failure the failure, or {@code null} if the message says all that may be
	 * logged
	 */
	public void publishFailed(Goal goal, String message, @Nullable Throwable failure) {
		publish(goal, failed(message, failure));
	}

	/**
	 * Log that something on this side failed. A bean that cannot be created because the
	 * application ends is logged at DEBUG only; the goal is lost
	 * {@linkplain GoalOutcome.Dropped.Reason#SHUTDOWN at shutdown} then.
	 * @param message what failed; it holds no data, so that equal failures have equal
	 * messages
	 * @param failure the failure, or {@code null} if the message says all that may be
	 * logged
	 * @return the outcome of a goal that is lost for this reason
	 */
	public GoalOutcome failed(String message, @Nullable Throwable failure) {
		if (failure instanceof BeansException ex && ex.contains(BeanCreationNotAllowedException.class)) {
			this.log.debug(message, failure);
			return new Dropped(Dropped.Reason.SHUTDOWN, null);
		}
		this.throttledLog.warn(message, failure);
		return new Dropped(Dropped.Reason.FAILED, null);
	}

	private List<GoalDeliveryListener> listeners() {
		try {
			return this.listeners.get();
		}
		catch (Throwable ex) {
			failed("The GoalDeliveryListeners cannot be created", ex);
			return List.of();
		}
	}

	/**
	 * Whether the application has ended. No bean may be looked up then.
	 * @return whether this is closed
	 */
	public boolean isClosed() {
		return this.closed;
	}

	/**
	 * Log the numbers that have not been logged yet, such as that of goals dropped at
	 * shutdown. Listeners still get the outcomes of later goals.
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

}
