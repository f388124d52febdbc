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

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.datafast.DataFastGoals;
import io.datafast.Goal;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * A day in small: bursts of goals over TLS with pauses of random lengths, to a server
 * that closes idle connections at random times. No goal may be lost, and threads and heap
 * stay what they are.
 */
final class SoakSuite implements Suite {

	private static final int BURSTS = 40;

	private static final int GOALS = 5_000;

	private static final int MAX_PAUSE_MILLIS = 6_000;

	private static final int BURSTS_PER_SAMPLE = 5;

	@Override
	public List<Comparison> run() throws Exception {
		try (ChildJvm api = StubApi.launchClosing();
				ConfigurableApplicationContext context = BenchmarkApplication.start(api.read()[0],
						Map.of("datafast.delivery.capacity", GOALS), OutcomeCounter.class)) {
			DataFastGoals goals = context.getBean(DataFastGoals.class);
			OutcomeCounter outcomes = context.getBean(OutcomeCounter.class);
			Goal goal = Goal.of("checkout").forVisitor("a3ab2331-989f-4cfa-91c6-2461c9e3c6bd");
			Random pauses = new Random(42);
			List<Integer> threads = new ArrayList<>();
			List<Long> heaps = new ArrayList<>();
			for (int burst = 1; burst <= BURSTS; burst++) {
				for (int i = 0; i < GOALS; i++) {
					goals.track(goal);
				}
				outcomes.awaitFinished((long) burst * GOALS);
				threads.add(ManagementFactory.getThreadMXBean().getThreadCount());
				if (burst % BURSTS_PER_SAMPLE == 0) {
					System.gc();
					heaps.add(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1024);
					System.err.println(burst * GOALS + " goals, " + outcomes.lost() + " lost, " + threads.get(burst - 1)
							+ " threads, " + heaps.get(heaps.size() - 1) + " KB of heap");
				}
				Thread.sleep(pauses.nextInt(MAX_PAUSE_MILLIS));
			}
			return List.of(
					new Comparison("Goals lost of " + BURSTS * GOALS + ", the server closing idle connections",
							String.valueOf(outcomes.lost()), "", null, "0", outcomes.lost() == 0),
					Comparison.info("… threads of the process after the last burst, beside after the first",
							String.valueOf(threads.get(BURSTS - 1)), String.valueOf(threads.get(0)),
							(double) threads.get(BURSTS - 1) / threads.get(0)),
					Comparison.info("… heap after a garbage collection at the end, beside at the beginning",
							heaps.get(heaps.size() - 1) + " KB", heaps.get(0) + " KB",
							(double) heaps.get(heaps.size() - 1) / heaps.get(0)));
		}
	}

}
