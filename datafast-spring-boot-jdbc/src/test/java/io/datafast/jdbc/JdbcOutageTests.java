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

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.datafast.DataFastGoals;
import io.datafast.DataFastRestClientCustomizer;
import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedGoal;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * DataFast is away for long, and the backlog grows: few calls, no growing heap, nothing
 * lost, and all of it delivered when it is back.
 */
abstract class JdbcOutageTests {

	private static final Duration LONG = Duration.ofMinutes(2);

	private static final int GOALS = 3_000;

	private static final int MEGABYTE = 1024 * 1024;

	private final AtomicInteger calls = new AtomicInteger();

	abstract String createDatabase();

	@Test
	void survivesThatDataFastIsDown() throws IOException {
		int port = freePort();
		MockDataFast down = MockDataFast.start(port);
		ApplicationContextRunner runner = runner(down).withPropertyValues("datafast.delivery.initial-backoff=200ms",
				"datafast.delivery.max-backoff=1s", "datafast.delivery.max-attempts=1");
		down.close();
		runner.run((context) -> {
			long heapGrowth = heapGrowthOf(() -> {
				track(context, GOALS);
				Awaitility.await().atMost(LONG).until(() -> this.calls.get() >= 5 + 16);
			});
			assertThat(this.calls).hasValueLessThan(100);
			assertThat(heapGrowth).isLessThan(30 * MEGABYTE);
			assertThat(outcomes(context).all()).isEmpty();
			try (MockDataFast back = MockDataFast.start(port)) {
				outcomes(context).awaitCount(GOALS);
				assertThat(outcomes(context).count(Created.class)).isEqualTo(GOALS);
				assertThat(back.getGoals().stream().map(ReceivedGoal::name)).hasSize(GOALS).doesNotHaveDuplicates();
				assertThat(this.calls).hasValueLessThan(GOALS + 100);
			}
		});
	}

	@Test
	void survivesThatDataFastHangs() {
		try (MockDataFast mock = MockDataFast.start()) {
			mock.alwaysAnswer(MockAnswer.hang());
			runner(mock)
				.withPropertyValues("datafast.read-timeout=2s", "datafast.delivery.retry-ambiguous=true",
						"datafast.delivery.max-attempts=1000", "datafast.delivery.initial-backoff=200ms",
						"datafast.delivery.max-backoff=1s")
				.run((context) -> {
					long heapGrowth = heapGrowthOf(() -> {
						TransactionTemplate transaction = new TransactionTemplate(
								context.getBean(PlatformTransactionManager.class));
						for (int i = 0; i < GOALS; i++) {
							Goal goal = goal(i);
							transaction
								.executeWithoutResult((status) -> context.getBean(DataFastGoals.class).track(goal));
						}
						Awaitility.await().atMost(LONG).until(() -> this.calls.get() >= 16);
					});
					assertThat(this.calls).hasValueLessThan(100);
					assertThat(heapGrowth).isLessThan(30 * MEGABYTE);
					mock.alwaysAnswer(MockAnswer.ok());
					outcomes(context).awaitCount(GOALS);
					assertThat(outcomes(context).count(Created.class)).isEqualTo(GOALS);
					assertThat(mock.getGoals().stream().map(ReceivedGoal::name).distinct()).hasSize(GOALS);
				});
		}
	}

	@Test
	void whatIsTooOldMakesRoomForNewGoals() {
		MockDataFast down = MockDataFast.start();
		// So long that there is hardly ever a probe, which would find out by itself.
		ApplicationContextRunner runner = runner(down).withPropertyValues("datafast.delivery.capacity=10",
				"datafast.delivery.max-age=5s", "datafast.delivery.initial-backoff=1h",
				"datafast.delivery.max-backoff=1h", "datafast.delivery.concurrency=1");
		down.close();
		runner.run((context) -> {
			track(context, 11);
			Dropped full = new Dropped(Dropped.Reason.QUEUE_FULL, null);
			assertThat(outcomes(context).count(full)).isOne();
			Awaitility.await()
				.atMost(LONG)
				.until(() -> outcomes(context).count(new Dropped(Dropped.Reason.EXPIRED, null)) == 10);
			track(context, 10);
			assertThat(outcomes(context).count(full)).isOne();
		});
	}

	private ApplicationContextRunner runner(MockDataFast mock) {
		return JdbcContextRunners.with(mock, createDatabase())
			.withBean(DataFastRestClientCustomizer.class,
					() -> (builder) -> builder.requestInterceptor((request, body, execution) -> {
						this.calls.incrementAndGet();
						return execution.execute(request, body);
					}));
	}

	private static long heapGrowthOf(Runnable action) {
		long before = usedHeap();
		action.run();
		return usedHeap() - before;
	}

	private static long usedHeap() {
		System.gc();
		Runtime runtime = Runtime.getRuntime();
		return runtime.totalMemory() - runtime.freeMemory();
	}

	private static void track(ApplicationContext context, int count) {
		DataFastGoals goals = context.getBean(DataFastGoals.class);
		for (int i = 0; i < count; i++) {
			goals.track(goal(i));
		}
	}

	private static Goal goal(int number) {
		return Goal.of("goal-" + number).forVisitor("visitor-1").with("padding", "x".repeat(255));
	}

	private static RecordedOutcomes outcomes(ApplicationContext context) {
		return context.getBean(RecordedOutcomes.class);
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

}
