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

package io.datafast.delivery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import io.datafast.DataFastAuthenticationException;
import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.GoalRejectedException;
import io.datafast.VisitorNotFoundException;
import io.datafast.client.BufferingJdkClientHttpRequestFactory;
import io.datafast.client.GoalClient;
import io.datafast.client.GoalClientCredentials;
import io.datafast.client.JsonCodec;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Rejected;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedGoal;
import io.datafast.testing.RawHttpServer;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every row of the answer table, with real sockets and a time of the test's own.
 */
@ExtendWith(OutputCaptureExtension.class)
class InMemoryRetryTests {

	private static final String VISITOR = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd";

	private static final RetrySettings SETTINGS = RetrySettings.DEFAULTS;

	private final MockDataFast mock = MockDataFast.start();

	private final ManualTimer timer = new ManualTimer();

	private final RecordedOutcomes outcomes = new RecordedOutcomes();

	private final AtomicReference<Double> random = new AtomicReference<>(1.0);

	private final GoalOutcomeLog log = new GoalOutcomeLog();

	private InMemoryGoalDispatcher dispatcher;

	@AfterEach
	void close() {
		if (this.dispatcher != null) {
			assertThat(this.dispatcher.pending()).isZero();
			this.dispatcher.destroy();
		}
		this.log.destroy();
		this.mock.close();
	}

	@Test
	void createsAtTheFirstAttempt() {
		start(SETTINGS);
		dispatch(1);
		this.outcomes.awaitSingle(Created.class);
		assertThat(this.mock.getRequests()).hasSize(1);
		awaitNothingPending();
	}

	@ParameterizedTest
	@ValueSource(ints = { 400, 402, 405, 409, 413, 422 })
	void finalAnswersAreRejectedAtOnce(int status) {
		this.mock.answer(MockAnswer.status(status));
		start(SETTINGS);
		dispatch(1);
		assertThat(this.outcomes.awaitSingle(Rejected.class).exception()).isInstanceOf(GoalRejectedException.class);
		awaitNothingPending();
		assertThat(this.mock.getRequests()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 401, 403 })
	void refusedKeysAreRejectedAtOnce(int status) {
		this.mock.answer(MockAnswer.status(status));
		start(SETTINGS);
		dispatch(1);
		assertThat(this.outcomes.awaitSingle(Rejected.class).exception())
			.isInstanceOf(DataFastAuthenticationException.class);
		awaitNothingPending();
	}

	@Test
	void anUnknownVisitorGetsOneLaterAttempt() {
		this.mock.answer(MockAnswer.status(404));
		start(SETTINGS);
		dispatch(1);
		assertThat(this.timer.awaitNext()).isEqualTo(Duration.ofSeconds(30));
		assertThat(this.outcomes.all()).isEmpty();
		this.timer.advance(Duration.ofSeconds(30));
		this.outcomes.awaitSingle(Created.class);
		awaitNothingPending();
	}

	@Test
	void aVisitorThatStaysUnknownIsRejected() {
		this.mock.unknownVisitor(VISITOR);
		start(SETTINGS);
		dispatch(1);
		this.timer.awaitNext();
		this.timer.advance(Duration.ofSeconds(30));
		assertThat(this.outcomes.awaitSingle(Rejected.class).exception()).isInstanceOf(VisitorNotFoundException.class);
		assertThat(this.mock.getRequests()).hasSize(2);
		awaitNothingPending();
	}

	@Test
	void theLaterAttemptCanBeSwitchedOff() {
		this.mock.unknownVisitor(VISITOR);
		start(new RetrySettings(5, Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofMinutes(1), false,
				Duration.ZERO));
		dispatch(1);
		this.outcomes.awaitSingle(Rejected.class);
		awaitNothingPending();
	}

