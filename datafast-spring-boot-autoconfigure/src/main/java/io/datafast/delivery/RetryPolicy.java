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
import java.util.concurrent.ThreadLocalRandom;

import io.datafast.DataFastException;
import io.datafast.DataFastUnavailableException;
import io.datafast.VisitorNotFoundException;
import io.datafast.delivery.GoalAttempt.Finished;
import io.datafast.delivery.GoalAttempt.Progress;
import io.datafast.delivery.GoalAttempt.Result;
import io.datafast.delivery.GoalAttempt.Retry;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Rejected;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a failed attempt means. It uses no clock: every duration starts now.
 *
 * @param maxAttempts how many answers a goal may get before it is given up, at least 1;
 * attempts that could not reach DataFast do not count
 * @param maxAge how old a goal may become before it is given up
 * @param initialBackoff the upper bound of the time before the second attempt; it doubles
 * with each further attempt
 * @param maxBackoff the upper bound of the time between two attempts
 * @param retryAmbiguous whether to repeat a call that DataFast may have processed
 * @param visitorNotFoundRetry the time before the one later attempt for a visitor without
 * a pageview, or zero for no such attempt
 */
public record RetryPolicy(int maxAttempts, Duration maxAge, Duration initialBackoff, Duration maxBackoff,
		boolean retryAmbiguous, Duration visitorNotFoundRetry) {

	private static final Duration MAX_PAUSE = Duration.ofMinutes(5);

	/**
	 * Decide what happens to a goal after a failed attempt.
	 * @param failure the failure
	 * @param before what the answers before this failure were
	 */
	Result decide(DataFastException failure, Progress before) {
		Progress progress = before.answered(failure);
		boolean exhausted = progress.answers() >= this.maxAttempts;
		if (failure instanceof VisitorNotFoundException && !exhausted && !before.visitorNotFound()
				&& !this.visitorNotFoundRetry.isZero()) {
			return new Retry(this.visitorNotFoundRetry, progress, failure);
		}
		if (!(failure instanceof DataFastUnavailableException unavailable)
				|| (unavailable.isAmbiguous() && !this.retryAmbiguous)) {
			return new Finished(withoutRetry(failure));
		}
		if (unavailable.getStatus() == null && !unavailable.isAmbiguous()) {
			return new Retry(null, before, failure);
		}
		if (exhausted) {
			return new Finished(new Dropped(Dropped.Reason.ATTEMPTS_EXHAUSTED, failure));
		}
		Duration backoff = backoff(progress.answers());
		Duration pause = pause(failure);
		// The gates of other nodes do not know of the pause.
		return new Retry((pause != null && pause.compareTo(backoff) > 0) ? pause : backoff, progress, failure);
	}

	/**
	 * The outcome of a goal whose last attempt failed.
	 * @param failure the failure
	 * @return the outcome
	 */
	public static GoalOutcome withoutRetry(DataFastException failure) {
		if (!(failure instanceof DataFastUnavailableException unavailable)) {
			return new Rejected(failure);
		}
		return new Dropped(unavailable.isAmbiguous() ? Dropped.Reason.AMBIGUOUS : Dropped.Reason.ATTEMPTS_EXHAUSTED,
				failure);
	}

	/**
	 * How long all goals have to wait after a failed attempt, or {@code null} if they do
	 * not have to wait.
	 */
	@Nullable Duration pause(DataFastException failure) {
		if (!(failure instanceof DataFastUnavailableException unavailable) || unavailable.getStatus() == null
				|| (unavailable.getStatus() != 429 && unavailable.getStatus() != 503)) {
			return null;
		}
		Duration pause = unavailable.getRetryAfter();
		if (pause == null || pause.isZero()) {
			return null;
		}
		return (pause.compareTo(MAX_PAUSE) < 0) ? pause : MAX_PAUSE;
	}

	/**
	 * The time to wait after consecutive failures: exponential with full jitter, so that
	 * goals that failed together do not come back together.
	 * @param failures the number of failures, at least 1
	 * @return the time
	 */
	public Duration backoff(int failures) {
		double bound = this.initialBackoff.toNanos() * Math.pow(2, failures - 1);
		return Duration
			.ofNanos((long) (Math.min(bound, this.maxBackoff.toNanos()) * ThreadLocalRandom.current().nextDouble()));
	}

}
