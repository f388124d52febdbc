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

package io.datafast.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.datafast.DataFastGoals;
import io.datafast.DataFastRestClientCustomizer;
import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What DataFast answers and what becomes of the goals, by real HTTP: the same in each
 * mode of delivery.
 */
@ExtendWith(OutputCaptureExtension.class)
public abstract class AbstractAnswerTableTests {

	private static final String OUTAGE = "Goals wait, and DataFast is probed";

	private final MockDataFast mock = MockDataFast.start();

	/**
	 * An application that talks to the mock.
	 */
	protected abstract ApplicationContextRunner runner(MockDataFast mock);

	private ApplicationContextRunner impatient(String... properties) {
		return runner(this.mock)
			.withPropertyValues("datafast.delivery.initial-backoff=10ms", "datafast.delivery.max-backoff=50ms",
					"datafast.delivery.visitor-not-found-retry=20ms", "datafast.delivery.max-attempts=3",
					"datafast.read-timeout=60s", "datafast.connect-timeout=60s",
					"datafast.delivery.shutdown-timeout=10ms")
			.withPropertyValues(properties);
	}

	@AfterEach
	void closeMock() {
		this.mock.close();
	}

	@ParameterizedTest
	@MethodSource("rows")
	void answersDecideTheOutcome(Row row) {
		this.mock.answer(row.answers().toArray(MockAnswer[]::new));
		impatient("datafast.delivery.retry-ambiguous=" + row.retryAmbiguous(),
				"datafast.read-timeout=" + row.readTimeout())
			.run((context) -> {
				track(context, 1);
				GoalOutcome outcome = outcomes(context).awaitSingle(GoalOutcome.class);
				assertThat(outcome.outcomeName() + "/" + outcome.reasonName()).isEqualTo(row.outcome());
				assertThat(this.mock.getRequests()).hasSize(row.requests());
				assertThat(this.mock.getGoals()).hasSize((outcome instanceof Created) ? 1 : 0);
			});
	}

	static Stream<Row> rows() {
		List<Row> rows = new ArrayList<>();
		rows.add(new Row("created/none", 1, MockAnswer.ok()));
		rows.add(new Row("created/none", 1, MockAnswer.ok().body("no JSON")));
		for (int status : new int[] { 301, 302, 400, 402, 405, 409, 413, 422 }) {
			rows.add(new Row("rejected/rejected", 1, MockAnswer.status(status)));
		}
		for (int status : new int[] { 401, 403 }) {
			rows.add(new Row("rejected/authentication", 1, MockAnswer.status(status)));
		}
		rows.add(new Row("rejected/visitor_not_found", 2, MockAnswer.status(404), MockAnswer.status(404)));
		rows.add(new Row("created/none", 2, MockAnswer.status(404)));
		for (int status : new int[] { 408, 429, 500, 502, 503, 504 }) {
			MockAnswer answer = MockAnswer.status(status);
			rows.add(new Row("dropped/attempts_exhausted", 3, answer, answer, answer));
			rows.add(new Row("created/none", 3, answer, answer));
			rows.add(new Row("rejected/rejected", 2, answer, MockAnswer.status(400)));
		}
		rows.add(new Row("created/none", 3, MockAnswer.status(500), MockAnswer.status(404)));
		rows.add(new Row("dropped/ambiguous", 1, MockAnswer.hang()).hanging());
		rows.add(new Row("dropped/ambiguous", 1, MockAnswer.disconnect()));
		rows.add(new Row("created/none", 3, MockAnswer.hang(), MockAnswer.disconnect()).hanging().retryingAmbiguous());
		rows.add(new Row("dropped/attempts_exhausted", 3, MockAnswer.disconnect(), MockAnswer.disconnect(),
				MockAnswer.disconnect())
			.retryingAmbiguous());
		return rows.stream();
	}

	@ParameterizedTest
	@ValueSource(ints = { 429, 503 })
	void retryAfterPausesTheWholeDispatcher(int status, CapturedOutput output) {
		this.mock.answer(MockAnswer.status(status).header("Retry-After", "1"));
		impatient("datafast.delivery.concurrency=1").run((context) -> {
			track(context, 5);
			outcomes(context).awaitCount(5);
			assertThat(outcomes(context).count(Created.class)).isEqualTo(5);
			List<ReceivedRequest> requests = this.mock.getRequests();
			assertThat(requests).hasSize(6);
			assertThat(Duration.between(requests.get(0).receivedAt(), requests.get(1).receivedAt()))
				.isGreaterThan(Duration.ofMillis(900));
			assertThat(output).containsOnlyOnce("DataFast asks for a pause of 1 s");
		});
	}