	@ParameterizedTest
	@ValueSource(ints = { 408, 429, 500, 502, 503, 504 })
	void retriesWithExponentialBackoffUpToMaxAttempts(int status) {
		this.mock.alwaysAnswer(MockAnswer.status(status));
		start(SETTINGS);
		dispatch(1);
		for (int seconds : new int[] { 1, 2, 4, 8 }) {
			assertThat(this.timer.awaitNext()).isEqualTo(Duration.ofSeconds(seconds));
			this.timer.advance(Duration.ofSeconds(seconds));
		}
		Dropped dropped = this.outcomes.awaitSingle(Dropped.class);
		assertThat(dropped.reason()).isEqualTo(Dropped.Reason.ATTEMPTS_EXHAUSTED);
		assertThat(dropped.lastFailure()).isInstanceOfSatisfying(DataFastUnavailableException.class,
				(failure) -> assertThat(failure.getStatus()).isEqualTo(status));
		assertThat(this.mock.getRequests()).hasSize(5);
		awaitNothingPending();
	}

	@ParameterizedTest
	@ValueSource(ints = { 408, 429, 500, 502, 503, 504 })
	void retriesAfterUnavailability(int status) {
		this.mock.answer(MockAnswer.status(status), MockAnswer.status(status));
		start(SETTINGS);
		dispatch(1);
		this.timer.awaitNext();
		this.timer.advance(Duration.ofSeconds(1));
		this.timer.awaitNext();
		this.timer.advance(Duration.ofSeconds(2));
		this.outcomes.awaitSingle(Created.class);
		awaitNothingPending();
	}

