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

import java.util.List;
import java.util.Map;

import io.datafast.DataFastGoals;
import io.datafast.Goal;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Compares the time to drain a full queue against an API that takes its time with the
 * least that is possible.
 */
final class DrainSuite implements Suite {

	private static final int GOALS = 10_000;

	private static final int LATENCY_MILLIS = 100;

	private static final int CONCURRENCY = 16;

	private static final double AIM = 1.1;

	@Override
	public List<Comparison> run() throws Exception {
		try (ChildJvm api = StubApi.launchTls(LATENCY_MILLIS);
				ConfigurableApplicationContext context = BenchmarkApplication.start(api.read()[0],
						Map.of("datafast.delivery.capacity", GOALS, "datafast.delivery.concurrency", CONCURRENCY),
						OutcomeCounter.class)) {
			DataFastGoals goals = context.getBean(DataFastGoals.class);
			Goal goal = Goal.of("checkout").forVisitor("a3ab2331-989f-4cfa-91c6-2461c9e3c6bd");
			long start = System.nanoTime();
			for (int i = 0; i < GOALS; i++) {
				goals.track(goal);
			}
			context.getBean(OutcomeCounter.class).awaitFinished(GOALS);
			double seconds = (System.nanoTime() - start) / 1e9;
			double bound = (double) GOALS * LATENCY_MILLIS / CONCURRENCY / 1000;
			return List.of(new Comparison("Drain 10,000 goals at 100 ms, beside capacity × latency ÷ concurrency",
					ResultTable.number(seconds) + " s", ResultTable.number(bound) + " s", seconds / bound, "≤ 1.1",
					seconds <= AIM * bound));
		}
	}

}
