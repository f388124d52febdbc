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

package io.datafast.jdbc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Gauges of the table: {@code datafast.goals.backlog}, {@code datafast.goals.backlog.age}
 * and {@code datafast.goals.parked}. All nodes with the same table show the same figures.
 */
public final class GoalTableMetrics implements MeterBinder {

	private final JdbcGoalDispatcher dispatcher;

	/**
	 * Create metrics.
	 * @param dispatcher the dispatcher to look at; registries refer to it weakly
	 */
	public GoalTableMetrics(JdbcGoalDispatcher dispatcher) {
		this.dispatcher = dispatcher;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Gauge.builder("datafast.goals.backlog", this.dispatcher, JdbcGoalDispatcher::pending)
			.description("Goals in the table that are waiting, in flight or waiting to be tried again")
			.register(registry);
		TimeGauge
			.builder("datafast.goals.backlog.age", this.dispatcher, TimeUnit.MILLISECONDS, GoalTableMetrics::oldestAge)
			.description("Age of the goal that has waited for the longest time")
			.register(registry);
		Gauge.builder("datafast.goals.parked", this.dispatcher, (dispatcher) -> dispatcher.parked().orElse(0))
			.description("Goals in the table that ended without being recorded")
			.register(registry);
	}

	private static double oldestAge(JdbcGoalDispatcher dispatcher) {
		Duration age = dispatcher.oldestAge();
		return (age != null) ? Math.max(0, age.toMillis()) : 0;
	}

}