	@Test
	void backoffHasFullJitterAndABound() {
		RetryPolicy policy = new RetryPolicy(SETTINGS, this.random::get);
		assertThat(policy.backoff(7)).isEqualTo(Duration.ofMinutes(1));
		assertThat(policy.backoff(1_000_000)).isEqualTo(Duration.ofMinutes(1));
		this.random.set(0.0);
		assertThat(policy.backoff(3)).isZero();
		this.random.set(0.25);
		assertThat(policy.backoff(3)).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void othersAreDeliveredWhileOneWaitsForItsRetry() {
		this.mock.answer(MockAnswer.status(500));
		start(SETTINGS, 1);
		dispatch(3);
		this.outcomes.awaitCount(2);
		assertThat(this.mock.getGoals()).extracting(ReceivedGoal::name).containsExactly("goal1", "goal2");
		this.timer.awaitNext();
		this.timer.advance(Duration.ofSeconds(1));
		this.outcomes.awaitCount(3);
		awaitNothingPending();
	}

	@ParameterizedTest
	@ValueSource(ints = { 429, 503 })
	void retryAfterPausesTheWholeDispatcher(int status) {
		this.mock.answer(MockAnswer.status(status).header("Retry-After", "7"));
		start(SETTINGS, 1);
		dispatch(3);
		assertThat(this.timer.awaitNext()).isEqualTo(Duration.ofSeconds(7));
		this.timer.advance(Duration.ofSeconds(6));
		dispatch(1);
		assertThat(this.mock.getRequests()).hasSize(1);
		assertThat(this.dispatcher.pending()).isEqualTo(4);
		this.timer.advance(Duration.ofSeconds(1));
		this.outcomes.awaitCount(4);
		assertThat(this.outcomes.count(Created.class)).isEqualTo(4);
		awaitNothingPending();
	}

	@Test
	void aPauseIsAtMostFiveMinutes() {
		this.mock.answer(MockAnswer.status(429).header("Retry-After", "86400"));
		start(SETTINGS);
		dispatch(1);
		assertThat(this.timer.awaitNext()).isEqualTo(Duration.ofMinutes(5));
		this.timer.advance(Duration.ofMinutes(5));
		this.outcomes.awaitSingle(Created.class);
		awaitNothingPending();
	}

	@Test
	void aPauseIsWokenUpFromByGoalsThatComeDuringIt() {
		this.mock.answer(MockAnswer.status(503).header("Retry-After", "60"));
		start(new RetrySettings(1, Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofMinutes(1), false,
				Duration.ZERO));
		dispatch(1);
		this.outcomes.awaitSingle(Dropped.class);
		dispatch(1);
		assertThat(this.timer.awaitNext()).isEqualTo(Duration.ofSeconds(60));
		this.timer.advance(Duration.ofSeconds(60));
		this.outcomes.awaitCount(2);
		awaitNothingPending();
	}

	@Test
	void anUnreachableServiceIsProbedByOneGoalAtATimeAndCostsNone(CapturedOutput output) throws Exception {
		int port = freePort();
		start(SETTINGS, 8, "http://127.0.0.1:" + port + "/api/v1");
		dispatch(100);
		for (int seconds : new int[] { 1, 2, 4, 8, 16, 32, 60, 60 }) {
			assertThat(this.timer.awaitNext()).isLessThanOrEqualTo(Duration.ofSeconds(seconds));
			Awaitility.await().until(() -> workersIdle());
			this.timer.advance(Duration.ofSeconds(seconds));
			Awaitility.await().until(() -> !this.timer.isIdle());
		}
		assertThat(this.outcomes.all()).isEmpty();
		assertThat(this.dispatcher.pending()).isEqualTo(100);
		try (MockDataFast back = MockDataFast.start(port)) {
			this.timer.advance(Duration.ofMinutes(1));
			this.outcomes.awaitCount(100);
			assertThat(this.outcomes.count(Created.class)).isEqualTo(100);
			assertThat(back.getRequests()).hasSize(100);
			awaitNothingPending();
		}
		assertThat(output).containsOnlyOnce("WARN")
			.contains("DataFast could not be reached")
			.containsOnlyOnce("DataFast answers again after");
	}

	@Test
	void anOutageCostsOnlyWhatExceedsTheCapacity() throws Exception {
		int port = freePort();
		start(SETTINGS, 4, "http://127.0.0.1:" + port + "/api/v1", 50);
		dispatch(150);
		assertThat(this.outcomes.outcomes()).hasSize(100).containsOnly(new Dropped(Dropped.Reason.QUEUE_FULL, null));
		this.timer.awaitNext();
		try (MockDataFast back = MockDataFast.start(port)) {
			this.timer.advance(Duration.ofMinutes(1));
			this.outcomes.awaitCount(150);
			assertThat(back.getGoals()).extracting(ReceivedGoal::name)
				.containsExactlyInAnyOrderElementsOf(IntStream.range(0, 50).mapToObj((i) -> goal(i).name()).toList());
			awaitNothingPending();
		}
	}

	@Test
	void anOutageCostsOnlyWhatExceedsTheAge() throws Exception {
		int port = freePort();
		start(SETTINGS, 4, "http://127.0.0.1:" + port + "/api/v1", 10);
		dispatch(10);
		this.timer.awaitNext();
		advanceMinuteByMinute(59);
		assertThat(this.outcomes.all()).isEmpty();
		advanceMinuteByMinute(4);
		List<RecordedOutcomes.Recorded> expired = this.outcomes.awaitCount(10);
		assertThat(expired)
			.allSatisfy((recorded) -> assertThat(recorded.outcome()).isInstanceOfSatisfying(Dropped.class,
					(dropped) -> assertThat(dropped.reason()).isEqualTo(Dropped.Reason.EXPIRED)));
		assertThat(expired)
			.anySatisfy((recorded) -> assertThat(((Dropped) recorded.outcome()).lastFailure()).isNotNull());
		awaitNothingPending();
		dispatch(10);
		assertThat(this.outcomes.all()).hasSize(10);
		try (MockDataFast back = MockDataFast.start(port)) {
			Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
				this.timer.advance(Duration.ofMinutes(1));
				return this.outcomes.all().size() == 20;
			});
			assertThat(back.getGoals()).hasSize(10);
			awaitNothingPending();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://datafast.invalid/api", "http://127.0.0.1:9/api" })
	void certainFailuresDoNotCountAsAttempts(String url) {
		start(new RetrySettings(1, Duration.ofMinutes(10), Duration.ofSeconds(1), Duration.ofMinutes(1), false,
				Duration.ZERO), 1, url);
		dispatch(1);
		this.timer.awaitNext();
		this.timer.advance(Duration.ofMinutes(1));
		this.timer.awaitNext();
		assertThat(this.outcomes.all()).isEmpty();
		advanceMinuteByMinute(12);
		assertThat(this.outcomes.awaitSingle(Dropped.class).reason()).isEqualTo(Dropped.Reason.EXPIRED);
		awaitNothingPending();
	}

	@Test
	void aFailedTlsHandshakeIsACertainFailure() {
		try (RawHttpServer noTls = new RawHttpServer(RawHttpServer.text("no TLS here"))) {
			start(SETTINGS, 1, noTls.url().replace("http:", "https:"));
			dispatch(1);
			assertThat(this.timer.awaitNext()).isEqualTo(Duration.ofSeconds(1));
			assertThat(this.outcomes.all()).isEmpty();
			this.dispatcher.stop();
			assertThat(this.outcomes.awaitSingle(Dropped.class).reason()).isEqualTo(Dropped.Reason.SHUTDOWN);
		}
	}

	@Test
	void aResetDuringTheTlsHandshakeIsACertainFailure() throws Exception {
		try (ServerSocket resetting = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			Thread acceptor = new Thread(() -> resetConnections(resetting));
			acceptor.setDaemon(true);
			acceptor.start();
			start(SETTINGS, 1, "https://127.0.0.1:" + resetting.getLocalPort());
			dispatch(1);
			assertThat(this.timer.awaitNext()).isEqualTo(Duration.ofSeconds(1));
			assertThat(this.outcomes.all()).isEmpty();
			this.dispatcher.stop();
		}
	}

	@Test
	void aConnectTimeoutIsACertainFailure() throws Exception {
		try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			List<Socket> occupants = new ArrayList<>();
			try {
				// Nobody accepts, so the kernel stops answering once the backlog is full.
				for (int i = 0; i < 4; i++) {
					Socket occupant = new Socket();
					occupants.add(occupant);
					connectIfPossible(occupant, full);
				}
				start(SETTINGS, 1, "http://127.0.0.1:" + full.getLocalPort());
				dispatch(1);
				assertThat(this.timer.awaitNext()).isEqualTo(Duration.ofSeconds(1));
				assertThat(this.outcomes.all()).isEmpty();
				this.dispatcher.stop();
			}
			finally {
				for (Socket occupant : occupants) {
					occupant.close();
				}
			}
		}
	}

