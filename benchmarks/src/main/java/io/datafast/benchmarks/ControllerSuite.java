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
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

import io.datafast.benchmarks.LatencyRounds.Latency;

/**
 * Compares the latency of a controller that tracks with that of the same controller
 * without tracking, and with one that calls the API inline. Each runs in a JVM of its
 * own; the load moves from one to the other, round by round.
 */
final class ControllerSuite implements Suite {

	private static final int ROUNDS = 5;

	@Override
	public List<Comparison> run() throws Exception {
		List<Comparison> comparisons = new ArrayList<>();
		try (ChildJvm api = StubApi.launchTls(0)) {
			comparisons.addAll(compare("API fast", api.read()[0], ROUNDS, ""));
		}
		try (ChildJvm api = StubApi.launchTls(2000)) {
			comparisons.addAll(compare("API 2 s slow", api.read()[0], 1, "p99 within noise"));
		}
		comparisons.addAll(compare("API down", "https://127.0.0.1:" + closedPort(), ROUNDS, "p99 within noise"));
		return comparisons;
	}

	private static int closedPort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private static List<Comparison> compare(String api, String baseUrl, int inlineRounds, String aim)
			throws IOException {
		try (LatencyRounds untracked = LatencyRounds.start(baseUrl, "/untracked");
				LatencyRounds tracked = LatencyRounds.start(baseUrl, "/tracked");
				LatencyRounds inline = LatencyRounds.start(baseUrl, "/inline")) {
			untracked.warmUp();
			tracked.warmUp();
			for (int round = 0; round < ROUNDS; round++) {
				untracked.runRound();
				tracked.runRound();
			}
			if (inlineRounds > 1) {
				inline.warmUp();
			}
			for (int round = 0; round < inlineRounds; round++) {
				inline.runRound();
			}
			Latency before = untracked.latency();
			Latency after = tracked.latency();
			Boolean met = aim.isEmpty() ? null : Boolean.valueOf(after.p99() <= before.highestP99());
			return List.of(
					new Comparison("Tracked controller, " + api + ", beside untracked", after.toString(),
							before.toString(), after.p99() / before.p99(), aim, met),
					Comparison.info("… beside the call inline", after.toString(), inline.latency().toString(),
							after.p99() / inline.latency().p99()));
		}
	}

}
