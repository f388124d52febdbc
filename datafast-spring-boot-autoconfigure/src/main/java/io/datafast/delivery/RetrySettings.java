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

/**
 * When a goal is tried again, and when it is given up.
 *
 * @param maxAttempts how many answers a goal may get before it is given up, at least 1;
 * that DataFast cannot be reached does not count
 * @param maxAge how old a goal may become before it is given up
 * @param initialBackoff the upper bound of the time before the second attempt; it doubles
 * with each further attempt
 * @param maxBackoff the upper bound of the time between two attempts
 * @param retryAmbiguous whether to repeat a call that DataFast may have processed
 * @param visitorNotFoundRetry the time before the one later attempt for a visitor without
 * a pageview, or zero for no such attempt
 */
public record RetrySettings(int maxAttempts, Duration maxAge, Duration initialBackoff, Duration maxBackoff,
		boolean retryAmbiguous, Duration visitorNotFoundRetry) {

	/**
	 * The documented defaults.
	 */
	public static final RetrySettings DEFAULTS = new RetrySettings(5, Duration.ofHours(1), Duration.ofSeconds(1),
			Duration.ofMinutes(1), false, Duration.ofSeconds(30));

}
