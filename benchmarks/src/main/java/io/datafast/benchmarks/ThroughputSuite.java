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

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares delivered goals per second and CPU time per goal.
 */
final class ThroughputSuite implements Suite {

	private static final double AIM = 0.9;

	private static final double CPU_AIM = 1.2;

	private static final Map<String, String> BESIDE = new TreeMap<>(Map.of("components",
			"`RestClient` over Apache HttpComponents 5", "socket", "a loop over bare sockets, which is the limit",
			"stock", "`RestClient` over the stock JDK factory"));

	@Override
	public List<Comparison> run() throws Exception {
		List<Comparison> comparisons = new ArrayList<>();
		for (int concurrency : new int[] { 16, 8 }) {
			try (ChildJvm api = StubApi.launchTls(0);
					ChildJvm driver = ChildJvm.start(ThroughputComparison.class, List.of("-Xms512m", "-Xmx512m"),
							api.read()[0], concurrency)) {
				comparisons.addAll(compare(driver, concurrency));
			}
		}
		return comparisons;
	}

	private static List<Comparison> compare(ChildJvm driver, int concurrency) throws IOException {
		Map<String, List<Double>> rates = new TreeMap<>();
		Map<String, List<Double>> cpu = new TreeMap<>();
		for (String[] words = driver.read(); words.length == 3; words = driver.read()) {
			rates.computeIfAbsent(words[0], (name) -> new ArrayList<>()).add(Double.valueOf(words[1]));
			cpu.computeIfAbsent(words[0], (name) -> new ArrayList<>()).add(Double.valueOf(words[2]));
		}
		double ratio = median(rates, "datafast") / median(rates, "bare");
		double cpuRatio = median(cpu, "datafast") / median(cpu, "bare");
		String at = ", concurrency " + concurrency;
		List<Comparison> comparisons = new ArrayList<>();
		comparisons.add(new Comparison("Delivered per second, beside the bare JDK client" + at,
				perSecond(median(rates, "datafast")), perSecond(median(rates, "bare")), ratio, "≥ 0.9", ratio >= AIM));
		BESIDE.forEach((name, text) -> comparisons
			.add(Comparison.info("… beside " + text, perSecond(median(rates, "datafast")),
					perSecond(median(rates, name)), median(rates, "datafast") / median(rates, name))));
		comparisons.add(new Comparison("CPU time per goal, beside the bare JDK client" + at,
				micros(median(cpu, "datafast")), micros(median(cpu, "bare")), cpuRatio, "≤ 1.2", cpuRatio <= CPU_AIM));
		BESIDE.forEach(
				(name, text) -> comparisons.add(Comparison.info("… beside " + text, micros(median(cpu, "datafast")),
						micros(median(cpu, name)), median(cpu, "datafast") / median(cpu, name))));
		return comparisons;
	}

	private static double median(Map<String, List<Double>> values, String name) {
		return Statistics.median(values.getOrDefault(name, List.of()));
	}

	private static String perSecond(double rate) {
		return ResultTable.number(rate) + " /s";
	}

	private static String micros(double micros) {
		return ResultTable.number(micros) + " µs";
	}

}
