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

import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import io.datafast.DataFastAuthenticationException;
import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.GoalRejectedException;
import io.datafast.VisitorNotFoundException;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Rejected;
import io.datafast.jdbc.DataFastParkedEndpoint.ParkedGoal;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedGoal;
import io.datafast.test.ReceivedRequest;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What becomes of goals in the table: the same as in memory, but that they outlive the
 * application, and that those which are not recorded are kept.
 */
abstract class JdbcDeliveryTests {

	private static final Duration LONG = Duration.ofSeconds(60);

	final MockDataFast mock = MockDataFast.start();

	private ApplicationContextRunner runner;

	abstract String createDatabase();

	@BeforeEach
	void prepare() {
		this.runner = JdbcContextRunners.with(this.mock, createDatabase());
	}

	@AfterEach
	void close() {
		this.mock.close();
	}

	@Test
	void deliversAndForgetsAGoal() {
		this.runner.run((context) -> {
			goals(context).track(goal("signup").with("plan", "pro \u20ac \"x\""));
			outcomes(context).awaitSingle(Created.class);
			assertThat(this.mock.getGoals()).singleElement().satisfies((received) -> {
				assertThat(received.name()).isEqualTo("signup");
				assertThat(received.visitorId()).isEqualTo(DataFastContextRunners.VISITOR);
				assertThat(received.metadata()).isEqualTo(Map.of("plan", "pro \u20ac \"x\""));
			});
			assertThat(rows(context)).isZero();
			awaitBacklog(context, 0);
		});
	}

	@Test
	void deliversManyOnce() {
		this.runner.run((context) -> {
			for (int i = 0; i < 500; i++) {
				goals(context).track(goal("goal-" + i));
			}
			outcomes(context).awaitCount(500);
			assertThat(names()).hasSize(500).doesNotHaveDuplicates();
			assertThat(outcomes(context).count(Created.class)).isEqualTo(500);
			assertThat(rows(context)).isZero();
		});
	}

