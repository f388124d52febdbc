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
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

import io.datafast.DataFastGoals;
import io.datafast.Goal;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Fills the queue and tells the bytes of heap per goal. Every goal has a visitor id and
 * metadata values of its own, which count too.
 */
public final class WaitingGoals {

	private static final int FIRST = 1000;

	private static final int GOALS = 50_000;

	private WaitingGoals() {
	}

	/**
	 * Measures.
	 * @param arguments the base URL of an API that does not answer, and the number of
	 * metadata entries
	 * @throws Exception if interrupted
	 */
	public static void main(String[] arguments) throws Exception {
		ConfigurableApplicationContext context = BenchmarkApplication.start(arguments[0],
				Map.of("datafast.read-timeout", Duration.ofHours(1), "datafast.delivery.capacity", FIRST + GOALS));
		DataFastGoals goals = context.getBean(DataFastGoals.class);
		int entries = Integer.parseInt(arguments[1]);
		track(goals, FIRST, entries);
		Thread.sleep(Duration.ofSeconds(1).toMillis());
		long before = usedHeap();
		track(goals, GOALS, entries);
		ChildJvm.tell((usedHeap() - before) / (double) GOALS);
		Runtime.getRuntime().halt(0);
	}

	private static void track(DataFastGoals goals, int number, int entries) {
		for (int i = 0; i < number; i++) {
			Goal goal = Goal.of("checkout").forVisitor(UUID.randomUUID().toString());
			for (int entry = 0; entry < entries; entry++) {
				goal = goal.with("key_" + entry, "value " + i);
			}
			goals.track(goal);
		}
	}

	private static long usedHeap() throws InterruptedException {
		for (int i = 0; i < 5; i++) {
			System.gc();
			Thread.sleep(100);
		}
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

}
