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

package io.datafast.web.servlet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A SIGTERM to an application in a JVM of its own.
 */
class GracefulShutdownTests {

	private static final int BACKLOG = 200;

	private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

	@Test
	void aSigtermLosesNoGoalNotEvenOfARunningRequest() throws Exception {
		try (MockDataFast mock = MockDataFast.start()) {
			// Both workers are busy for long enough that the backlog waits for the
			// SIGTERM.
			mock.answer(MockAnswer.ok().after(Duration.ofSeconds(5)), MockAnswer.ok().after(Duration.ofSeconds(5)));
			ChildApplication child = ChildApplication.start(mock);
			try {
				HttpClient browser = HttpClient.newHttpClient();
				CompletableFuture<HttpResponse<String>> running = browser.sendAsync(child.request("/running"),
						HttpResponse.BodyHandlers.ofString());
				browser.send(child.request("/backlog"), HttpResponse.BodyHandlers.ofString());
				Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> child.hasPrinted("running request"));
				assertThat(mock.getGoals()).hasSizeLessThan(BACKLOG);
				child.terminate();
				assertThat(running.get(60, TimeUnit.SECONDS).body()).isEqualTo("finished after SIGTERM");
				assertThat(child.exitCode()).isEqualTo(128 + 15);
				assertThat(mock.getGoals("backlog")).hasSize(BACKLOG);
				assertThat(mock.getGoals("running")).hasSize(1);
				assertThat(child.printed()).noneMatch((line) -> line.contains("Dropped"));
			}
			finally {
				child.kill();
			}
		}
	}

	@RestController
	@Import({ ServletApplication.BaseConfiguration.class, ServletApplication.TomcatConfiguration.class })
	static class SlowShop {

		private final CountDownLatch closing = new CountDownLatch(1);

		private final DataFastGoals goals;

		SlowShop(DataFastGoals goals) {
			this.goals = goals;
		}

		public static void main(String[] args) {
			SpringApplication.run(SlowShop.class, args);
		}

		@GetMapping("/backlog")
		String backlog() {
			for (int i = 0; i < BACKLOG; i++) {
				this.goals.track(Goal.of("backlog"));
			}
			return "tracked";
		}

		@GetMapping("/running")
		@TrackGoal("running")
		String running() throws InterruptedException {
			System.out.println("running request");
			return this.closing.await(60, TimeUnit.SECONDS) ? "finished after SIGTERM" : "saw no SIGTERM";
		}

		@EventListener
		void onClosed(ContextClosedEvent event) {
			this.closing.countDown();
		}

	}

	private static final class ChildApplication {

		private final Process process;

		private final Queue<String> lines = new ConcurrentLinkedQueue<>();

		private ChildApplication(Process process) {
			this.process = process;
			Thread reader = new Thread(this::read, "child-output");
			reader.setDaemon(true);
			reader.start();
		}

		static ChildApplication start(MockDataFast mock) throws IOException {
			return new ChildApplication(
					new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
							System.getProperty("java.class.path"), SlowShop.class.getName(), "--server.port=0",
							"--server.address=127.0.0.1", "--datafast.base-url=" + mock.getBaseUrl(),
							"--datafast.api-key=" + mock.getApiKey(), "--datafast.delivery.concurrency=2",
							"--datafast.delivery.shutdown-timeout=60s", "--datafast.read-timeout=60s")
						.redirectErrorStream(true)
						.start());
		}

		private void read() {
			try (BufferedReader reader = new BufferedReader(
					new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8))) {
				reader.lines().forEach(this.lines::add);
			}
			catch (IOException ex) {
				// The process has ended.
			}
		}

		HttpRequest request(String path) {
			Awaitility.await().atMost(Duration.ofSeconds(120)).until(() -> port() > 0);
			return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
				.header("Cookie", "datafast_visitor_id=" + DataFastContextRunners.VISITOR)
				.build();
		}

		private int port() {
			return this.lines.stream()
				.map(PORT::matcher)
				.filter(Matcher::find)
				.mapToInt((matcher) -> Integer.parseInt(matcher.group(1)))
				.findFirst()
				.orElse(-1);
		}

		boolean hasPrinted(String text) {
			return this.lines.stream().anyMatch((line) -> line.contains(text));
		}

		List<String> printed() {
			return List.copyOf(this.lines);
		}

		void terminate() {
			this.process.destroy();
		}

		int exitCode() throws InterruptedException {
			assertThat(this.process.waitFor(120, TimeUnit.SECONDS)).isTrue();
			return this.process.exitValue();
		}

		void kill() {
			this.process.destroyForcibly();
		}

	}

}