	@Test
	void anUnreachableServiceCostsNoGoal(CapturedOutput output) {
		int port = port(this.mock);
		this.mock.close();
		impatient("datafast.delivery.max-attempts=1").run((context) -> {
			track(context, 100);
			await(() -> output.getAll().contains(OUTAGE));
			assertThat(outcomes(context).all()).isEmpty();
			try (MockDataFast back = MockDataFast.start(port)) {
				outcomes(context).awaitCount(100);
				assertThat(outcomes(context).count(Created.class)).isEqualTo(100);
				assertThat(back.getRequests()).hasSize(100);
			}
			assertThat(output).containsOnlyOnce("WARN").containsOnlyOnce("DataFast answers again after");
		});
	}

	@Test
	void goalsThatAreTooOldAreGivenUpDuringAnOutage() {
		this.mock.close();
		impatient("datafast.delivery.max-age=1s", "datafast.delivery.max-backoff=1h",
				"datafast.delivery.initial-backoff=1h")
			.run((context) -> {
				track(context, 10);
				outcomes(context).awaitCount(10);
				assertThat(outcomes(context).outcomes()).extracting(GoalOutcome::reasonName).containsOnly("expired");
			});
	}

	@Test
	void aServiceThatTakesCallsAndNeverAnswersCountsAsDown(CapturedOutput output) {
		this.mock.alwaysAnswer(MockAnswer.hang());
		impatient("datafast.delivery.concurrency=4", "datafast.read-timeout=2s", "datafast.delivery.initial-backoff=1s",
				"datafast.delivery.max-backoff=1s")
			.run((context) -> {
				track(context, 500);
				await(() -> output.getAll().contains(OUTAGE));
				this.mock.alwaysAnswer(MockAnswer.ok());
				outcomes(context).awaitCount(500);
				assertThat(500 - outcomes(context).count(Created.class)).isBetween(4L, 40L);
			});
	}

