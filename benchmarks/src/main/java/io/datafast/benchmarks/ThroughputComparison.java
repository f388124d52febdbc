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
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.management.OperatingSystemMXBean;
import io.datafast.DataFastGoals;
import io.datafast.Goal;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Delivers goals as fast as possible: through {@link DataFastGoals}, with a bare JDK
 * client, with a RestClient over Apache HttpComponents and over Spring's stock request
 * factory, and over bare sockets. Every round delivers with each, one after the other.
 */
public final class ThroughputComparison {

	private static final int GOALS = 20_000;

	/** The stock request factory starts a thread per call and would take minutes. */
	private static final int STOCK_GOALS = 1_000;

	/** Before each round, since idle connections are not kept for long. */
	private static final int LEAD_IN_GOALS = 1_000;

	private static final int WARM_UP_ROUNDS = 5;

	private static final int ROUNDS = 5;

	private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory
		.getOperatingSystemMXBean();

	private ThroughputComparison() {
	}

	/**
	 * Runs the rounds.
	 * @param arguments base URL and concurrency
	 * @throws Exception if a call fails
	 */
	public static void main(String[] arguments) throws Exception {
		ChildJvm.endWithParent();
		String baseUrl = arguments[0];
		int concurrency = Integer.parseInt(arguments[1]);
		ApiCall bareClient = ApiCall.bareClient(baseUrl);
		ApiCall httpComponents = ApiCall.httpComponents(baseUrl, concurrency);
		ApiCall stockClient = ApiCall.stockRestClient(baseUrl);
		try (ConfigurableApplicationContext context = BenchmarkApplication.start(baseUrl,
				Map.of("datafast.delivery.capacity", GOALS, "datafast.delivery.concurrency", concurrency),
				OutcomeCounter.class)) {
			DataFastGoals goals = context.getBean(DataFastGoals.class);
			OutcomeCounter outcomes = context.getBean(OutcomeCounter.class);
			for (int round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
				boolean measured = round >= WARM_UP_ROUNDS;
				measure("datafast", measured, GOALS, (number) -> deliver(goals, outcomes, number));
				measure("bare", measured, GOALS, (number) -> loop(bareClient, number, concurrency));
				measure("components", measured, GOALS, (number) -> loop(httpComponents, number, concurrency));
				measure("stock", measured, STOCK_GOALS, (number) -> loop(stockClient, number, concurrency));
				measure("socket", measured, GOALS, (number) -> loop(ApiCall.bareSocket(baseUrl), number, concurrency));
			}
		}
		ChildJvm.tell("done");
	}

	private static void measure(String name, boolean measured, int goals, Delivery delivery) throws Exception {
		delivery.deliver(Math.min(LEAD_IN_GOALS, goals / 10));
		long cpu = SYSTEM.getProcessCpuTime();
		long start = System.nanoTime();
		delivery.deliver(goals);
		double seconds = (System.nanoTime() - start) / 1e9;
		double cpuMicros = (SYSTEM.getProcessCpuTime() - cpu) / 1e3;
		if (measured) {
			ChildJvm.tell(name, goals / seconds, cpuMicros / goals);
		}
	}

	private static void deliver(DataFastGoals goals, OutcomeCounter outcomes, int number) throws InterruptedException {
		long before = outcomes.finished();
		Goal goal = Goal.of("checkout").forVisitor("a3ab2331-989f-4cfa-91c6-2461c9e3c6bd");
		for (int i = 0; i < number; i++) {
			goals.track(goal);
		}
		outcomes.awaitFinished(before + number);
	}

	private static void loop(ApiCall call, int goals, int concurrency) throws InterruptedException {
		AtomicInteger left = new AtomicInteger(goals);
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < concurrency; i++) {
			Thread thread = new Thread(() -> {
				while (left.getAndDecrement() > 0) {
					try {
						call.call();
					}
					catch (Exception ex) {
						System.err.println("Beside it, failed: " + ex);
					}
				}
			});
			thread.start();
			threads.add(thread);
		}
		for (Thread thread : threads) {
			thread.join();
		}
	}

	private interface Delivery {

		void deliver(int goals) throws Exception;

	}

}
