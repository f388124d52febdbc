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

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link MockDataFastAssert} and {@link ReceivedGoalAssert}.
 */
class MockDataFastAssertTests {

	private static final Duration PLENTY = Duration.ofMinutes(1);

	private final MockDataFast mockDataFast = MockDataFast.start();

	private final TestClient client = new TestClient(this.mockDataFast);

	@AfterEach
	void close() {
		this.mockDataFast.close();
	}

	@Test
	void findsGoalByNameVisitorAndMetadata() throws Exception {
		send("signup", "visitor-1", Map.of("plan", "free"));
		send("signup", "visitor-2", Map.of("plan", "pro", "seats", "3"));
		send("signup", "visitor-3", Map.of());
		assertThat(this.mockDataFast).received("signup")
			.satisfies((goal) -> assertThat(goal.visitorId()).isEqualTo("visitor-1"));
		assertThat(this.mockDataFast).received("signup").forVisitor("visitor-2").withMetadata("plan", "pro").once();
		assertThat(this.mockDataFast).received("signup").withMetadata("seats", "3").withMetadata("plan", "pro");
		assertThat(this.mockDataFast).received("signup").withMetadata(Map.of("seats", "3", "plan", "pro"));
		assertThat(this.mockDataFast).received("signup").withMetadata(Map.of()).forVisitor("visitor-3");
		assertThat(this.mockDataFast).received("signup").withoutMetadata().forVisitor("visitor-3").once();
		assertThat(this.mockDataFast).received("signup").withoutMetadata("seats").withoutMetadata("plan").once();
		assertThat(this.mockDataFast).received("signup", 3).hasNotReceived("other");
	}

