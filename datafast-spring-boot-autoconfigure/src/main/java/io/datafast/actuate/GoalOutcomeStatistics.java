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

package io.datafast.actuate;

import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import io.datafast.DataFastAuthenticationException;
import io.datafast.DataFastException;
import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.GoalRejectedException;
import io.datafast.actuate.DataFastEndpoint.FailureDescriptor;
import io.datafast.delivery.GoalDeliveryListener;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcomePublisher;
import org.jspecify.annotations.Nullable;

/**
 * Counts outcomes since the start of the application and remembers the last failure, for
 * the {@link DataFastEndpoint}. Needs no Micrometer. Thread-safe.
 */
public final class GoalOutcomeStatistics implements GoalDeliveryListener {

	private final Clock clock;

	private final Map<String, Map<String, LongAdder>> counts = new ConcurrentHashMap<>();

	private volatile @Nullable FailureDescriptor lastFailure;

	/**
	 * Create statistics without any outcome.
	 * @param clock tells when a goal failed
	 */
	public GoalOutcomeStatistics(Clock clock) {
		this.clock = clock;
	}

	@Override
	public void onOutcome(Goal goal, GoalOutcome outcome) {
		this.counts.computeIfAbsent(outcome.outcomeName(), (name) -> new ConcurrentHashMap<>())
			.computeIfAbsent(outcome.reasonName(), (name) -> new LongAdder())
			.increment();
		DataFastException exception = GoalOutcomePublisher.failureOf(outcome);
		if (exception != null) {
			this.lastFailure = new FailureDescriptor(this.clock.instant(), goal.name(), outcome.outcomeName(),
					outcome.reasonName(), status(exception), exception.getMessage());
		}
	}

	/**
	 * How many goals had each outcome, for each reason. Outcomes and reasons are named as
	 * in the meters, and sorted by name.
	 */
	Map<String, Map<String, Long>> counts() {
		Map<String, Map<String, Long>> result = new TreeMap<>();
		this.counts.forEach((outcome, reasons) -> {
			Map<String, Long> sums = new TreeMap<>();
			reasons.forEach((reason, count) -> sums.put(reason, count.sum()));
			result.put(outcome, sums);
		});
		return result;
	}

	/**
	 * The failure of the goal that was last refused, or lost after an attempt to send it.
	 */
	@Nullable FailureDescriptor lastFailure() {
		return this.lastFailure;
	}

	private static @Nullable Integer status(DataFastException exception) {
		if (exception instanceof GoalRejectedException rejected) {
			return rejected.getStatus();
		}
		if (exception instanceof DataFastAuthenticationException authentication) {
			return authentication.getStatus();
		}
		return (exception instanceof DataFastUnavailableException unavailable) ? unavailable.getStatus() : null;
	}

}
