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

package io.datafast.delivery.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.GoalFilter;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many threads track while DataFast misbehaves in every way, goes away and comes back,
 * and the application ends: no goal is lost and none is counted twice.
 */
class ConservationSoakTests {

	private static final int THREADS = 8;

	private static final int GOALS_PER_THREAD = 1_500;

	private static final int CAPACITY = 2_000;

	private static final Dropped QUEUE_FULL = new Dropped(Dropped.Reason.QUEUE_FULL, null);

	@ParameterizedTest
	@CsvSource({ "1, false", "2, false", "3, true", "4, true" })
	void everyGoalHasExactlyOneOutcome(long seed, boolean retryAmbiguous) {
		Random random = new Random(seed);
		AtomicInteger tracked = new AtomicInteger();
		AtomicBoolean outage = new AtomicBoolean();
		MockDataFast before = MockDataFast.start();
		int port = Integer.parseInt(before.getBaseUrl().replaceAll(".*:(\\d+)/.*", "$1"));
		List<MockDataFast> mocks = new ArrayList<>(List.of(before));
		RecordedOutcomes outcomes = new RecordedOutcomes();
		DataFastContextRunners.with(before)
			.withBean("soakOutcomes", RecordedOutcomes.class, () -> outcomes)
			.withBean(GoalFilter.class, () -> (goal) -> goal.name().endsWith("7") ? null : goal)
			.withPropertyValues("datafast.delivery.capacity=" + CAPACITY, "datafast.delivery.initial-backoff=1ms",
					"datafast.delivery.max-backoff=20ms", "datafast.delivery.visitor-not-found-retry=5ms",
					"datafast.delivery.retry-ambiguous=" + retryAmbiguous, "datafast.read-timeout=100ms",
					"datafast.delivery.shutdown-timeout=100ms", "logging.level.io.datafast=off")
			.run((context) -> {
				before.answer(misbehaviour(random, 4_000));
				List<Thread> trackers = IntStream.range(0, THREADS)
					.mapToObj((i) -> new Thread(
							() -> track(context.getBean(DataFastGoals.class), i, tracked, outcomes, outage)))
					.toList();
				trackers.forEach(Thread::start);
				await(() -> outcomes.count(Created.class) >= 2_000);
				outage.set(true);
				before.close();
				await(() -> outcomes.count(QUEUE_FULL) >= 100);
				MockDataFast after = MockDataFast.start(port);
				outage.set(false);
				mocks.add(after);
				after.answer(misbehaviour(random, 4_000));
				for (Thread tracker : trackers) {
					tracker.join();
				}
				context.close();
			});
		mocks.forEach(MockDataFast::close);
		assertThat(tracked).hasValue(THREADS * GOALS_PER_THREAD);
		assertThat(outcomes.all()).hasSize(tracked.get());
		assertThat(outcomes.all().stream().map((recorded) -> recorded.goal().name()).distinct()).hasSize(tracked.get());
		long created = outcomes.count(Created.class);
		long unclear = outcomes.outcomes().stream().filter(isUnclear(retryAmbiguous)).count();
		long received = mocks.stream()
			.flatMap((mock) -> mock.getGoals().stream())
			.map((goal) -> goal.name())
			.distinct()
			.count();
		assertThat(created).isGreaterThan(4_000);
		assertThat(received).isBetween(created, created + unclear);
	}

	private static void track(DataFastGoals goals, int thread, AtomicInteger tracked, RecordedOutcomes outcomes,
			AtomicBoolean outage) {
		for (int i = 0; i < GOALS_PER_THREAD; i++) {
			goals.track(Goal.of("goal-" + thread + "-" + i)
				.forVisitor((i % 50 == 0) ? null : DataFastContextRunners.VISITOR)
				.with("number", i));
			tracked.incrementAndGet();
			if (i % 50 == 0) {
				await(() -> outage.get() || tracked.get() - outcomes.size() < CAPACITY - 200);
			}
		}
	}

	private static MockAnswer[] misbehaviour(Random random, int count) {
		return IntStream.range(0, count).mapToObj((i) -> misbehaviour(random)).toArray(MockAnswer[]::new);
	}

	private static MockAnswer misbehaviour(Random random) {
		return switch (random.nextInt(40)) {
			case 0 -> MockAnswer.status(400);
			case 1 -> MockAnswer.status(401);
			case 2 -> MockAnswer.status(404);
			case 3 -> MockAnswer.status(408);
			case 4 -> MockAnswer.status(429);
			case 5 -> MockAnswer.status(500).body("<html>");
			case 6 -> MockAnswer.status(502);
			case 7 -> MockAnswer.status(503);
			case 8 -> MockAnswer.status(429).header("Retry-After", "0");
			case 9, 10 -> MockAnswer.disconnect();
			case 11 -> MockAnswer.truncated();
			case 12 -> (random.nextInt(20) == 0) ? MockAnswer.hang() : MockAnswer.ok();
			case 13 -> (random.nextInt(20) == 0) ? MockAnswer.ok().after(Duration.ofMillis(200)) : MockAnswer.ok();
			default -> MockAnswer.ok();
		};
	}

	/**
	 * Whether DataFast may have got a goal that was not created.
	 */
	private static Predicate<GoalOutcome> isUnclear(boolean retryAmbiguous) {
		return (outcome) -> outcome instanceof Dropped dropped
				&& (dropped.reason() == Dropped.Reason.AMBIGUOUS || dropped.reason() == Dropped.Reason.SHUTDOWN)
				|| (retryAmbiguous && (outcome instanceof GoalOutcome.Rejected
						|| (outcome instanceof Dropped lost && lost.reason() == Dropped.Reason.ATTEMPTS_EXHAUSTED)));
	}

	private static void await(Callable<Boolean> condition) {
		Awaitility.await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(120)).until(condition);
	}

}
