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

import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

import io.datafast.DataFastGoals;
import io.datafast.VisitorIdResolver;
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.test.MockAnswer;
import io.datafast.testing.DataFastContextRunners;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Visitor ids and goals of a Spring MVC application on Tomcat.
 */
@ExtendWith(OutputCaptureExtension.class)
class ServletVisitorTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private static final String COOKIE = "datafast_visitor_id=" + VISITOR;

	private static ServletApplication application;

	@BeforeAll
	static void start() {
		// Tomcat itself quotes the cookies that it refuses.
		application = new ServletApplication(Shop.class, "logging.level.io.datafast=debug",
				"logging.level.org.apache=warn", "logging.level.org.springframework.web=debug");
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@AfterEach
	void reset() {
		application.mock().reset();
		application.outcomes().clear();
	}

	@Test
	void tracksTheGoalOfAControllerForTheVisitorOfTheCookie() throws Exception {
		assertThat(application.get("/subscribe?source=footer", "Cookie", "a=b; " + COOKIE + "; c=d").body())
			.isEqualTo("subscribed");
		assertThat(application.mock()).received("newsletter_signup")
			.forVisitor(VISITOR)
			.withMetadata("source", "footer")
			.once();
	}

	@Test
	void tracksProgrammaticallyForTheVisitorOfTheCookie() throws Exception {
		application.get("/track", "Cookie", COOKIE);
		assertThat(application.mock()).received("tracked").forVisitor(VISITOR);
	}

	@Test
	void failedRequestsAreNotTracked() throws Exception {
		assertThat(application.get("/status?status=500", "Cookie", COOKIE).statusCode()).isEqualTo(500);
		assertThat(application.get("/error-thrown", "Cookie", COOKIE).statusCode()).isEqualTo(500);
		assertThat(application.get("/status?status=200", "Cookie", COOKIE).statusCode()).isEqualTo(200);
		application.outcomes().awaitSingle(Created.class);
		assertThat(application.mock()).received("status", 1);
	}

	@Test
	void injectsTheVisitorId() throws Exception {
		assertThat(application.get("/string", "Cookie", COOKIE).body()).isEqualTo(VISITOR);
		assertThat(application.get("/optional", "Cookie", COOKIE).body()).isEqualTo(VISITOR);
	}

	@Test
	void injectsNothingWithoutCookie() throws Exception {
		HttpResponse<String> string = application.get("/string");
		assertThat(string.statusCode()).isEqualTo(200);
		assertThat(string.body()).isEqualTo("null");
		assertThat(application.get("/optional").body()).isEqualTo("empty");
	}

	@Test
	void refusesParametersOfAnotherType(CapturedOutput output) throws Exception {
		assertThat(application.get("/wrong", "Cookie", COOKIE).statusCode()).isEqualTo(500);
		assertThat(output).contains("must be a String or an Optional<String>");
		assertThat(application.get("/wrong-optional", "Cookie", COOKIE).statusCode()).isEqualTo(500);
	}

	@Test
	void requestsWithoutCookieAreSkippedQuietly(CapturedOutput output) throws Exception {
		assertThat(application.get("/subscribe?source=footer").body()).isEqualTo("subscribed");
		assertThat(application.outcomes().awaitSingle(Skipped.class)).isEqualTo(new Skipped(Skipped.Reason.NO_VISITOR));
		assertThat(output).doesNotContain("WARN").doesNotContain("ERROR");
		assertThat(application.mock().getRequests()).isEmpty();
	}

	@Test
	void aMalformedCookieCastsNoDoubtOnAnother() throws Exception {
		assertThat(application.get("/string", "Cookie", "datafast_visitor_id=; " + COOKIE).body()).isEqualTo(VISITOR);
		assertThat(application.get("/string", "Cookie", COOKIE + "; datafast_visitor_id=mal/formed").body())
			.isEqualTo(VISITOR);
	}

	static byte[][] hostileValues() {
		return new byte[][] { bytes(""), bytes("h0st1le-" + "x".repeat(10_240)), bytes("\"h0st1le-quoted\""),
				bytes("h0st1le\"quote"), bytes("h0st1le space"), bytes("h0st1le\tTAB"), bytes("h0st1le\u0001control"),
				bytes("h0st1le\u007Fdelete"), bytes("h0st1le%0d%0aX-Injected:1"), bytes("h0st1le-\u00fc-latin"),
				"h0st1le-\u00fc-utf8-\ud83d\ude80".getBytes(StandardCharsets.UTF_8), bytes("h0st1le<script>"),
				bytes("h0st1le/../x"), bytes("h0st1le,comma"), bytes("h0st1le\\backslash"), bytes("${jndi:h0st1le}"),
				bytes("h0st1le" + "x".repeat(122)) };
	}

	@ParameterizedTest
	@MethodSource("hostileValues")
	void hostileCookiesCountAsAbsentAndReachNeitherLogNorWire(byte[] value, CapturedOutput output) throws Exception {
		try (Socket socket = new Socket("127.0.0.1", application.port())) {
			OutputStream out = socket.getOutputStream();
			out.write(bytes("GET /subscribe?source=hostile HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
					+ "Cookie: datafast_visitor_id="));
			out.write(value);
			out.write(bytes("\r\n\r\n"));
			out.flush();
			String answer = readAll(socket.getInputStream());
			if (answer.startsWith("HTTP/1.1 400")) {
				// Tomcat refused the header before the application saw it.
				assertThat(application.outcomes().all()).isEmpty();
			}
			else {
				assertThat(answer).startsWith("HTTP/1.1 200").contains("subscribed");
				assertThat(application.outcomes().awaitSingle(Skipped.class))
					.isEqualTo(new Skipped(Skipped.Reason.NO_VISITOR));
			}
		}
		assertThat(application.mock().getRequests()).isEmpty();
		assertThat(output.getAll().lines().filter((line) -> line.contains("h0st1le")).toList()).isEmpty();
	}

	@Test
	void keepsServingWhileDataFastNeverAnswers() throws Exception {
		try (ServletApplication hung = new ServletApplication(Shop.class, "datafast.delivery.capacity=50",
				"datafast.delivery.concurrency=2", "datafast.read-timeout=10m",
				"datafast.delivery.shutdown-timeout=0s")) {
			hung.mock().alwaysAnswer(MockAnswer.hang());
			for (int i = 0; i < 200; i++) {
				assertThat(hung.get("/subscribe?source=x", "Cookie", COOKIE).body()).isEqualTo("subscribed");
			}
			assertThat(hung.outcomes().outcomes()).hasSize(150)
				.containsOnly(new Dropped(Dropped.Reason.QUEUE_FULL, null));
		}
	}

	@Test
	void aFailingResolverLeavesParametersEmpty() throws Exception {
		try (ServletApplication failing = new ServletApplication(FailingResolver.class)) {
			HttpResponse<String> response = failing.get("/string", "Cookie", COOKIE);
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.body()).isEqualTo("null");
		}
	}

	@Test
	void issuesNoCookieByDefault() throws Exception {
		assertThat(application.get("/string", "Accept", "text/html").headers().firstValue("Set-Cookie")).isEmpty();
	}

	private static byte[] bytes(String value) {
		return value.getBytes(StandardCharsets.ISO_8859_1);
	}

	private static String readAll(InputStream input) throws Exception {
		return new String(input.readAllBytes(), StandardCharsets.UTF_8);
	}

	@Import(Shop.class)
	static class FailingResolver {

		@Bean
		VisitorIdResolver failingVisitorIdResolver() {
			return () -> {
				throw new IllegalStateException("on purpose");
			};
		}

	}

	@RestController
	static class Shop {

		private final DataFastGoals goals;

		Shop(DataFastGoals goals) {
			this.goals = goals;
		}

		@GetMapping("/subscribe")
		@TrackGoal("newsletter_signup")
		String subscribe(@GoalMetadata("source") @RequestParam("source") String source) {
			return "subscribed";
		}

		@GetMapping("/track")
		String track() {
			this.goals.track("tracked");
			return "tracked";
		}

		@GetMapping("/status")
		@TrackGoal("status")
		ResponseEntity<String> status(@RequestParam("status") int status) {
			return ResponseEntity.status(status).build();
		}

		@GetMapping("/error-thrown")
		@TrackGoal("status")
		String fail() {
			throw new IllegalStateException("on purpose");
		}

		@GetMapping("/string")
		String string(@VisitorId String visitorId) {
			return String.valueOf(visitorId);
		}

		@GetMapping("/optional")
		String optional(@VisitorId Optional<String> visitorId) {
			return visitorId.orElse("empty");
		}

		@GetMapping("/wrong")
		String wrong(@VisitorId UUID visitorId) {
			return "wrong";
		}

		@GetMapping("/wrong-optional")
		String wrong(@VisitorId Optional<UUID> visitorId) {
			return "wrong";
		}

	}

}
