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
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome.Dropped;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanCreationNotAllowedException;

/**
 * Logs the outcome of a goal and tells every {@link GoalDeliveryListener}. A failing
 * listener neither keeps the others from being told nor reaches the caller. Thread-safe.
 */
public final class GoalOutcomePublisher implements AutoCloseable {

	private final Log log = LogFactory.getLog(GoalOutcomePublisher.class);

	private final ThrottledLog throttledLog = new ThrottledLog(GoalOutcomePublisher.class);

	private final GoalOutcomeLog outcomeLog = new GoalOutcomeLog();

	private final Supplier<List<GoalDeliveryListener>> lookup;

	private volatile @Nullable List<GoalDeliveryListener> listeners;

	private volatile boolean closed;

	/**
	 * Create a publisher.
	 * @param listeners the listeners, in the order in which they are told; asked for with
	 * the first outcome, so that a listener may itself need what this publisher is for
	 */
	public GoalOutcomePublisher(Supplier<List<GoalDeliveryListener>> listeners) {
		this.lookup = listeners;
	}

	/**
	 * Tell the listeners. Never throws an exception.
	 * @param goal the goal
	 * @param outcome what became of it
	 */
	public void publish(Goal goal, GoalOutcome outcome) {
		tellAll(goal, outcome, (listener) -> listener.onOutcome(goal, outcome));
	}

	/**
	 * Tell the listeners, and those that {@linkplain TimedGoalDeliveryListener want to
	 * know} also how long it took. Never throws an exception.
	 * @param goal the goal
	 * @param outcome what became of it
	 * @param sinceHandOver the time since the goal was handed over
	 */
	public void publish(Goal goal, GoalOutcome outcome, Duration sinceHandOver) {
		tellAll(goal, outcome, (listener) -> {
			if (listener instanceof TimedGoalDeliveryListener timed) {
				timed.onOutcome(goal, outcome, sinceHandOver);
			}
			else {
				listener.onOutcome(goal, outcome);
			}
		});
	}

	/**
	 * Log that something on this side failed, and tell the listeners that the goal is
	 * {@linkplain GoalOutcome.Dropped.Reason#FAILED lost}. A failure to create a bean
	 * because the application ends is not logged; the goal is lost
	 * {@linkplain GoalOutcome.Dropped.Reason#SHUTDOWN at shutdown} then. Never throws an
	 * exception.
	 * @param goal the goal, as far as it got
	 * @param message what failed; it holds no data, so that equal failures have equal
	 * messages
	 * @param failure the failure, or {@code null} if the message says all that may be
	 * logged
	 */
	public void publishFailed(Goal goal, String message, @Nullable Throwable failure) {
		if (isShutdown(failure)) {
			publish(goal, new Dropped(Dropped.Reason.SHUTDOWN, null));
			return;
		}
		this.throttledLog.warn(message, message, failure);
		publish(goal, new Dropped(Dropped.Reason.FAILED, null));
	}

	private static boolean isShutdown(@Nullable Throwable failure) {
		return failure instanceof BeansException beansException
				&& beansException.contains(BeanCreationNotAllowedException.class);
	}

	private void tellAll(Goal goal, GoalOutcome outcome, Consumer<GoalDeliveryListener> message) {
		this.outcomeLog.onOutcome(goal, outcome);
		for (GoalDeliveryListener listener : listeners()) {
			try {
				message.accept(listener);
			}
			catch (Throwable ex) {
				String failed = "GoalDeliveryListener " + listener.getClass().getName() + " failed";
				this.throttledLog.warn(failed, failed, ex);
			}
		}
	}

	private List<GoalDeliveryListener> listeners() {
		List<GoalDeliveryListener> known = this.listeners;
		if (known == null) {
			known = this.closed ? List.of() : lookUp();
		}
		return known;
	}

	private List<GoalDeliveryListener> lookUp() {
		try {
			List<GoalDeliveryListener> found = this.lookup.get();
			this.listeners = found;
			return found;
		}
		catch (Throwable ex) {
			String failed = "The GoalDeliveryListeners cannot be created";
			if (isShutdown(ex)) {
				this.log.debug(failed, ex);
			}
			else {
				this.throttledLog.warn(failed, failed, ex);
			}
			return List.of();
		}
	}

	/**
	 * Look the listeners up while beans can still be created, so that goals of the time
	 * after that are counted.
	 */
	public void prepareShutdown() {
		listeners();
	}

	/**
	 * Whether the application has ended. No bean may be looked up then.
	 * @return whether this is closed
	 */
	public boolean isClosed() {
		return this.closed;
	}

	/**
	 * Log what has not been logged yet, the number of goals that were dropped at shutdown
	 * among it. Outcomes of later goals are told as before.
	 */
	@Override
	public void close() {
		this.closed = true;
		this.outcomeLog.close();
		this.throttledLog.close();
	}

}