	@Test
	void storesTheLargestGoal() {
		Map<String, String> metadata = IntStream.range(0, 10)
			.boxed()
			.collect(Collectors.toMap((i) -> "k".repeat(63) + i, (i) -> "\u0001".repeat(255)));
		Goal largest = Goal.of("n".repeat(64)).forVisitor("v".repeat(128)).with(metadata);
		this.runner.run((context) -> {
			goals(context).track(largest);
			outcomes(context).awaitSingle(Created.class);
			assertThat(this.mock.getGoals()).singleElement()
				.extracting(ReceivedGoal::metadata)
				.isEqualTo(largest.metadata());
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { 400, 422 })
	void parksRejectedGoals(int status) {
		this.mock.answer(MockAnswer.status(status));
		this.runner.run((context) -> {
			goals(context).track(goal("signup"));
			assertThat(outcomes(context).awaitSingle(Rejected.class).exception())
				.isInstanceOf(GoalRejectedException.class);
			assertThat(parked(context)).singleElement().satisfies((parked) -> {
				assertThat(parked.goal()).isEqualTo("signup");
				assertThat(parked.outcome()).isEqualTo("rejected");
				assertThat(parked.reason()).isEqualTo("rejected");
				assertThat(parked.answers()).isEqualTo(1);
				assertThat(parked.message()).contains("DataFast answered " + status);
				assertThat(parked.parkedAt()).isAfterOrEqualTo(parked.trackedAt());
			});
			awaitBacklog(context, 0);
			dispatcher(context).refresh();
			assertThat(dispatcher(context).parked()).hasValue(1);
			assertThat(this.mock.getRequests()).hasSize(1);
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { 401, 403 })
	void parksGoalsWhenTheKeyIsRefused(int status) {
		this.mock.answer(MockAnswer.status(status));
		this.runner.run((context) -> {
			goals(context).track(goal("signup"));
			assertThat(outcomes(context).awaitSingle(Rejected.class).exception())
				.isInstanceOf(DataFastAuthenticationException.class);
			assertThat(parked(context)).extracting(ParkedGoal::reason).containsExactly("authentication");
		});
	}

	@Test
	void triesOnceMoreForAnUnknownVisitor() {
		this.mock.answer(MockAnswer.status(404));
		this.runner.run((context) -> {
			goals(context).track(goal("signup"));
			outcomes(context).awaitSingle(Created.class);
			assertThat(this.mock.getRequests()).hasSize(2);
		});
	}

	@Test
	void parksGoalsOfAnUnknownVisitorTheSecondTime() {
		this.mock.alwaysAnswer(MockAnswer.status(404));
		this.runner.run((context) -> {
			goals(context).track(goal("signup"));
			assertThat(outcomes(context).awaitSingle(Rejected.class).exception())
				.isInstanceOf(VisitorNotFoundException.class);
			assertThat(this.mock.getRequests()).hasSize(2);
			assertThat(parked(context)).extracting(ParkedGoal::reason).containsExactly("visitor_not_found");
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { 408, 429, 500, 502, 503, 504 })
	void triesAgain(int status) {
		this.mock.answer(MockAnswer.status(status), MockAnswer.status(status), MockAnswer.ok());
		this.runner.run((context) -> {
			goals(context).track(goal("signup"));
			outcomes(context).awaitSingle(Created.class);
			assertThat(this.mock.getRequests()).hasSize(3);
		});
	}

	@Test
	void parksGoalsWhoseAttemptsAreExhausted() {
		this.mock.alwaysAnswer(MockAnswer.status(503));
		this.runner.withPropertyValues("datafast.delivery.max-attempts=3").run((context) -> {
			goals(context).track(goal("signup"));
			Dropped dropped = outcomes(context).awaitSingle(Dropped.class);
			assertThat(dropped.reason()).isEqualTo(Dropped.Reason.ATTEMPTS_EXHAUSTED);
			assertThat(this.mock.getRequests()).hasSize(3);
			assertThat(parked(context)).singleElement()
				.satisfies((parked) -> assertThat(parked.answers()).isEqualTo(3));
		});
	}

	@Test
	void countsAnswersAcrossRestarts() {
		this.mock.answer(MockAnswer.status(503), MockAnswer.status(404));
		ApplicationContextRunner patient = this.runner.withPropertyValues("datafast.delivery.max-attempts=3",
				"datafast.delivery.visitor-not-found-retry=1s");
		patient.run((context) -> {
			goals(context).track(goal("signup"));
			Awaitility.await().atMost(LONG).until(() -> this.mock.getRequests().size() == 2);
		});
		this.mock.answer(MockAnswer.status(404), MockAnswer.status(404));
		patient.run((context) -> {
			assertThat(outcomes(context).awaitSingle(Rejected.class).exception())
				.isInstanceOf(VisitorNotFoundException.class);
			assertThat(parked(context)).singleElement()
				.satisfies((parked) -> assertThat(parked.answers()).isEqualTo(3));
		});
		assertThat(this.mock.getRequests()).hasSize(3);
	}

	@Test
	void waitsAsLongAsDataFastAsks() {
		this.mock.answer(MockAnswer.status(429).header("Retry-After", "1"), MockAnswer.ok());
		this.runner.withPropertyValues("datafast.delivery.concurrency=1").run((context) -> {
			goals(context).track(goal("first"));
			goals(context).track(goal("second"));
			outcomes(context).awaitCount(2);
			assertThat(outcomes(context).count(Created.class)).isEqualTo(2);
			List<ReceivedRequest> requests = this.mock.getRequests();
			assertThat(requests).hasSize(3);
			assertThat(Duration.between(requests.get(0).receivedAt(), requests.get(1).receivedAt()))
				.isGreaterThan(Duration.ofMillis(900));
		});
	}

	@Test
	void parksWhatMayHaveBeenRecorded() {
		this.mock.answer(MockAnswer.disconnect());
		this.runner.run((context) -> {
			goals(context).track(goal("signup"));
			assertThat(outcomes(context).awaitSingle(Dropped.class).reason()).isEqualTo(Dropped.Reason.AMBIGUOUS);
			assertThat(parked(context)).extracting(ParkedGoal::reason).containsExactly("ambiguous");
		});
	}

	@Test
	void repeatsWhatMayHaveBeenRecordedIfAskedTo() {
		this.mock.answer(MockAnswer.disconnect());
		this.runner.withPropertyValues("datafast.delivery.retry-ambiguous=true").run((context) -> {
			goals(context).track(goal("signup"));
			outcomes(context).awaitSingle(Created.class);
			assertThat(this.mock.getRequests()).hasSize(2);
		});
	}

	@Test
	void parksWhatIsTooOld() {
		this.mock.alwaysAnswer(MockAnswer.status(503));
		this.runner.withPropertyValues("datafast.delivery.max-age=300ms", "datafast.delivery.max-attempts=100000")
			.run((context) -> {
				goals(context).track(goal("signup"));
				assertThat(outcomes(context).awaitSingle(Dropped.class).reason()).isEqualTo(Dropped.Reason.EXPIRED);
				assertThat(parked(context)).extracting(ParkedGoal::reason).containsExactly("expired");
			});
	}

	@Test
	void whatWaitsOutlivesTheApplication() {
		this.mock.alwaysAnswer(MockAnswer.status(503));
		this.runner.withPropertyValues("datafast.delivery.max-attempts=1000").run((context) -> {
			for (int i = 0; i < 20; i++) {
				goals(context).track(goal("goal-" + i));
			}
			RecordedOutcomes outcomes = outcomes(context);
			context.close();
			assertThat(outcomes.all()).isEmpty();
		});
		this.mock.alwaysAnswer(MockAnswer.ok());
		this.runner.run((context) -> {
			outcomes(context).awaitCount(20);
			assertThat(names()).hasSize(20).doesNotHaveDuplicates();
		});
	}

	@Test
	void goalsAreStoredAfterItHasStopped() {
		this.runner.run((context) -> {
			dispatcher(context).stop();
			goals(context).track(goal("signup"));
			awaitRows(context, 1);
			assertThat(outcomes(context).all()).isEmpty();
			dispatcher(context).start();
			outcomes(context).awaitSingle(Created.class);
		});
	}

	@Test
	void dropsWhatExceedsTheCapacity() {
		this.runner.withPropertyValues("datafast.delivery.capacity=5").run((context) -> {
			dispatcher(context).stop();
			for (int i = 0; i < 8; i++) {
				goals(context).track(goal("goal-" + i));
			}
			assertThat(outcomes(context).outcomes()).hasSize(3)
				.allSatisfy((outcome) -> assertThat(outcome).isEqualTo(new Dropped(Dropped.Reason.QUEUE_FULL, null)));
			awaitRows(context, 5);
		});
		this.runner.withPropertyValues("datafast.delivery.capacity=5").run((context) -> {
			outcomes(context).awaitCount(5);
			goals(context).track(goal("later"));
			outcomes(context).awaitCount(6);
			assertThat(outcomes(context).count(Created.class)).isEqualTo(6);
		});
	}

	@Test
	void knowsOfTheBacklogAtStart() {
		this.runner.run((context) -> {
			dispatcher(context).stop();
			IntStream.range(0, 5).forEach((i) -> goals(context).track(goal("goal-" + i)));
		});
		this.mock.alwaysAnswer(MockAnswer.hang());
		this.runner.withPropertyValues("datafast.delivery.capacity=5", "datafast.delivery.shutdown-timeout=0s")
			.run((context) -> {
				goals(context).track(goal("one-more"));
				assertThat(outcomes(context).awaitSingle(Dropped.class).reason()).isEqualTo(Dropped.Reason.QUEUE_FULL);
				awaitBacklog(context, 5);
				assertThat(dispatcher(context).oldestAge()).isPositive();
			});
	}

	@Test
	void keepsNoMoreParkedGoalsThanAllowed() {
		this.mock.alwaysAnswer(MockAnswer.status(400));
		this.runner.withPropertyValues("datafast.delivery.jdbc.parked-capacity=2", "datafast.delivery.concurrency=1")
			.run((context) -> {
				IntStream.range(0, 5).forEach((i) -> goals(context).track(goal("goal-" + i)));
				outcomes(context).awaitCount(5);
				assertThat(outcomes(context).count(Rejected.class)).isEqualTo(5);
				assertThat(rows(context)).isEqualTo(2);
			});
	}

	@Test
	void keepsNoMoreParkedGoalsThanAllowedIfManyEndAtTheSameMoment() {
		this.mock.alwaysAnswer(MockAnswer.status(400).after(Duration.ofMillis(200)));
		this.runner.withPropertyValues("datafast.delivery.jdbc.parked-capacity=3", "datafast.delivery.concurrency=20")
			.run((context) -> {
				IntStream.range(0, 20).forEach((i) -> goals(context).track(goal("goal-" + i)));
				outcomes(context).awaitCount(20);
				assertThat(rows(context)).isEqualTo(3);
				assertThat(dispatcher(context).parked()).hasValue(3);
			});
	}

	@Test
	void deletesParkedGoalsAfterTheirTime() {
		this.mock.answer(MockAnswer.status(400));
		this.runner.run((context) -> {
			goals(context).track(goal("signup"));
			outcomes(context).awaitCount(1);
			assertThat(rows(context)).isOne();
		});
		this.runner.withPropertyValues("datafast.delivery.jdbc.parked-retention=1ms")
			.run((context) -> Awaitility.await().atMost(LONG).until(() -> rows(context) == 0));
	}

	@Test
	void requeuesParkedGoals() {
		this.mock.answer(MockAnswer.status(401), MockAnswer.status(400), MockAnswer.status(401));
		this.runner.withPropertyValues("datafast.delivery.concurrency=1").run((context) -> {
			List<String> names = List.of("first", "second", "third");
			for (int i = 0; i < names.size(); i++) {
				goals(context).track(goal(names.get(i)));
				outcomes(context).awaitCount(i + 1);
			}
			DataFastParkedEndpoint endpoint = endpoint(context);
			assertThat(endpoint.requeue("authentication")).containsEntry("requeued", 2);
			outcomes(context).awaitCount(5);
			assertThat(names()).containsExactlyInAnyOrder("first", "third");
			String id = parked(context).get(0).id();
			assertThat(endpoint.requeue(id)).containsEntry("requeued", 1);
			outcomes(context).awaitCount(6);
			assertThat(names()).containsExactlyInAnyOrder("first", "third", "second");
			assertThat(endpoint.requeue(id)).containsEntry("requeued", 0);
			assertThat(endpoint.requeueAll()).containsEntry("requeued", 0);
			assertThat(rows(context)).isZero();
		});
	}

	@Test
	void requeuedGoalsAreYoungAgain() {
		this.mock.alwaysAnswer(MockAnswer.status(503));
		this.runner.withPropertyValues("datafast.delivery.max-age=300ms", "datafast.delivery.max-attempts=100000")
			.run((context) -> {
				goals(context).track(goal("signup"));
				outcomes(context).awaitCount(1);
			});
		this.mock.alwaysAnswer(MockAnswer.ok());
		this.runner.withPropertyValues("datafast.delivery.max-age=30s").run((context) -> {
			assertThat(endpoint(context).requeueAll()).containsEntry("requeued", 1);
			outcomes(context).awaitSingle(Created.class);
		});
	}

	@Test
	void deletesParkedGoals() {
		this.mock.alwaysAnswer(MockAnswer.status(400));
		this.runner.run((context) -> {
			IntStream.range(0, 3).forEach((i) -> goals(context).track(goal("goal-" + i)));
			outcomes(context).awaitCount(3);
			DataFastParkedEndpoint endpoint = endpoint(context);
			assertThat(endpoint.delete(parked(context).get(0).id())).containsEntry("deleted", 1);
			assertThat(rows(context)).isEqualTo(2);
			assertThat(endpoint.delete("expired")).containsEntry("deleted", 0);
			assertThat(endpoint.delete("rejected")).containsEntry("deleted", 2);
			assertThat(rows(context)).isZero();
		});
	}

	@Test
	void parksRowsThatCannotBeRead() {
		this.runner.run((context) -> {
			dispatcher(context).stop();
			goals(context).track(goal("signup"));
			awaitRows(context, 1);
			context.getBean(JdbcTemplate.class)
				.update("update datafast_goals set task_data = ?", (Object) "nonsense".getBytes());
			dispatcher(context).start();
			assertThat(outcomes(context).awaitSingle(Dropped.class).reason()).isEqualTo(Dropped.Reason.FAILED);
			assertThat(parked(context)).extracting(ParkedGoal::goal, ParkedGoal::reason)
				.containsExactly(tuple("unreadable", "failed"));
			assertThat(endpoint(context).requeueAll()).containsEntry("requeued", 0);
		});
	}

	@Test
	void triesAgainWhatWasInFlightOnANodeThatCrashed() {
		this.runner.withPropertyValues(JdbcContextRunners.NOTICES_CRASHES_SOON).run((context) -> {
			trackAsIfANodeHadCrashed(context);
			outcomes(context).awaitSingle(Created.class);
		});
	}

	@Test
	void parksWhatWasInFlightOnANodeThatCrashedIfAskedTo() {
		this.runner.withPropertyValues("datafast.delivery.jdbc.on-crash=park", JdbcContextRunners.NOTICES_CRASHES_SOON)
			.run((context) -> {
				trackAsIfANodeHadCrashed(context);
				assertThat(outcomes(context).awaitSingle(Dropped.class).reason()).isEqualTo(Dropped.Reason.AMBIGUOUS);
				assertThat(parked(context)).extracting(ParkedGoal::reason).containsExactly("ambiguous");
				assertThat(this.mock.getRequests()).isEmpty();
			});
	}

	private static void trackAsIfANodeHadCrashed(AssertableApplicationContext context) {
		dispatcher(context).stop();
		goals(context).track(goal("signup"));
		awaitRows(context, 1);
		assertThat(context.getBean(JdbcTemplate.class)
			.update("update datafast_goals set picked = true, picked_by = 'another', last_heartbeat = execution_time"))
			.isOne();
		dispatcher(context).start();
	}

	@Test
	void shutdownWaitsForCallsInFlight() {
		this.mock.answer(MockAnswer.ok().after(Duration.ofMillis(500)));
		this.runner.run((context) -> {
			goals(context).track(goal("signup"));
			Awaitility.await().atMost(LONG).until(() -> !this.mock.getRequests().isEmpty());
			RecordedOutcomes outcomes = outcomes(context);
			context.close();
			assertThat(outcomes.outcomes()).singleElement().isInstanceOf(Created.class);
		});
	}

	@Test
	void doesNotBlockAnEventLoop() throws Exception {
		this.runner.withPropertyValues("spring.datasource.hikari.maximum-pool-size=1").run((context) -> {
			dispatcher(context).stop();
			try (Connection onlyOne = context.getBean(DataSource.class).getConnection()) {
				Mono.fromRunnable(() -> goals(context).track(goal("signup")))
					.subscribeOn(Schedulers.parallel())
					.block(LONG);
				assertThat(onlyOne.isClosed()).isFalse();
			}
			Awaitility.await().atMost(LONG).until(() -> rows(context) == 1);
			dispatcher(context).start();
			outcomes(context).awaitSingle(Created.class);
		});
	}

	@Test
	void goalsFromAnEventLoopAreStoredThoughItHasStopped() {
		this.runner.run((context) -> {
			dispatcher(context).stop();
			Flux.range(0, 100)
				.publishOn(Schedulers.parallel())
				.doOnNext((i) -> goals(context).track(goal("goal-" + i)))
				.blockLast(LONG);
			awaitRows(context, 100);
		});
	}

	@Test
	void leavesNoThreadBehind() {
		this.runner.run((context) -> {
			goals(context).track(goal("signup"));
			outcomes(context).awaitCount(1);
		});
		Awaitility.await().atMost(LONG).until(() -> ownThreads() == 0);
	}

	private static long ownThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().matches("(datafast-(delivery|poll|heartbeat|writer)|db-sch).*"))
			.count();
	}

	private List<String> names() {
		return this.mock.getGoals().stream().map(ReceivedGoal::name).toList();
	}

	private static Goal goal(String name) {
		return Goal.of(name).forVisitor(DataFastContextRunners.VISITOR);
	}

	private static DataFastGoals goals(AssertableApplicationContext context) {
		return context.getBean(DataFastGoals.class);
	}

	private static RecordedOutcomes outcomes(AssertableApplicationContext context) {
		return context.getBean(RecordedOutcomes.class);
	}

	private static JdbcGoalDispatcher dispatcher(AssertableApplicationContext context) {
		return context.getBean(JdbcGoalDispatcher.class);
	}

	/**
	 * The thread that writes a goal may count it later than another thread finds its row.
	 */
	private static void awaitBacklog(AssertableApplicationContext context, int count) {
		Awaitility.await().atMost(LONG).until(() -> {
			dispatcher(context).refresh();
			return dispatcher(context).pending() == count;
		});
	}

	private static List<ParkedGoal> parked(AssertableApplicationContext context) {
		return endpoint(context).parkedGoals().goals();
	}

	private static DataFastParkedEndpoint endpoint(AssertableApplicationContext context) {
		return new DataFastParkedEndpoint(dispatcher(context));
	}

	private static void awaitRows(AssertableApplicationContext context, int count) {
		Awaitility.await().atMost(LONG).until(() -> rows(context) == count);
	}

	private static int rows(AssertableApplicationContext context) {
		return context.getBean(JdbcTemplate.class).queryForObject("select count(*) from datafast_goals", Integer.class);
	}

}
