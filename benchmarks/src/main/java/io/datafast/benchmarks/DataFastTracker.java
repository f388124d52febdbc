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

package io.datafast.benchmarks;

import java.util.Map;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.delivery.memory.InMemoryGoalDispatcher;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * {@link DataFastGoals} with its defaults, but a larger queue.
 */
final class DataFastTracker implements Tracker {

	private final ConfigurableApplicationContext context;

	private final DataFastGoals goals;

	private final InMemoryGoalDispatcher dispatcher;

	DataFastTracker(String baseUrl) {
		this.context = BenchmarkApplication.start(baseUrl,
				Map.of("datafast.delivery.capacity", CAPACITY, "datafast.read-timeout", "1h"), OutcomeCounter.class);
		this.goals = this.context.getBean(DataFastGoals.class);
		this.dispatcher = this.context.getBean(InMemoryGoalDispatcher.class);
	}

	@Override
	public void track(String name, String visitor, Map<String, Object> metadata) {
		this.goals.track(Goal.of(name).forVisitor(visitor).with(metadata));
	}

	@Override
	public void drain() throws InterruptedException {
		while (this.dispatcher.pending() > 0) {
			Thread.sleep(1);
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

}