	@Test
	void aResetAfterTheRequestIsAmbiguous() {
		try (RawHttpServer resetting = new RawHttpServer((socket) -> {
			socket.setSoLinger(true, 0);
			socket.close();
		})) {
			start(SETTINGS, 1, resetting.url());
			dispatch(1);
			assertThat(this.outcomes.awaitSingle(Dropped.class).reason()).isEqualTo(Dropped.Reason.AMBIGUOUS);
			assertThat(resetting.requests()).hasSize(1);
			awaitNothingPending();
		}
	}

	@Test
	void aReadTimeoutIsAmbiguous() {
		this.mock.answer(MockAnswer.hang());
		start(SETTINGS);
		dispatch(1);
		assertThat(this.outcomes.awaitSingle(Dropped.class).reason()).isEqualTo(Dropped.Reason.AMBIGUOUS);
		awaitNothingPending();
	}

	@Test
	void ambiguousFailuresAreDroppedByDefault() {
		this.mock.answer(MockAnswer.disconnect());
		start(SETTINGS);
		dispatch(1);
		assertThat(this.outcomes.awaitSingle(Dropped.class).reason()).isEqualTo(Dropped.Reason.AMBIGUOUS);
		assertThat(this.mock.getRequests()).hasSize(1);
		awaitNothingPending();
	}

	@Test
	void ambiguousFailuresAreRetriedOnRequest() {
		this.mock.answer(MockAnswer.disconnect(), MockAnswer.hang());
		start(new RetrySettings(5, Duration.ofHours(1), Duration.ofSeconds(1), Duration.ofMinutes(1), true,
				Duration.ZERO));
		dispatch(1);
		this.timer.awaitNext();
		this.timer.advance(Duration.ofSeconds(1));
		assertThat(this.timer.awaitNext()).isEqualTo(Duration.ofSeconds(2));
		this.timer.advance(Duration.ofSeconds(2));
		this.outcomes.awaitSingle(Created.class);
		assertThat(this.mock.getRequests()).hasSize(3);
		awaitNothingPending();
	}

