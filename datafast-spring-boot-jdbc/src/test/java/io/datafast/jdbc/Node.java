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

package io.datafast.jdbc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.datafast.test.MockDataFast;

/**
 * An application in a JVM of its own, which a test can kill.
 */
final class Node implements AutoCloseable {

	static final int CONCURRENCY = 8;

	private static final String MARK = "=> ";

	private static final String SHORT_INTERVAL = "500ms";

	private final Process process;

	private final BufferedReader output;

	private final List<String> lines = new ArrayList<>();

	private Node(Process process) {
		this.process = process;
		this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
	}

	/**
	 * Start a node that delivers and, in transactions of which about half are rolled
	 * back, tracks goals until it is killed.
	 */
	static Node producing(MockDataFast mock, String url, long seed) {
		return start(mock, url, SHORT_INTERVAL, "--node.seed=" + seed);
	}

	/**
	 * Start a node that only delivers.
	 */
	static Node delivering(MockDataFast mock, String url) {
		return start(mock, url, SHORT_INTERVAL);
	}

	/**
	 * Start a node that only delivers, and is not taken for a crashed one when its
	 * threads do not run for some seconds.
	 */
	static Node deliveringPatiently(MockDataFast mock, String url) {
		return start(mock, url, "30s");
	}

	private static Node start(MockDataFast mock, String url, String heartbeatInterval, String... arguments) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xmx192m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
				NodeApplication.class.getName()));
		command.addAll(List.of("--spring.datasource.url=" + url, "--datafast.base-url=" + mock.getBaseUrl(),
				"--datafast.api-key=" + mock.getApiKey(), "--datafast.delivery.mode=jdbc",
				"--datafast.delivery.concurrency=" + CONCURRENCY, "--datafast.delivery.max-attempts=1000",
				"--datafast.delivery.initial-backoff=20ms", "--datafast.delivery.max-backoff=200ms",
				"--datafast.delivery.jdbc.initialize-schema=always", "--datafast.delivery.jdbc.poll-interval=100ms",
				"--datafast.delivery.jdbc.heartbeat-interval=" + heartbeatInterval, "--spring.main.banner-mode=off",
				"--spring.main.web-application-type=none", "--spring.flyway.enabled=false"));
		command.addAll(List.of(arguments));
		try {
			return new Node(new ProcessBuilder(command).redirectErrorStream(true).start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static void tell(String word) {
		System.out.println(MARK + word);
		System.out.flush();
	}

	/**
	 * Wait until the node says a word.
	 */
	void await(String word) {
		try {
			String line = this.output.readLine();
			while (line != null && !line.equals(MARK + word)) {
				this.lines.add(line);
				line = this.output.readLine();
			}
			if (line == null) {
				throw new IllegalStateException("The node ended:\n" + String.join("\n", this.lines));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * As {@code kill -9} does it.
	 */
	void kill() {
		this.process.destroyForcibly();
		join();
	}

	private void join() {
		try {
			this.process.waitFor();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * End it in an orderly way.
	 */
	@Override
	public void close() {
		this.process.destroy();
		join();
	}

}