	@Test
	void waitsForGoalsThatArriveLater() {
		CountDownLatch asserting = new CountDownLatch(1);
		CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
			await(asserting);
			send("other", "visitor-1", Map.of());
			send("signup", "visitor-1", Map.of());
			send("signup", "visitor-2", Map.of());
			send("signup", "visitor-2", Map.of("plan", "pro"));
		});
		asserting.countDown();
		assertThat(this.mockDataFast).within(PLENTY)
			.received("signup")
			.forVisitor("visitor-2")
			.withMetadata("plan", "pro");
		assertThat(this.mockDataFast).within(PLENTY).received("signup", 3);
		assertThat(sender).succeedsWithin(PLENTY);
	}

	@Test
	void wakesUpWhenAwaitedRequestArrives() {
		CountDownLatch evaluated = new CountDownLatch(1);
		CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
			await(evaluated);
			send("signup", "visitor-1", Map.of());
		});
		boolean held = this.mockDataFast.awaitUntil((mock) -> {
			boolean there = !mock.getGoals().isEmpty();
			evaluated.countDown();
			return there;
		}, PLENTY);
		assertThat(held).isTrue();
		assertThat(sender).succeedsWithin(PLENTY);
	}

	@Test
	void tellsThatNothingWasReceived() {
		assertFailure(() -> assertThat(this.mockDataFast).within(Duration.ofMillis(20)).received("signup"), """

				Expecting MockDataFast to receive within 20 ms:
				  "signup"
				but it received no goal, and refused no request""");
	}

	@Test
	void tellsWhatWasReceivedInstead() throws Exception {
		send("signup", "visitor-1", Map.of("plan", "pro"));
		send("login", "visitor-2", Map.of());
		this.client.send("{\"name\":\"50% off\"}");
		this.mockDataFast.answer(MockAnswer.status(503));
		this.client.send("{}");
		assertFailure(
				() -> assertThat(this.mockDataFast).within(Duration.ZERO)
					.received("signup")
					.forVisitor("visitor-1")
					.withMetadata("plan", "free"),
				"""

						Expecting MockDataFast to receive within 0 ms:
						  "signup" for visitor "visitor-1" with metadata plan=free
						but it received 2 goals:
						  - "signup" for visitor "visitor-1" with metadata {plan=pro}
						  - "login" for visitor "visitor-2" with no metadata
						and refused or left unanswered 2 requests:
						  - POST /api/v1/goals: 400, datafast_visitor_id is required and must be a non-empty string; body: {"name":"50% off"}
						  - POST /api/v1/goals: 503, Service unavailable (as told: status(503)); body: {}""");
	}

	@Test
	void tellsThatRequestsWereRefusedWhereNoGoalWasReceived() throws Exception {
		this.client.send(this.client.request("/other").GET().build());
		assertFailure(() -> assertThat(this.mockDataFast).within(Duration.ofMillis(1500)).received("signup"), """

				Expecting MockDataFast to receive within 1.5 s:
				  "signup"
				but it received no goal
				and refused or left unanswered 1 request:
				  - GET /api/v1/other: 404, No such endpoint; body: none""");
	}

	@Test
	void limitsWhatItTells() {
		for (int i = 0; i < 22; i++) {
			send("signup", "visitor-" + i, Map.of());
		}
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat(this.mockDataFast).within(Duration.ZERO).received("login"))
			.withMessageContaining("22 goals:")
			.withMessageContaining("visitor-19")
			.withMessageContaining("  - and 2 more")
			.withMessageNotContaining("visitor-20");
	}

	@Test
	void failsWhenGoalIsReceivedMoreOftenThanExpected() {
		send("signup", "visitor-1", Map.of());
		send("signup", "visitor-1", Map.of());
		String goals = """
				but there are 2: it received 2 goals:
				  - "signup" for visitor "visitor-1" with no metadata
				  - "signup" for visitor "visitor-1" with no metadata
				and refused no request""";
		assertFailure(() -> assertThat(this.mockDataFast).received("signup", 1), """

				Expecting MockDataFast to receive exactly once within 10 s:
				  "signup"
				""" + goals);
		assertFailure(() -> assertThat(this.mockDataFast).received("signup").forVisitor("visitor-1").once(), """

				Expecting MockDataFast to have received exactly once so far:
				  "signup" for visitor "visitor-1"
				""" + goals);
	}

	@Test
	void failsWhenGoalIsReceivedLessOftenThanExpected() {
		send("signup", "visitor-1", Map.of());
		assertFailure(() -> assertThat(this.mockDataFast).within(Duration.ZERO).received("signup", 2), """

				Expecting MockDataFast to receive exactly 2 times within 0 ms:
				  "signup"
				but there is 1: it received 1 goal:
				  - "signup" for visitor "visitor-1" with no metadata
				and refused no request""");
	}

	@Test
	void failsWhenGoalIsReceivedThatIsNotExpected() {
		assertThat(this.mockDataFast).hasNotReceived("signup").received("signup", 0).receivedNothing();
		send("signup", "visitor-1", Map.of());
		assertFailure(() -> assertThat(this.mockDataFast).hasNotReceived("signup"), """

				Expecting MockDataFast not to have received so far:
				  "signup"
				but it received 1 goal:
				  - "signup" for visitor "visitor-1" with no metadata
				and refused no request""");
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat(this.mockDataFast).receivedNothing())
			.withMessageContaining("visitor-1");
	}

	@Test
	void doesNotTakeRefusedRequestForNothing() throws Exception {
		this.client.send("{}");
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat(this.mockDataFast).receivedNothing())
			.withMessageContaining("datafast_visitor_id is required");
	}

	@Test
	void keepsDescriptionWhileNarrowing() {
		send("signup", "visitor-1", Map.of());
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat(this.mockDataFast).as("after %s", "checkout")
				.within(Duration.ZERO)
				.received("signup")
				.forVisitor("visitor-1")
				.withMetadata("plan", "pro"))
			.withMessageStartingWith("[after checkout]");
	}

	@Test
	void failsForNull() {
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat((MockDataFast) null).received("signup"));
	}

	@Test
	void refusesNegativeNumbers() {
		assertThatIllegalArgumentException().isThrownBy(() -> assertThat(this.mockDataFast).received("signup", -1));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> assertThat(this.mockDataFast).within(Duration.ofMillis(-1)));
	}

	private static void assertFailure(ThrowingCallable assertion, String message) {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(assertion)
			.satisfies((error) -> assertThat(error.getMessage()).isEqualToNormalizingNewlines(message));
	}

	private void send(String name, String visitorId, Map<String, String> metadata) {
		assertThat(this.client.sendAsync(TestClient.goal(name, visitorId, metadata))).succeedsWithin(PLENTY);
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
