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

package io.datafast.metrics;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.TimedGoalDeliveryListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * Counts outcomes and times deliveries.
 * <ul>
 * <li>Counter {@code datafast.goals}: all goals, with the tags {@code goal},
 * {@code outcome} and {@code reason}.</li>
 * <li>Timer {@code datafast.goals.delivery}: the time from the hand-over of a goal to the
 * answer that decided its {@code outcome}, {@code created} or {@code rejected}.</li>
 * </ul>
 * The values of {@code outcome} and {@code reason} are those of
 * {@link GoalOutcome#outcomeName()} and {@link GoalOutcome#reasonName()}. The tag
 * {@code goal} holds the first {@value #MAX_GOAL_NAMES} different names;
 * {@value #OTHER_GOALS} stands for all later names. Names may be created at run time, and
 * meters are never removed. Thread-safe.
 */
public final class MicrometerGoalDeliveryListener implements TimedGoalDeliveryListener {

	/**
	 * How many different goal names have meters of their own.
	 */
	public static final int MAX_GOAL_NAMES = 200;

	/**
	 * The value of the tag {@code goal} for all names after the first
	 * {@value #MAX_GOAL_NAMES}.
	 */
	public static final String OTHER_GOALS = "other";

	private final Supplier<MeterRegistry> registry;

	private final Set<String> goalNames = ConcurrentHashMap.newKeySet();

	/**
	 * Create a listener.
	 * @param registry gives the registry of the meters, always the same; called with the
	 * first outcome or later, so that the listener does not initialize the registry
	 */
	public MicrometerGoalDeliveryListener(Supplier<MeterRegistry> registry) {
		this.registry = registry;
	}

	@Override
	public void onOutcome(Goal goal, GoalOutcome outcome) {
		Counter.builder("datafast.goals")
			.description("Goals by what became of them")
			.tag("goal", tag(goal.name()))
			.tag("outcome", outcome.outcomeName())
			.tag("reason", outcome.reasonName())
			.register(this.registry.get())
			.increment();
	}

	private String tag(String goalName) {
		if (this.goalNames.contains(goalName)) {
			return goalName;
		}
		synchronized (this.goalNames) {
			boolean known = this.goalNames.size() < MAX_GOAL_NAMES && this.goalNames.add(goalName);
			return (known || this.goalNames.contains(goalName)) ? goalName : OTHER_GOALS;
		}
	}

	@Override
	public void onOutcome(Goal goal, GoalOutcome outcome, Duration sinceHandOver) {
		onOutcome(goal, outcome);
		if (outcome instanceof GoalOutcome.Created || outcome instanceof GoalOutcome.Rejected) {
			Timer.builder("datafast.goals.delivery")
				.description("Time from the hand-over of a goal to DataFast's final answer")
				.tag("outcome", outcome.outcomeName())
				.register(this.registry.get())
				.record(sinceHandOver);
		}
	}

}
