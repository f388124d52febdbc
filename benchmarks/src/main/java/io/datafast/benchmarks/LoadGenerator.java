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

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends requests at a fixed rate, whether or not earlier ones have been answered, and
 * measures from the sending of a request to its answer.
 */
final class LoadGenerator {

	private static final int RATE = 400;

	private final HttpClient client = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(Duration.ofSeconds(30))
		.build();

	/**
	 * Generates load.
	 * @param url where to
	 * @param seconds how long
	 * @return the latencies in milliseconds
	 */
	double[] run(String url, int seconds) {
		int requests = RATE * seconds;
		HttpRequest request = HttpRequest.newBuilder(URI.create(url + "?plan=pro"))
			.header("Cookie", "datafast_visitor_id=a3ab2331-989f-4cfa-91c6-2461c9e3c6bd")
			.build();
		double[] latencies = new double[requests];
		CompletableFuture<?>[] answers = new CompletableFuture<?>[requests];
		long start = System.nanoTime();
		for (int i = 0; i < requests; i++) {
			long due = start + i * 1_000_000_000L / RATE;
			for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
				LockSupport.parkNanos(due - now);
			}
			answers[i] = send(request, latencies, i);
		}
		CompletableFuture.allOf(answers).join();
		return latencies;
	}

	private CompletableFuture<?> send(HttpRequest request, double[] latencies, int index) {
		long sent = System.nanoTime();
		return this.client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray()).thenAccept((answer) -> {
			latencies[index] = (System.nanoTime() - sent) / 1e6;
			if (answer.statusCode() != 200) {
				throw new IllegalStateException("Status " + answer.statusCode());
			}
		});
	}

}
