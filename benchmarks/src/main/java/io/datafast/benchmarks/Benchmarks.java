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

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the suites that are named on the command line, or all, and prints one table.
 */
public final class Benchmarks {

	private Benchmarks() {
	}

	/**
	 * Runs the benchmarks.
	 * @param names names of suites; none means all
	 * @throws Exception if a benchmark fails
	 */
	public static void main(String[] names) throws Exception {
		Map<String, Suite> suites = suites();
		for (String name : names) {
			if (!suites.containsKey(name)) {
				System.err.println("There is no benchmark " + name + ": choose from " + suites.keySet());
				System.exit(1);
			}
		}
		if (names.length > 0) {
			suites.keySet().retainAll(List.of(names));
		}
		else {
			// Takes minutes, and shows no speed.
			suites.remove("soak");
		}
		long start = System.nanoTime();
		List<Comparison> comparisons = new ArrayList<>();
		StubCertificate certificate = StubCertificate.create();
		try {
			for (Map.Entry<String, Suite> suite : suites.entrySet()) {
				System.err.println("== " + suite.getKey());
				comparisons.addAll(suite.getValue().run());
			}
		}
		finally {
			certificate.close();
		}
		System.out.println(ResultTable.describeRun((System.nanoTime() - start) / 1_000_000_000));
		System.out.println();
		System.out.print(ResultTable.format(comparisons));
	}

	private static Map<String, Suite> suites() {
		Map<String, Suite> suites = new LinkedHashMap<>();
		suites.put("annotated", new AnnotatedCallSuite());
		suites.put("track", new TrackSuite());
		suites.put("throughput", new ThroughputSuite());
		suites.put("drain", new DrainSuite());
		suites.put("controller", new ControllerSuite());
		suites.put("jdbc", new JdbcSuite(System.getProperty("postgresql")));
		suites.put("memory", new MemorySuite());
		suites.put("startup", new StartUpSuite());
		suites.put("soak", new SoakSuite());
		return suites;
	}

}
