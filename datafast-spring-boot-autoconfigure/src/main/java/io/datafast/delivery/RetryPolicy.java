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
import java.util.function.DoubleSupplier;

import io.datafast.DataFastException;
import io.datafast.DataFastUnavailableException;
import io.datafast.VisitorNotFoundException;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Rejected;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a failed attempt means for the goal and for the dispatcher. It knows no
 * clock: every duration starts now. Thread-safe if the source of random numbers is.
 */
public final class RetryPolicy {

	static final Duration MAX_PAUSE = Duration.ofMinutes(5);

	private final RetrySettings settings;

	private final DoubleSupplier random;

	/**
	 * Create a policy.
	 * @param settings the settings
	 * @param random gives numbers from 0 inclusive to 1 exclusive, for the jitter
	 */
	public RetryPolicy(RetrySettings settings, DoubleSupplier random) {
		this.settings = settings;
		this.random = random;
	}

	/**
	 * How old a goal may become before it is given up.
	 * @return the age
	 */
	public Duration maxAge() {
		return this.settings.maxAge();
	}

	/**
	 * What follows from a failed attempt.
	 * @param failure the failure
	 * @param answers how many answers the goal has got, this one included
	 * @param notFoundBefore whether one of them said that the visitor is unknown
	 * @return the decision
	 */
	public Decision decide(DataFastException failure, int answers, boolean notFoundBefore) {
		boolean exhausted = answers >= this.settings.maxAttempts();
		if (failure instanceof VisitorNotFoundException) {
			Duration later = this.settings.visitorNotFoundRetry();
			return (exhausted || notFoundBefore || later.isZero()) ? Decision.finish(new Rejected(failure))
					: Decision.retry(later);
		}
		if (!(failure instanceof DataFastUnavailableException unavailable)) {
			return Decision.finish(new Rejected(failure));
		}
		if (unavailable.getStatus() == null && !unavailable.isAmbiguous()) {
			return Decision.NOT_SENT;
		}
		if (unavailable.isAmbiguous() && !this.settings.retryAmbiguous()) {
			return Decision.finish(new Dropped(Dropped.Reason.AMBIGUOUS, failure));
		}
		Duration pause = pause(unavailable);
		return exhausted ? new Decision(new Dropped(Dropped.Reason.ATTEMPTS_EXHAUSTED, failure), null, pause, false)
				: new Decision(null, longer(backoff(answers), pause), pause, false);
	}

	private static Duration longer(Duration backoff, @Nullable Duration pause) {
		return (pause != null && pause.compareTo(backoff) > 0) ? pause : backoff;
	}

	private static @Nullable Duration pause(DataFastUnavailableException failure) {
		Duration retryAfter = failure.getRetryAfter();
		Integer status = failure.getStatus();
		if (retryAfter == null || retryAfter.isZero() || status == null || (status != 429 && status != 503)) {
			return null;
		}
		return (retryAfter.compareTo(MAX_PAUSE) < 0) ? retryAfter : MAX_PAUSE;
	}

	/**
	 * The time to wait after the given number of consecutive failures: exponential with
	 * full jitter, so that goals that failed together do not come back together.
	 * @param failures how many, at least 1
	 * @return a time from zero up to the bound for that number
	 */
	public Duration backoff(int failures) {
		double bound = this.settings.initialBackoff().toNanos() * Math.pow(2, failures - 1);
		return Duration
			.ofNanos((long) (Math.min(bound, this.settings.maxBackoff().toNanos()) * this.random.getAsDouble()));
	}

	/**
	 * What to do after a failed attempt.
	 *
	 * @param outcome the goal's outcome, or {@code null} if it has another chance
	 * @param retryAfter when that is, or {@code null} if there is an outcome
	 * @param pause how long all goals have to wait, or {@code null} if they have not
	 * @param notSent whether the call was not sent; it does not count, and no other can
	 * be expected to be sent before a probe succeeds
	 */
	public record Decision(@Nullable GoalOutcome outcome, @Nullable Duration retryAfter, @Nullable Duration pause,
			boolean notSent) {

		static final Decision NOT_SENT = new Decision(null, null, null, true);

		static Decision finish(GoalOutcome outcome) {
			return new Decision(outcome, null, null, false);
		}

		static Decision retry(Duration delay) {
			return new Decision(null, delay, null, false);
		}

	}

}
