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
import io.datafast.support.Lazy;
import org.jspecify.annotations.Nullable;

/**
 * Tells every {@link GoalDeliveryListener} the outcome of a goal. A failing listener
 * neither keeps the others from being told nor reaches the caller. Thread-safe.
 */
public final class GoalOutcomePublisher {

	private final FailureLog failures = new FailureLog(GoalOutcomePublisher.class);

	private final Supplier<List<GoalDeliveryListener>> listeners;

	/**
	 * Create a publisher.
	 * @param listeners the listeners, in the order in which they are told; asked for with
	 * the first outcome, so that a listener may itself need what this publisher is for
	 */
	public GoalOutcomePublisher(Supplier<List<GoalDeliveryListener>> listeners) {
		this.listeners = Lazy.of(listeners);
	}

	/**
	 * Tell the listeners. Never throws an exception.
	 * @param goal the goal
	 * @param outcome what became of it
	 */
	public void publish(Goal goal, GoalOutcome outcome) {
		tellAll((listener) -> listener.onOutcome(goal, outcome));
	}

	/**
	 * Tell the listeners, and those that {@linkplain TimedGoalDeliveryListener want to
	 * know} also how long it took. Never throws an exception.
	 * @param goal the goal
	 * @param outcome what became of it
	 * @param sinceHandOver the time since the goal was handed over
	 */
	public void publish(Goal goal, GoalOutcome outcome, Duration sinceHandOver) {
		tellAll((listener) -> {
			if (listener instanceof TimedGoalDeliveryListener timed) {
				timed.onOutcome(goal, outcome, sinceHandOver);
			}
			else {
				listener.onOutcome(goal, outcome);
			}
		});
	}

	private List<GoalDeliveryListener> listeners() {
		try {
			return this.listeners.get();
		}
		catch (Throwable ex) {
			String failed = "The GoalDeliveryListeners cannot be created";
			this.failures.log(failed, failed, ex);
			return List.of();
		}
	}

	private void tellAll(Consumer<GoalDeliveryListener> message) {
		for (GoalDeliveryListener listener : listeners()) {
			try {
				message.accept(listener);
			}
			catch (Throwable ex) {
				String failed = "GoalDeliveryListener " + listener.getClass().getName() + " failed";
				this.failures.log(failed, failed, ex);
			}
		}
	}

	/**
	 * Log that something on this side failed, the first time at WARN and then at DEBUG,
	 * and tell the listeners that the goal is
	 * {@linkplain GoalOutcome.Dropped.Reason#FAILED lost}. Never throws an exception.
	 * @param goal the goal, as far as it got
	 * @param message what failed; it holds no data, so that equal failures have equal
	 * messages
	 * @param failure the failure, or {@code null} if the message says all that may be
	 * logged
	 */
	public void publishFailed(Goal goal, String message, @Nullable Throwable failure) {
		this.failures.log(message, message, failure);
		publish(goal, new GoalOutcome.Dropped(GoalOutcome.Dropped.Reason.FAILED, null));
	}

}
