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

package io.datafast.test;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for how {@link MockDataFast} misbehaves when it is told to.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class MockDataFastMisbehaviourTests {

	private static final Duration PLENTY = Duration.ofMinutes(1);

	private static final String GOAL = TestClient.goal("signup");

	private final MockDataFast mockDataFast = MockDataFast.start();

	private final TestClient client = new TestClient(this.mockDataFast);

	@AfterEach
	void close() {
		this.mockDataFast.close();
	}

	@Test
	void followsScriptThenBehavesNormally() throws Exception {
		this.mockDataFast.answer(MockAnswer.status(503), MockAnswer.ok()).answer(MockAnswer.status(429));
		assertThat(statuses(4)).containsExactly(503, 200, 429, 200);
		assertThat(this.mockDataFast.getGoals("signup")).hasSize(2);
		assertThat(this.mockDataFast.getRequests()).extracting(ReceivedRequest::status)
			.containsExactly(503, 200, 429, 200);
	}

	@Test
	void prefersScriptToStandingAnswer() throws Exception {
		this.mockDataFast.alwaysAnswer(MockAnswer.status(500)).answer(MockAnswer.status(429));
		assertThat(statuses(3)).containsExactly(429, 500, 500);
	}

	@Test
	void doesNotSpendScriptOnRequestsThatAreNoGoals() throws Exception {
		this.mockDataFast.answer(MockAnswer.status(503));
		assertThat(this.client.send(this.client.request("/goals").GET().build()).statusCode()).isEqualTo(405);
		assertThat(this.client.send(this.client.request("/other").GET().build()).statusCode()).isEqualTo(404);
		assertThat(statuses(1)).containsExactly(503);
	}

	@ParameterizedTest
	@ValueSource(ints = { 201, 302, 400, 401, 403, 404, 429, 500, 502, 503, 599 })
	void answersStatusWithErrorBody(int status) throws Exception {
		this.mockDataFast.answer(MockAnswer.status(status));
		HttpResponse<String> response = this.client.send(GOAL);
		assertThat(response.statusCode()).isEqualTo(status);
		assertThat(response.body())
			.startsWith("{\"status\":\"error\",\"error\":{\"code\":" + status + ",\"message\":\"")
			.doesNotContain("told");
		assertThat(this.mockDataFast.getGoals()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(ints = { 204, 304 })
	void answersStatusWithoutBodyWhereHttpKnowsNone(int status) throws Exception {
		this.mockDataFast.answer(MockAnswer.status(status).body("ignored"));
		HttpResponse<String> response = this.client.send(GOAL);
		assertThat(response.statusCode()).isEqualTo(status);
		assertThat(response.body()).isEmpty();
		assertThat(statuses(1)).containsExactly(200);
	}

	@Test
	void countsGoalAnswered200AsReceivedIfValid() throws Exception {
		this.mockDataFast.alwaysAnswer(MockAnswer.status(200));
		assertThat(this.client.send(GOAL).body()).startsWith("{\"status\":\"success\",\"data\":[{");
		assertThat(this.client.send("{}").statusCode()).isEqualTo(200);
		assertThat(this.mockDataFast.getGoals()).hasSize(1);
	}

	@Test
	void sendsBodyAndHeadersAsTold() throws Exception {
		this.mockDataFast.answer(MockAnswer.status(429)
			.header("Retry-After", "7")
			.header("content-type", "text/html")
			.body("<html>\u00e9</html>"), MockAnswer.status(500).body(""));
		HttpResponse<String> response = this.client.send(GOAL);
		assertThat(response.headers().firstValue("Retry-After")).contains("7");
		assertThat(response.headers().allValues("Content-Type")).containsExactly("text/html");
		assertThat(response.body()).isEqualTo("<html>\u00e9</html>");
		assertThat(this.client.send(GOAL).body()).isEmpty();
	}

	@Test
	void sendsBodyOfNormalAnswerOnlyWhenAccepted() throws Exception {
		this.mockDataFast.alwaysAnswer(MockAnswer.ok().body("{\"status\":\"success\",\"data\":{}}"));
		assertThat(this.client.send(GOAL).body()).isEqualTo("{\"status\":\"success\",\"data\":{}}");
		HttpResponse<String> refused = this.client.send("{}");
		assertThat(refused.statusCode()).isEqualTo(400);
		assertThat(refused.body()).contains("datafast_visitor_id is required");
	}

	@Test
	void hangsUntilReset() {
		this.mockDataFast.alwaysAnswer(MockAnswer.hang());
		List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			responses.add(this.client.sendAsync(GOAL));
		}
		assertThat(this.mockDataFast.awaitUntil((mock) -> mock.getRequests().size() == 3, PLENTY)).isTrue();
		assertThat(this.mockDataFast.getRequests()).extracting(ReceivedRequest::status)
			.containsOnly(ReceivedRequest.NO_ANSWER);
		assertThat(this.mockDataFast.getGoals()).isEmpty();
		assertThat(responses).noneMatch(CompletableFuture::isDone);
		this.mockDataFast.reset();
		assertThat(responses).allSatisfy((response) -> assertThat(response).failsWithin(PLENTY)
			.withThrowableThat()
			.withCauseInstanceOf(IOException.class));
	}

	@Test
	void hangsUntilClose() {
		this.mockDataFast.answer(MockAnswer.hang());
		CompletableFuture<HttpResponse<String>> response = this.client.sendAsync(GOAL);
		assertThat(this.mockDataFast.awaitUntil((mock) -> !mock.getRequests().isEmpty(), PLENTY)).isTrue();
		this.mockDataFast.close();
		assertThat(response).failsWithin(PLENTY).withThrowableThat().withCauseInstanceOf(IOException.class);
		assertThat(this.mockDataFast.getRequests()).hasSize(1);
	}

	@Test
	void disconnectsWithoutAnswer() throws Exception {
		this.mockDataFast.answer(MockAnswer.disconnect());
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.client.send(GOAL));
		assertThat(this.mockDataFast.getRequests()).extracting(ReceivedRequest::status)
			.containsExactly(ReceivedRequest.NO_ANSWER);
		assertThat(this.mockDataFast.getGoals()).isEmpty();
		assertThat(statuses(1)).containsExactly(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "x", "{\"status\":\"success\"}" })
	void truncatesBody(String body) throws Exception {
		this.mockDataFast.answer(MockAnswer.truncated().body(body));
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.client.send(GOAL));
		assertThat(this.mockDataFast.getGoals()).hasSize(1);
		assertThat(statuses(1)).containsExactly(200);
	}

	@Test
	void waitsBeforeEveryAnswer() throws Exception {
		this.mockDataFast.latency(Duration.ofMillis(300));
		long start = System.nanoTime();
		assertThat(statuses(2)).containsExactly(200, 200);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(600));
	}

	@Test
	void countsGoalAsReceivedBeforeLatencyElapses() {
		this.mockDataFast.latency(Duration.ofHours(1));
		CompletableFuture<HttpResponse<String>> response = this.client.sendAsync(GOAL);
		assertThat(this.mockDataFast.awaitUntil((mock) -> mock.getGoals().size() == 1, PLENTY)).isTrue();
		assertThat(response).isNotDone();
		this.mockDataFast.reset();
		assertThat(response).failsWithin(PLENTY).withThrowableThat().withCauseInstanceOf(IOException.class);
	}

	@Test
	void prefersLatencyOfAnswer() throws Exception {
		this.mockDataFast.latency(Duration.ofHours(1))
			.answer(MockAnswer.status(503).after(Duration.ofMillis(200)), MockAnswer.ok().after(Duration.ZERO));
		long start = System.nanoTime();
		assertThat(statuses(2)).containsExactly(503, 200);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
	}

	@Test
	void answersOthersWhileOneWaits() throws Exception {
		this.mockDataFast.answer(MockAnswer.ok().after(Duration.ofHours(1)));
		CompletableFuture<HttpResponse<String>> waiting = this.client.sendAsync(GOAL);
		assertThat(this.mockDataFast.awaitUntil((mock) -> mock.getRequests().size() == 1, PLENTY)).isTrue();
		assertThat(statuses(1)).containsExactly(200);
		assertThat(waiting).isNotDone();
	}

	@Test
	void forgetsAllMisbehaviourOnReset() throws Exception {
		this.mockDataFast.answer(MockAnswer.status(503))
			.alwaysAnswer(MockAnswer.hang())
			.latency(Duration.ofHours(1))
			.unknownVisitor("visitor-1")
			.bot("visitor-1")
			.suspended(true)
			.reset();
		assertThat(statuses(1)).containsExactly(200);
		assertThat(this.mockDataFast.getRequests()).hasSize(1);
	}

	@Test
	void closesTwiceAndRefusesConnectionsAfterwards() throws Exception {
		this.client.send(GOAL);
		this.mockDataFast.close();
		this.mockDataFast.close();
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.client.send(GOAL));
		assertThat(this.mockDataFast.getGoals()).hasSize(1);
	}

	@Test
	void givesUpWaitingAfterTimeout() {
		assertThat(this.mockDataFast.awaitUntil((mock) -> false, Duration.ofMillis(50))).isFalse();
		assertThat(this.mockDataFast.awaitUntil((mock) -> false, Duration.ZERO)).isFalse();
		assertThat(this.mockDataFast.awaitUntil((mock) -> true, Duration.ZERO)).isTrue();
	}

	@Test
	void keepsInterruptFlagWhenInterruptedWhileWaiting() {
		Thread.currentThread().interrupt();
		assertThat(this.mockDataFast.awaitUntil((mock) -> false, Duration.ofSeconds(Long.MAX_VALUE))).isFalse();
		assertThat(Thread.interrupted()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 0, 100, 199, 600 })
	void refusesStatusOutOfRange(int status) {
		assertThatIllegalArgumentException().isThrownBy(() -> MockAnswer.status(status));
	}

	@Test
	void refusesNegativeLatency() {
		Duration negative = Duration.ofMillis(-1);
		assertThatIllegalArgumentException().isThrownBy(() -> this.mockDataFast.latency(negative));
		assertThatIllegalArgumentException().isThrownBy(() -> MockAnswer.ok().after(negative));
	}

	@Test
	void refusesHeaderThatCannotBeSent() {
		assertThatIllegalArgumentException().isThrownBy(() -> MockAnswer.ok().header("", "value"));
		assertThatIllegalArgumentException().isThrownBy(() -> MockAnswer.ok().header("a b", "value"));
		assertThatIllegalArgumentException().isThrownBy(() -> MockAnswer.ok().header("X-Test", "a\r\nb"));
	}

	@Test
	void leavesAnswerUnchangedWhenDerivingAnother() {
		MockAnswer answer = MockAnswer.status(503);
		answer.body("body").header("X-Test", "value").after(Duration.ofSeconds(1));
		assertThat(answer.body()).isNull();
		assertThat(answer.headers()).isEmpty();
		assertThat(answer.latencyOr(Duration.ZERO)).isZero();
		assertThat(answer).hasToString("status(503)");
		assertThat(MockAnswer.hang().after(Duration.ofSeconds(1))).hasToString("hang() after PT1S");
	}

	private List<Integer> statuses(int count) throws Exception {
		List<Integer> statuses = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			statuses.add(this.client.send(GOAL).statusCode());
		}
		return statuses;
	}

}