	@Test
	void aWaitingRetryHoldsNoThread() {
		this.mock.answer(MockAnswer.status(500));
		start(SETTINGS);
		dispatch(1);
		this.timer.awaitNext();
		Awaitility.await().until(this::workersIdle);
		assertThat(this.dispatcher.pending()).isEqualTo(1);
		this.timer.advance(Duration.ofSeconds(1));
		this.outcomes.awaitSingle(Created.class);
		awaitNothingPending();
	}

	@Test
	void stopDoesNotWaitForTheTimeOfTheNextAttempt() {
		this.mock.answer(MockAnswer.status(404), MockAnswer.status(500));
		start(SETTINGS, 2, this.mock.getBaseUrl(), 1000, Duration.ofSeconds(60));
		dispatch(2);
		Awaitility.await().until(() -> this.mock.getRequests().size() == 2);
		this.timer.awaitNext();
		this.dispatcher.stop();
		assertThat(this.outcomes.all()).hasSize(2);
		assertThat(this.outcomes.count(Created.class)).isEqualTo(2);
	}

	@Test
	void stopDropsWhatStillWaitsWithItsLastFailure() {
		this.mock.answer(MockAnswer.status(429).header("Retry-After", "60"));
		start(SETTINGS);
		dispatch(1);
		this.timer.awaitNext();
		this.dispatcher.stop();
		Dropped dropped = this.outcomes.awaitSingle(Dropped.class);
		assertThat(dropped.reason()).isEqualTo(Dropped.Reason.SHUTDOWN);
		assertThat(dropped.lastFailure()).isNotNull();
	}

	@Test
	void whatFailsWhileStoppingWaitsATenthOfTheTimeoutAtMost() {
		this.mock.answer(MockAnswer.status(500), MockAnswer.status(404));
		start(SETTINGS, 1, this.mock.getBaseUrl(), 1000, Duration.ofSeconds(100));
		dispatch(1);
		this.timer.awaitNext();
		Thread stopper = new Thread(this.dispatcher::stop);
		stopper.start();
		Awaitility.await().until(() -> this.mock.getRequests().size() == 2);
		Awaitility.await().until(this::workersIdle);
		this.timer.advance(Duration.ofSeconds(10));
		this.outcomes.awaitSingle(Created.class);
		Awaitility.await().until(() -> !stopper.isAlive());
	}

	@Test
	void anUnreachableServiceIsProbedWhileStopping() throws Exception {
		int port = freePort();
		start(SETTINGS, 4, "http://127.0.0.1:" + port + "/api/v1", 50, Duration.ofSeconds(100));
		dispatch(10);
		this.timer.awaitNext();
		Thread stopper = new Thread(this.dispatcher::stop);
		try (MockDataFast back = MockDataFast.start(port)) {
			stopper.start();
			this.outcomes.awaitCount(10);
			assertThat(back.getRequests()).hasSize(10);
			Awaitility.await().until(() -> !stopper.isAlive());
		}
	}

	@Test
	void aProbeThatIsNotAnsweredIsNoRecovery(CapturedOutput output) throws Exception {
		int port = freePort();
		start(SETTINGS, 4, "http://127.0.0.1:" + port + "/api/v1");
		dispatch(10);
		this.timer.awaitNext();
		try (MockDataFast back = MockDataFast.start(port)) {
			back.answer(MockAnswer.disconnect());
			this.timer.advance(Duration.ofMinutes(1));
			assertThat(this.outcomes.awaitSingle(Dropped.class).reason()).isEqualTo(Dropped.Reason.AMBIGUOUS);
			this.timer.awaitNext();
			Awaitility.await().until(this::workersIdle);
			assertThat(back.getRequests()).hasSize(1);
			assertThat(output).doesNotContain("DataFast answers again");
			this.timer.advance(Duration.ofMinutes(1));
			this.outcomes.awaitCount(10);
			assertThat(this.outcomes.count(Created.class)).isEqualTo(9);
			awaitNothingPending();
		}
	}

	@Test
	void retryAfterZeroIsNoPause() {
		this.mock.answer(MockAnswer.status(429).header("Retry-After", "0"));
		start(SETTINGS, 1);
		dispatch(3);
		this.outcomes.awaitCount(2);
		assertThat(this.timer.awaitNext()).isEqualTo(Duration.ofSeconds(1));
		this.timer.advance(Duration.ofSeconds(1));
		this.outcomes.awaitCount(3);
		assertThat(this.outcomes.count(Created.class)).isEqualTo(3);
		awaitNothingPending();
	}

