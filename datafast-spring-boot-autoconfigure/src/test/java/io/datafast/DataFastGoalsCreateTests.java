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

package io.datafast;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Rejected;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedRequest;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RawHttpServer;
import io.datafast.testing.RecordedOutcomes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.web.util.DefaultUriBuilderFactory;
import org.springframework.web.util.HtmlUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * The contract with the remote API, row by row, over real HTTP.
 */
class DataFastGoalsCreateTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private static final Goal GOAL = Goal.of("newsletter_signup").forVisitor(VISITOR);

	private static MockDataFast mock;

	@BeforeAll
	static void startMock() {
		mock = MockDataFast.start();
	}

	@AfterAll
	static void closeMock() {
		mock.close();
	}

	@AfterEach
	void resetMock() {
		mock.reset();
	}

	@Test
	void createsGoal() {
		run((goals, outcomes) -> {
			GoalReceipt receipt = goals.create(GOAL.with("plan", "pro"));
			assertThat(receipt.eventId()).isEqualTo(mock.getGoals().get(0).eventId());
			assertThat(receipt.message()).isNotEmpty();
			assertThat(mock.getGoals()).singleElement().satisfies((received) -> {
				assertThat(received.name()).isEqualTo("newsletter_signup");
				assertThat(received.visitorId()).isEqualTo(VISITOR);
				assertThat(received.metadata()).containsExactly(Map.entry("plan", "pro"));
			});
			assertThat(outcomes.outcomes()).containsExactly(new Created(receipt));
		});
	}

	@Test
	void sendsTheDocumentedRequestAndNothingElse() {
		String answer = "{\"status\":\"success\",\"data\":[{\"message\":\"ok\",\"eventId\":\"1\"}]}";
		try (RawHttpServer server = new RawHttpServer(RawHttpServer
			.text("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 66\r\n\r\n" + answer))) {
			runner(server.url(), "df_key").run((context) -> {
				DataFastGoals goals = context.getBean(DataFastGoals.class);
				goals.create(GOAL.with("source", "footer \"é\"").with("plan", "pro"));
				goals.create(GOAL);
			});
			String host = server.url().substring("http://".length(), server.url().indexOf("/api"));
			assertThat(server.requests()).hasSize(2);
			String[] parts = server.requests().get(0).split("\r\n\r\n", -1);
			assertThat(parts[0].split("\r\n")).containsExactlyInAnyOrder("POST /api/v1/goals HTTP/1.1", "Host: " + host,
					"Authorization: Bearer df_key", "Content-Type: application/json", "Accept: application/json",
					"User-Agent: datafast-spring-boot/" + System.getProperty("project.version"),
					"Content-Length: " + parts[1].getBytes(StandardCharsets.UTF_8).length);
			assertThat(parts[1])
				.isEqualTo("{\"datafast_visitor_id\":\"" + VISITOR + "\",\"name\":\"newsletter_signup\","
						+ "\"metadata\":{\"source\":\"footer \\\"é\\\"\",\"plan\":\"pro\"}}");
			assertThat(server.requests().get(1))
				.endsWith("\r\n\r\n{\"datafast_visitor_id\":\"" + VISITOR + "\",\"name\":\"newsletter_signup\"}");
		}
	}

	@Test
	void sendsGoalsAtEveryLimit() {
		Map<String, String> metadata = new LinkedHashMap<>();
		IntStream.range(0, 10).forEach((i) -> metadata.put(i + "k".repeat(63), "ü".repeat(300)));
		run((goals, outcomes) -> {
			goals.create(Goal.of("n".repeat(64)).forVisitor("v".repeat(128)).with(metadata));
			assertThat(mock.getGoals()).singleElement()
				.satisfies((received) -> assertThat(received.metadata()).hasSize(10)
					.containsEntry("9" + "k".repeat(63), "ü".repeat(255)));
		});
	}

	@Test
	void sendsNoWebsiteIdWithWebsiteKey() {
		runner(mock.getBaseUrl(), mock.getApiKey()).withPropertyValues("datafast.website-id=w1")
			.run((context) -> context.getBean(DataFastGoals.class).create(GOAL));
		assertThat(mock.getRequests()).extracting(ReceivedRequest::query).containsOnlyNulls();
	}

	@Test
	void sendsWebsiteIdWithAccountToken() {
		runner(mock.getBaseUrl(), mock.getAccountToken()).withPropertyValues("datafast.website-id=a b&c")
			.run((context) -> context.getBean(DataFastGoals.class).create(GOAL));
		assertThat(mock.getRequests()).extracting(ReceivedRequest::query).containsExactly("websiteId=a%20b%26c");
		assertThat(mock.getGoals()).hasSize(1);
	}

	static Stream<String[]> successBodies() {
		return Stream.of(
				new String[] { "{\"status\":\"success\",\"data\":[{\"message\":\"m\",\"eventId\":\"1\"}]}", "1", "m" },
				new String[] { "{\"status\":\"success\",\"data\":{\"message\":\"m\",\"eventId\":\"1\"}}", "1", "m" },
				new String[] { "{\"data\":[{\"message\":\"m\"}]}", null, "m" },
				new String[] { "{\"data\":{\"eventId\":\"1\"}}", "1", "" },
				new String[] { "{\"data\":{\"eventId\":17,\"message\":{}}}", "17", "" },
				new String[] { "{\"data\":{\"eventId\":null,\"message\":null}}", null, "" },
				new String[] { "{\"data\":[{\"eventId\":\"1\",\"new\":{}}],\"new\":1}", "1", "" },
				new String[] { "{\"data\":[]}", null, "" }, new String[] { "{\"data\":\"x\"}", null, "" },
				new String[] { "{}", null, "" }, new String[] { "[]", null, "" }, new String[] { "null", null, "" },
				new String[] { "", null, "" }, new String[] { "<html>ok</html>", null, "" },
				new String[] { "{\"status\":\"success\",\"data\":[{\"mess", null, "" },
				new String[] { "{\"a\":".repeat(5000), null, "" }, new String[] {
						"{\"data\":{\"eventId\":\"1\",\"message\":\"" + "x".repeat(1_000_000) + "\"}}", null, "" });
	}

	@ParameterizedTest
	@MethodSource("successBodies")
	void readsSuccessOfAnyShape(String body, String eventId, String message) {
		mock.answer(MockAnswer.status(200).body(body));
		run((goals, outcomes) -> assertThat(goals.create(GOAL)).isEqualTo(new GoalReceipt(eventId, message)));
	}

	@ParameterizedTest
	@ValueSource(ints = { 400, 402, 405, 409, 410, 413, 415, 422 })
	void refusalsAreFinal(int status) {
		mock.answer(MockAnswer.status(status).body(error(status, "no way")));
		GoalRejectedException failure = fail(GoalRejectedException.class, Rejected.class);
		assertThat(failure.getStatus()).isEqualTo(status);
		assertThat(failure.getApiMessage()).isEqualTo("no way");
		assertThat(failure).isExactlyInstanceOf(GoalRejectedException.class)
			.hasMessage("DataFast answered " + status + " to goal 'newsletter_signup': no way");
		assertThat(failure.isRetryable()).isFalse();
	}

	@Test
	void botsAreRejected() {
		mock.bot(VISITOR);
		assertThat(fail(GoalRejectedException.class, Rejected.class).getStatus()).isEqualTo(400);
	}

	@ParameterizedTest
	@ValueSource(ints = { 401, 403 })
	void refusedKeysAreAuthenticationFailures(int status) {
		mock.answer(MockAnswer.status(status));
		DataFastAuthenticationException failure = fail(DataFastAuthenticationException.class, Rejected.class);
		assertThat(failure.getStatus()).isEqualTo(status);
		assertThat(failure.isRetryable()).isFalse();
	}

	@Test
	void wrongKeyAndSuspendedWebsiteAreAuthenticationFailures() {
		runner(mock.getBaseUrl(), "df_wrong")
			.run((context) -> assertThatExceptionOfType(DataFastAuthenticationException.class)
				.isThrownBy(() -> context.getBean(DataFastGoals.class).create(GOAL)));
		mock.suspended(true);
		assertThat(fail(DataFastAuthenticationException.class, Rejected.class).getStatus()).isEqualTo(403);
	}

	@Test
	void visitorWithoutPageviewIsNotFound() {
		mock.unknownVisitor(VISITOR);
		VisitorNotFoundException failure = fail(VisitorNotFoundException.class, Rejected.class);
		assertThat(failure.getStatus()).isEqualTo(404);
		assertThat(failure.isRetryable()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(ints = { 408, 429, 500, 501, 502, 503, 504, 520, 599 })
	void unavailabilityIsRetryable(int status) {
		mock.answer(MockAnswer.status(status));
		DataFastUnavailableException failure = fail(DataFastUnavailableException.class, Dropped.class);
		assertThat(failure.getStatus()).isEqualTo(status);
		assertThat(failure.getRetryAfter()).isNull();
		assertThat(failure.isRetryable()).isTrue();
		assertThat(failure.isAmbiguous()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "0,0", "7,7", " 30 ,30", "31536000,31536000", "999999999999,999999999999",
			"Sun, 06 Nov 1994 08:49:37 GMT|0" })
	void readsRetryAfter(String headerAndSeconds) {
		String[] parts = headerAndSeconds.contains("|") ? headerAndSeconds.split("\\|") : headerAndSeconds.split(",");
		mock.answer(MockAnswer.status(429).header("Retry-After", parts[0]));
		assertThat(fail(DataFastUnavailableException.class, Dropped.class).getRetryAfter())
			.isEqualTo(Duration.ofSeconds(Long.parseLong(parts[1])));
	}

	@Test
	void readsRetryAfterDateInTheFuture() {
		String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC).plusDays(1));
		mock.answer(MockAnswer.status(503).header("Retry-After", date));
		assertThat(fail(DataFastUnavailableException.class, Dropped.class).getRetryAfter())
			.isBetween(Duration.ofHours(22), Duration.ofHours(24));
	}

	@ParameterizedTest
	@ValueSource(strings = { "soon", "-1", "1.5", "99999999999999999999", "", "Sun, 99 Nov 1994 08:49:37 GMT" })
	void ignoresMalformedRetryAfter(String value) {
		mock.answer(MockAnswer.status(429).header("Retry-After", value));
		assertThat(fail(DataFastUnavailableException.class, Dropped.class).getRetryAfter()).isNull();
	}

	static Stream<String[]> errorBodies() {
		return Stream.of(new String[] { error(400, "no"), "no" }, new String[] { "{\"error\":\"no\"}", "no" },
				new String[] { "{\"message\":\"no\"}", "no" }, new String[] { "", "" },
				new String[] { "{\"error\":{\"code\":", "{\"error\":{\"code\":" },
				new String[] { "<html>\r\n<b>no</b>\t</html>", "<html> <b>no</b> </html>" },
				new String[] { "[1]", "[1]" }, new String[] { "x".repeat(1_000_000), "x".repeat(1024) },
				new String[] { "é".repeat(1000), "é".repeat(512) }, new String[] { "a\u0000\u001b[31mb", "a [31mb" });
	}

	@ParameterizedTest
	@MethodSource("errorBodies")
	void readsErrorsOfAnyShape(String body, String message) {
		mock.answer(MockAnswer.status(400).body(body));
		assertThat(fail(GoalRejectedException.class, Rejected.class).getApiMessage()).isEqualTo(message);
	}

	@Test
	void aTruncatedAnswerKeepsItsStatus() {
		try (RawHttpServer server = closing("HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\n{\"status\":")) {
			runner(server.url(), "df_key").run((context) -> assertThatExceptionOfType(VisitorNotFoundException.class)
				.isThrownBy(() -> context.getBean(DataFastGoals.class).create(GOAL)));
		}
		try (RawHttpServer server = closing("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"status\":")) {
			runner(server.url(), "df_key").run((context) -> {
				// The end of the connection is sometimes read together with the answer.
				for (int i = 0; i < 200; i++) {
					assertThat(context.getBean(DataFastGoals.class).create(GOAL).eventId()).isNull();
				}
			});
		}
	}

	@Test
	void anAnswerWhoseBodyNeverEndsKeepsItsStatus() {
		CountDownLatch over = new CountDownLatch(1);
		try (RawHttpServer server = new RawHttpServer((socket) -> {
			RawHttpServer.text("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{").write(socket);
			over.await();
		})) {
			runner(server.url(), "df_key").withPropertyValues("datafast.read-timeout=200ms")
				.run((context) -> assertThat(context.getBean(DataFastGoals.class).create(GOAL).eventId()).isNull());
		}
		finally {
			over.countDown();
		}
	}

	@Test
	void anAnswerThatDripsDoesNotOutlastTheReadTimeout() {
		CountDownLatch over = new CountDownLatch(1);
		try (RawHttpServer server = new RawHttpServer((socket) -> {
			OutputStream output = socket.getOutputStream();
			// Each byte comes well before a timeout per read would strike.
			for (int i = 0; over.getCount() > 0; i++) {
				output.write((i == 0) ? "HTTP/1.1 ".getBytes(StandardCharsets.US_ASCII) : new byte[] { '2' });
				output.flush();
				over.await(50, TimeUnit.MILLISECONDS);
			}
		})) {
			runner(server.url(), "df_key").withPropertyValues("datafast.read-timeout=500ms").run((context) -> {
				DataFastUnavailableException failure = catchThrowableOfType(DataFastUnavailableException.class,
						() -> context.getBean(DataFastGoals.class).create(GOAL));
				assertThat(failure.isAmbiguous()).isTrue();
			});
		}
		finally {
			over.countDown();
		}
	}

	@Test
	void noAnswerIsAmbiguous() {
		mock.answer(MockAnswer.hang());
		runner(mock.getBaseUrl(), mock.getApiKey()).withPropertyValues("datafast.read-timeout=200ms").run((context) -> {
			DataFastUnavailableException failure = catchThrowableOfType(DataFastUnavailableException.class,
					() -> context.getBean(DataFastGoals.class).create(GOAL));
			assertThat(failure.isAmbiguous()).isTrue();
			assertThat(failure.getStatus()).isNull();
			assertThat(failure).hasMessageContaining("timed out").hasMessageContaining("may have been created");
			assertThat(context.getBean(RecordedOutcomes.class).outcomes())
				.containsExactly(new Dropped(Dropped.Reason.AMBIGUOUS, failure));
		});
	}

	@Test
	void aLostConnectionIsAmbiguous() {
		mock.answer(MockAnswer.disconnect());
		assertThat(fail(DataFastUnavailableException.class, Dropped.class).isAmbiguous()).isTrue();
	}

	@Test
	void aRefusedConnectionIsNotAmbiguous() throws IOException {
		int port;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			port = socket.getLocalPort();
		}
		runner("http://127.0.0.1:" + port, "df_key").run((context) -> {
			DataFastUnavailableException failure = catchThrowableOfType(DataFastUnavailableException.class,
					() -> context.getBean(DataFastGoals.class).create(GOAL));
			assertThat(failure.isAmbiguous()).isFalse();
			assertThat(context.getBean(RecordedOutcomes.class).outcomes())
				.containsExactly(new Dropped(Dropped.Reason.ATTEMPTS_EXHAUSTED, failure));
		});
	}

	@Test
	void anUnknownHostIsNotAmbiguous() {
		runner("http://datafast.invalid", "df_key")
			.run((context) -> assertThat(catchThrowableOfType(DataFastUnavailableException.class,
					() -> context.getBean(DataFastGoals.class).create(GOAL))
				.isAmbiguous()).isFalse());
	}

	@ParameterizedTest
	@ValueSource(ints = { 301, 302, 303, 307, 308 })
	void doesNotFollowRedirects(int status) {
		try (RawHttpServer server = new RawHttpServer(RawHttpServer.text("HTTP/1.1 " + status + " Moved\r\nLocation: "
				+ mock.getBaseUrl() + "/goals\r\nContent-Length: 0\r\n\r\n"))) {
			runner(server.url(), mock.getApiKey()).run((context) -> {
				GoalRejectedException failure = catchThrowableOfType(GoalRejectedException.class,
						() -> context.getBean(DataFastGoals.class).create(GOAL));
				assertThat(failure.getStatus()).isEqualTo(status);
				assertThat(failure).hasMessageContaining("datafast.base-url");
			});
		}
		assertThat(mock.getRequests()).isEmpty();
	}

	@Test
	void missingVisitorIsAnExceptionAndASkip() {
		run((goals, outcomes) -> {
			assertThatExceptionOfType(MissingVisitorException.class).isThrownBy(() -> goals.create(Goal.of("goal")))
				.withMessageContaining("'goal'")
				.withMessageContaining("forVisitor");
			assertThat(outcomes.outcomes()).containsExactly(new Skipped(Skipped.Reason.NO_VISITOR));
		});
	}

	@Test
	void quotesNeitherTheKeyNorTheVisitorNorValuesOfAnAnswerThatQuotesThem() {
		mock.answer(MockAnswer.status(400)
			.body(error(400,
					"key " + mock.getApiKey() + " visitor " + VISITOR + " value jane@example.com in production")));
		run((goals, outcomes) -> assertThatExceptionOfType(GoalRejectedException.class)
			.isThrownBy(() -> goals.create(GOAL.with("email", "jane@example.com").with("short", "pro")))
			.satisfies((failure) -> assertThat(failure.getApiMessage())
				.isEqualTo("key *** visitor a3ab2331... value *** in production")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "Jane  Doe", "Jane\nDoe", " Jane Doe ", "say \"hi\" Jane", "<b>Jane</b>", "Jane & Doe",
			"@Jane" })
	void quotesNoFormOfAValue(String value) {
		String escaped = value.replace("\"", "\\\"").replace("\n", "\\n");
		String html = HtmlUtils.htmlEscape(value);
		for (String body : new String[] { error(400, "x" + escaped + "y"), "raw " + escaped + ".",
				"<p>" + html + "</p>", "{\"error\":{\"message\":\"broken " + escaped }) {
			mock.answer(MockAnswer.status(400).body(body));
			run((goals, outcomes) -> assertThatExceptionOfType(GoalRejectedException.class)
				.isThrownBy(() -> goals.create(GOAL.with("name", value)))
				.satisfies((failure) -> assertThat(failure.getApiMessage()).contains("***").doesNotContain("Jane")));
		}
	}

	@Test
	void applicationsJacksonSettingsDoNotMatter() {
		runner(mock.getBaseUrl(), mock.getApiKey())
			.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class,
					HttpMessageConvertersAutoConfiguration.class, RestClientAutoConfiguration.class))
			.withPropertyValues("spring.jackson.property-naming-strategy=UPPER_CAMEL_CASE",
					"spring.jackson.default-property-inclusion=non_default",
					"spring.jackson.serialization.wrap-root-value=true",
					"spring.jackson.serialization.indent-output=true",
					"spring.jackson.deserialization.fail-on-unknown-properties=true",
					"spring.jackson.deserialization.unwrap-root-value=true",
					"spring.jackson.mapper.use-annotations=false")
			.withBean(JsonMapperBuilderCustomizer.class,
					() -> (builder) -> builder.changeDefaultPropertyInclusion(
							(value) -> value.withContentInclusion(JsonInclude.Include.NON_EMPTY)))
			.run((context) -> {
				GoalReceipt receipt = context.getBean(DataFastGoals.class).create(GOAL.with("empty", ""));
				assertThat(receipt.eventId()).isNotNull();
				assertThat(mock.getRequests()).extracting(ReceivedRequest::body)
					.containsExactly("{\"datafast_visitor_id\":\"" + VISITOR
							+ "\",\"name\":\"newsletter_signup\",\"metadata\":{\"empty\":\"\"}}");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "tools.jackson", "com.fasterxml.jackson.databind" })
	void worksWithEitherJackson(String missing) {
		runner(mock.getBaseUrl(), mock.getApiKey()).withClassLoader(new FilteredClassLoader(missing)).run((context) -> {
			assertThat(context.getBean(DataFastGoals.class).create(GOAL.with("a", "é\"\u0001")).eventId()).isNotNull();
			mock.answer(MockAnswer.status(400).body("<html>"));
			assertThatExceptionOfType(GoalRejectedException.class)
				.isThrownBy(() -> context.getBean(DataFastGoals.class).create(GOAL));
			assertThat(mock.getGoals().get(0).metadata()).containsExactly(Map.entry("a", "é\"\u0001"));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost", "127.0.0.1", "[::ffff:127.0.0.1]" })
	void takesEachFormOfHost(String host) {
		runner(mock.getBaseUrl().replace("127.0.0.1", host).replace("localhost", host), mock.getApiKey())
			.run((context) -> {
				context.getBean(DataFastGoals.class).create(Goal.of("signup").forVisitor("v"));
				assertThat(mock.getGoals()).hasSize(1);
			});
	}

	@Test
	void failsStartUpWithoutAnyJackson() {
		runner(mock.getBaseUrl(), mock.getApiKey())
			.withClassLoader(new FilteredClassLoader("tools.jackson", "com.fasterxml.jackson.databind"))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("spring-boot-starter-json"));
	}

	@Test
	void needsNoJacksonWhenOff() {
		runner(mock.getBaseUrl(), mock.getApiKey()).withPropertyValues("datafast.enabled=false")
			.withClassLoader(new FilteredClassLoader("tools.jackson", "com.fasterxml.jackson.databind"))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(ints = { 0x00, 0x1B, 0x85, 0xA0, 0xAD, 0x2003, 0x3000, 0x200B, 0x202E, 0x2028, 0x2029, 0xD800, 0xDFFF,
			0xE000, 0xFEFF, 0xFFFD, 0xE0041, 0x10FFFD })
	void whatAnAnswerSaysIsCleaned(int character) {
		String escape = (character < 0x10000) ? String.format("\\u%04X", character) : String.format("\\u%04X\\u%04X",
				(int) Character.highSurrogate(character), (int) Character.lowSurrogate(character));
		String text = "\"a" + escape + "b" + escape + "\"";
		mock.answer(MockAnswer.status(200).body("{\"data\":{\"message\":" + text + ",\"eventId\":" + text + "}}"));
		mock.answer(MockAnswer.status(400).body("{\"error\":" + text + "}"));
		run((goals, outcomes) -> {
			assertThat(goals.create(GOAL)).isEqualTo(new GoalReceipt("a b", "a b"));
			assertThatExceptionOfType(GoalRejectedException.class).isThrownBy(() -> goals.create(GOAL))
				.satisfies((failure) -> assertThat(failure.getApiMessage()).isEqualTo("a b"));
		});
	}

	@Test
	void whatAnAnswerSaysIsBounded() {
		String text = "\"" + "x".repeat(5000) + "\"";
		mock.answer(MockAnswer.status(200).body("{\"data\":{\"message\":" + text + ",\"eventId\":" + text + "}}"));
		run((goals, outcomes) -> assertThat(goals.create(GOAL))
			.isEqualTo(new GoalReceipt("x".repeat(1024), "x".repeat(1024))));
	}

	@Test
	void anEventIdOfNoCharactersIsNone() {
		mock.answer(MockAnswer.status(200).body("{\"data\":{\"eventId\":\" \\u2028\"}}"));
		run((goals, outcomes) -> assertThat(goals.create(GOAL).eventId()).isNull());
	}

	@ParameterizedTest
	@ValueSource(strings = { "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", "HTTP/1.1 99 OK\r\n\r\n", "\r\n" })
	void anAnswerWithAMalformedHeadIsAmbiguous(String answer) {
		try (RawHttpServer server = closing(answer)) {
			runner(server.url(), "df_key")
				.run((context) -> assertThatExceptionOfType(DataFastUnavailableException.class)
					.isThrownBy(() -> context.getBean(DataFastGoals.class).create(GOAL))
					.satisfies((failure) -> assertThat(failure.isAmbiguous()).isTrue()));
			assertThat(server.requests()).hasSize(1);
		}
	}

	@Test
	void whatABrokenAnswerSaysIsCleanedAndBounded() {
		try (RawHttpServer server = closing("H\u001b[31mTTP " + "x".repeat(5000) + "\r\n\r\n")) {
			runner(server.url(), "df_key").run((context) -> assertThat(catchThrowableOfType(
					DataFastUnavailableException.class, () -> context.getBean(DataFastGoals.class).create(GOAL)))
				.satisfies((failure) -> assertThat(failure.getMessage()).hasSizeLessThan(1300).matches("\\P{Cntrl}*")));
		}
	}

	@Test
	void aProxysDemandForAPasswordIsNotDataFasts() {
		mock.answer(MockAnswer.status(407));
		assertThat(fail(DataFastUnavailableException.class, Dropped.class)).hasMessageContaining("407")
			.satisfies((failure) -> assertThat(failure.isAmbiguous()).isFalse())
			.satisfies((failure) -> assertThat(failure.getStatus()).isNull());
	}

	@Test
	void customizersComeLast() {
		runner(mock.getBaseUrl() + "/wrong", mock.getApiKey())
			.withBean(DataFastRestClientCustomizer.class,
					() -> (builder) -> builder.defaultHeader("X-Custom", "yes")
						.uriBuilderFactory(new DefaultUriBuilderFactory(mock.getBaseUrl())))
			.run((context) -> {
				context.getBean(DataFastGoals.class).create(GOAL);
				assertThat(mock.getRequests()).singleElement()
					.satisfies((request) -> assertThat(request.header("X-Custom")).isEqualTo("yes"));
			});
	}

	@Test
	void customizersNeitherSeeNorReplaceTheKey() {
		List<String> seen = new CopyOnWriteArrayList<>();
		runner(mock.getBaseUrl(), mock.getApiKey()).withBean(DataFastRestClientCustomizer.class,
				() -> (builder) -> builder.defaultHeader("Authorization", "Basic b3Q=")
					.requestInitializer((request) -> request.getHeaders().add("Authorization", "Basic aGVy"))
					.requestInterceptor((request, body, execution) -> {
						seen.addAll(request.getHeaders().getOrEmpty("Authorization"));
						request.getHeaders().add("Authorization", "Bearer other");
						return execution.execute(request, body);
					}))
			.run((context) -> {
				context.getBean(DataFastGoals.class).create(GOAL);
				assertThat(mock.getRequests()).singleElement()
					.satisfies((request) -> assertThat(request.headers().get("Authorization"))
						.containsExactly("Bearer " + mock.getApiKey()));
				assertThat(seen).isNotEmpty().noneMatch((value) -> value.contains(mock.getApiKey()));
			});
	}

	@Test
	void anInterceptorThatFailsIsUnavailability() {
		runner(mock.getBaseUrl(), mock.getApiKey()).withBean(DataFastRestClientCustomizer.class,
				() -> (builder) -> builder.requestInterceptor((request, body, execution) -> {
					throw new IllegalStateException("circuit open");
				}))
			.run((context) -> {
				assertThatExceptionOfType(DataFastUnavailableException.class)
					.isThrownBy(() -> context.getBean(DataFastGoals.class).create(GOAL))
					.withRootCauseInstanceOf(IllegalStateException.class)
					.satisfies((failure) -> assertThat(failure.isAmbiguous()).isFalse());
				assertThat(context.getBean(RecordedOutcomes.class).all()).hasSize(1);
			});
	}

	private static <E extends DataFastException> E fail(Class<E> type, Class<?> outcome) {
		Object[] failure = new Object[1];
		run((goals, outcomes) -> {
			failure[0] = catchThrowableOfType(type, () -> goals.create(GOAL));
			assertThat(failure[0]).isNotNull();
			assertThat(outcomes.outcomes()).singleElement().isInstanceOf(outcome);
		});
		return type.cast(failure[0]);
	}

	private static void run(BiConsumer<DataFastGoals, RecordedOutcomes> test) {
		runner(mock.getBaseUrl(), mock.getApiKey()).run((context) -> test.accept(context.getBean(DataFastGoals.class),
				context.getBean(RecordedOutcomes.class)));
	}

	private static ApplicationContextRunner runner(String baseUrl, String apiKey) {
		return DataFastContextRunners.plain()
			.withPropertyValues("datafast.base-url=" + baseUrl, "datafast.api-key=" + apiKey);
	}

	private static RawHttpServer closing(String answer) {
		return new RawHttpServer((socket) -> {
			RawHttpServer.text(answer).write(socket);
			socket.close();
		});
	}

	private static String error(int status, String message) {
		return "{\"status\":\"error\",\"error\":{\"code\":" + status + ",\"message\":\"" + message + "\"}}";
	}

}
