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

import io.datafast.delivery.GoalBacklog;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Gauges of the backlog: {@code datafast.goals.pending}, the goals that are waiting, in
 * flight or waiting to be tried again, and {@code datafast.goals.capacity}, how many
 * goals may be pending.
 */
public final class GoalBacklogMetrics implements MeterBinder {

	private final GoalBacklog backlog;

	/**
	 * Create metrics.
	 * @param backlog the source of the figures; registries hold only a weak reference to
	 * it
	 */
	public GoalBacklogMetrics(GoalBacklog backlog) {
		this.backlog = backlog;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Gauge.builder("datafast.goals.pending", this.backlog, GoalBacklog::pending)
			.description("Goals that are waiting, in flight or waiting to be tried again")
			.register(registry);
		Gauge.builder("datafast.goals.capacity", this.backlog, GoalBacklog::capacity)
			.description("How many goals may be pending")
			.register(registry);
	}

}