	@Test
	void manyRetriesNeedOneTimerTask() {
		this.mock.answer(IntStream.range(0, 100).mapToObj((i) -> MockAnswer.status(500)).toArray(MockAnswer[]::new));
		start(SETTINGS, 4);
		for (int i = 1; i <= 100; i++) {
			// Each is due before those that wait already.
			this.random.set(1 - i / 200.0);
			dispatch(1);
			int requests = i;
			Awaitility.await().until(() -> this.mock.getRequests().size() == requests);
			Awaitility.await().until(this::workersIdle);
			Awaitility.await().until(() -> this.timer.size() == 1);
		}
		this.timer.advance(Duration.ofSeconds(1));
		this.outcomes.awaitCount(100);
		assertThat(this.outcomes.count(Created.class)).isEqualTo(100);
		awaitNothingPending();
	}

	@Test
	void goalsThatExpireInAnOutageMakeRoomWithoutHelpOfWhoTracks() throws Exception {
		start(SETTINGS, 4, "http://127.0.0.1:" + freePort() + "/api/v1", 10);
		dispatch(10);
		this.timer.awaitNext();
		advanceMinuteByMinute(62);
		assertThat(this.outcomes.awaitCount(10)).extracting(RecordedOutcomes.Recorded::thread)
			.doesNotContain(Thread.currentThread());
		dispatch(10);
		assertThat(this.dispatcher.pending()).isEqualTo(10);
		this.dispatcher.stop();
	}

	private static void resetConnections(ServerSocket server) {
		try {
			while (!server.isClosed()) {
				Socket socket = server.accept();
				socket.setSoLinger(true, 0);
				socket.close();
			}
		}
		catch (IOException ex) {
			// Closed.
		}
	}

	private static void connectIfPossible(Socket socket, ServerSocket server) throws IOException {
		try {
			socket.connect(server.getLocalSocketAddress(), 200);
		}
		catch (SocketTimeoutException ex) {
			// The backlog is full.
		}
	}

	private void start(RetrySettings settings) {
		start(settings, 2);
	}

	private void start(RetrySettings settings, int concurrency) {
		start(settings, concurrency, this.mock.getBaseUrl());
	}

	private void start(RetrySettings settings, int concurrency, String url) {
		start(settings, concurrency, url, 1000);
	}

	private void start(RetrySettings settings, int concurrency, String url, int capacity) {
		start(settings, concurrency, url, capacity, Duration.ofMillis(1));
	}

	private void start(RetrySettings settings, int concurrency, String url, int capacity, Duration shutdownTimeout) {
		RestClient.Builder restClient = RestClient.builder()
			.baseUrl(url)
			.requestFactory(new BufferingJdkClientHttpRequestFactory(Duration.ofMillis(500), Duration.ofSeconds(2),
					new DaemonThreadFactory("retry-test-")));
		GoalClient client = new GoalClient(restClient, JsonCodec.create(null),
				new GoalClientCredentials(this.mock.getApiKey(), null));
		this.dispatcher = new InMemoryGoalDispatcher(new GoalDelivery(client::create),
				new GoalOutcomePublisher(() -> List.of(this.log, this.outcomes)),
				new InMemorySettings(capacity, concurrency, shutdownTimeout),
				new RetryPolicy(settings, this.random::get), this.timer, null, null);
	}

	private void dispatch(int count) {
		IntStream.range(0, count).forEach((i) -> this.dispatcher.dispatch(goal(i)));
	}

	private static Goal goal(int number) {
		return Goal.of("goal" + number).forVisitor(VISITOR);
	}

	private void advanceMinuteByMinute(int minutes) {
		for (int i = 0; i < minutes; i++) {
			Awaitility.await().until(this::workersIdle);
			this.timer.advance(Duration.ofMinutes(1));
		}
		Awaitility.await().until(this::workersIdle);
	}

	private boolean workersIdle() {
		return this.dispatcher.workers() == 0;
	}

	private void awaitNothingPending() {
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> this.dispatcher.pending() == 0);
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

}
