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

/**
 * A {@link ControllerApplication} in a JVM of its own, and the latencies of one of its
 * controllers.
 */
final class LatencyRounds implements AutoCloseable {

	private static final int SECONDS = 3;

	private final LoadGenerator load = new LoadGenerator();

	private final List<Double> p50 = new ArrayList<>();

	private final List<Double> p99 = new ArrayList<>();

	private final ChildJvm application;

	private final String url;

	private LatencyRounds(ChildJvm application, String url) {
		this.application = application;
		this.url = url;
	}

	static LatencyRounds start(String baseUrl, String path) throws IOException {
		ChildJvm application = ChildJvm.start(ControllerApplication.class, List.of("-Xms256m", "-Xmx256m"), baseUrl);
		return new LatencyRounds(application, application.read()[0] + path);
	}

	void warmUp() {
		this.load.run(this.url, 2 * SECONDS);
	}

	void runRound() {
		double[] latencies = this.load.run(this.url, SECONDS);
		this.p50.add(Statistics.quantile(latencies, 0.5));
		this.p99.add(Statistics.quantile(latencies, 0.99));
	}

	Latency latency() {
		return new Latency(Statistics.median(this.p50), Statistics.median(this.p99), Statistics.max(this.p99));
	}

	@Override
	public void close() {
		this.application.close();
	}

	/**
	 * Latencies in milliseconds.
	 *
	 * @param p50 median over the rounds of the 50th percentile
	 * @param p99 median over the rounds of the 99th percentile
	 * @param highestP99 maximum over the rounds of the 99th percentile
	 */
	record Latency(double p50, double p99, double highestP99) {

		@Override
		public String toString() {
			return "p50 " + ResultTable.number(this.p50) + ", p99 " + ResultTable.number(this.p99) + " (up to "
					+ ResultTable.number(this.highestP99) + ") ms";
		}

	}

}