	@Test
	void deliversAtFullSpeedAgainAfterAnOutage(CapturedOutput output) {
		int port = port(this.mock);
		this.mock.close();
		ConcurrentCalls calls = new ConcurrentCalls();
		impatient("datafast.delivery.concurrency=4").withBean(DataFastRestClientCustomizer.class, () -> calls)
			.run((context) -> {
				track(context, 100);
				await(() -> output.getAll().contains(OUTAGE));
				calls.max.set(0);
				try (MockDataFast back = MockDataFast.start(port).latency(Duration.ofMillis(50))) {
					outcomes(context).awaitCount(100);
					assertThat(back.getGoals()).hasSize(100);
				}
				assertThat(calls.max).hasValue(4);
			});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whatFailsBeforeSendingCostsNoGoal(boolean requestFactory, CapturedOutput output) {
		AtomicInteger failures = new AtomicInteger(12);
		SimpleClientHttpRequestFactory requests = new SimpleClientHttpRequestFactory();
		DataFastRestClientCustomizer customizer = requestFactory
				? (builder) -> builder.requestFactory((uri, method) -> {
					failNow(failures);
					return requests.createRequest(uri, method);
				}) : (builder) -> builder.requestInterceptor((request, body, execution) -> {
					failNow(failures);
					return execution.execute(request, body);
				});
		impatient().withBean(DataFastRestClientCustomizer.class, () -> customizer).run((context) -> {
			track(context, 5);
			outcomes(context).awaitCount(5);
			assertThat(outcomes(context).count(Created.class)).isEqualTo(5);
			assertThat(failures.get()).isNegative();
			assertThat(output).containsOnlyOnce("WARN").contains("the token service is away");
		});
	}

	private static void failNow(AtomicInteger failures) {
		if (failures.getAndDecrement() > 0) {
			throw new IllegalStateException("the token service is away");
		}
	}

	@Test
	void aCustomizerThatFailsCostsNoGoal(CapturedOutput output) {
		AtomicInteger failures = new AtomicInteger(12);
		DataFastRestClientCustomizer customizer = (builder) -> {
			if (failures.getAndDecrement() > 0) {
				throw new IllegalStateException("the key store is away");
			}
		};
		impatient().withBean(DataFastRestClientCustomizer.class, () -> customizer).run((context) -> {
			track(context, 5);
			outcomes(context).awaitCount(5);
			assertThat(outcomes(context).count(Created.class)).isEqualTo(5);
			assertThat(output).containsOnlyOnce("WARN").contains("the key store is away");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://datafast.invalid/api/v1", "http://127.0.0.1:9/api/v1" })
	void certainFailuresDoNotCountAsAttempts(String url, CapturedOutput output) {
		impatient("datafast.base-url=" + url, "datafast.delivery.max-attempts=1").run((context) -> {
			track(context, 1);
			await(() -> output.getAll().contains(OUTAGE));
			assertThat(outcomes(context).all()).isEmpty();
		});
	}

	@Test
	void aFailedTlsHandshakeIsACertainFailure(CapturedOutput output) {
		try (RawHttpServer noTls = new RawHttpServer(RawHttpServer.text("no TLS here"))) {
			impatient("datafast.base-url=" + noTls.url().replace("http:", "https:"), "datafast.connect-timeout=500ms")
				.run((context) -> {
					track(context, 1);
					await(() -> output.getAll().contains(OUTAGE));
					assertThat(outcomes(context).all()).isEmpty();
				});
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 403, 407, 502 })
	void aProxyThatRefusesTheTunnelIsACertainFailure(int status, CapturedOutput output) {
		ProxySelector original = ProxySelector.getDefault();
		try (RawHttpServer proxy = new RawHttpServer(RawHttpServer.text("HTTP/1.1 " + status + " No\r\n"
				+ "Proxy-Authenticate: Basic realm=\"company\"\r\nContent-Length: 0\r\n\r\n"))) {
			ProxySelector.setDefault(new FixedProxy(URI.create(proxy.url()).getPort()));
			impatient("datafast.base-url=https://datafast.invalid/api/v1", "datafast.delivery.max-attempts=1")
				.run((context) -> {
					track(context, 1);
					await(() -> output.getAll().contains(OUTAGE));
					assertThat(outcomes(context).all()).isEmpty();
					assertThat(proxy.requests()).allMatch((request) -> request.startsWith("CONNECT "));
				});
		}
		finally {
			ProxySelector.setDefault(original);
		}
	}

	private static void track(ApplicationContext context, int count) {
		DataFastGoals goals = context.getBean(DataFastGoals.class);
		IntStream.range(0, count)
			.forEach((i) -> goals.track(Goal.of("goal" + i).forVisitor(DataFastContextRunners.VISITOR)));
	}

	private static RecordedOutcomes outcomes(ApplicationContext context) {
		return context.getBean(RecordedOutcomes.class);
	}

	private static void await(BooleanSupplier condition) {
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(condition::getAsBoolean);
	}

	private static int port(MockDataFast mock) {
		return URI.create(mock.getBaseUrl()).getPort();
	}

	/**
	 * A row of the table.
	 *
	 * @param outcome the outcome's name and reason
	 * @param requests how many requests DataFast gets
	 * @param retryAmbiguous whether ambiguous calls are repeated
	 * @param readTimeout short if an answer does not come
	 * @param answers what it answers first; then it accepts everything
	 */
	public record Row(String outcome, int requests, boolean retryAmbiguous, String readTimeout,
			List<MockAnswer> answers) {

		Row(String outcome, int requests, MockAnswer... answers) {
			this(outcome, requests, false, "60s", List.of(answers));
		}

		Row retryingAmbiguous() {
			return new Row(this.outcome, this.requests, true, this.readTimeout, this.answers);
		}

		Row hanging() {
			return new Row(this.outcome, this.requests, this.retryAmbiguous, "2s", this.answers);
		}

	}

	private static final class ConcurrentCalls implements DataFastRestClientCustomizer {

		private final AtomicInteger current = new AtomicInteger();

		private final AtomicInteger max = new AtomicInteger();

		@Override
		public void customize(RestClient.Builder builder) {
			builder.requestInterceptor((request, body, execution) -> {
				this.max.accumulateAndGet(this.current.incrementAndGet(), Math::max);
				try {
					return execution.execute(request, body);
				}
				finally {
					this.current.decrementAndGet();
				}
			});
		}

	}

	private static final class FixedProxy extends ProxySelector {

		private final int port;

		FixedProxy(int port) {
			this.port = port;
		}

		@Override
		public List<Proxy> select(URI uri) {
			return List
				.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port)));
		}

		@Override
		public void connectFailed(URI uri, SocketAddress address, IOException failure) {
		}

	}

}
