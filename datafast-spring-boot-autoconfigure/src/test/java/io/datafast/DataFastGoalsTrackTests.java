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

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Rejected;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.delivery.memory.InMemoryGoalDispatcher;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedGoal;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.annotation.Order;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@ExtendWith(OutputCaptureExtension.class)
class DataFastGoalsTrackTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private static final Goal GOAL = Goal.of("goal").forVisitor(VISITOR);

	private final MockDataFast mock = MockDataFast.start();

	private final ApplicationContextRunner runner = DataFastContextRunners.with(this.mock);

	@AfterEach
	void closeMock() {
		this.mock.close();
	}

	@Test
	void deliversInTheBackground() {
		this.runner.run((context) -> {
			goals(context).track(GOAL.with("plan", "pro"));
			assertThat(this.mock).received("goal").forVisitor(VISITOR).withMetadata("plan", "pro").once();
			outcomes(context).awaitSingle(Created.class);
		});
	}

	@Test
	void deliversOnDaemonThreadsNamedAfterTheLibrary() {
		this.runner.run((context) -> {
			goals(context).track(GOAL);
			Thread thread = outcomes(context).awaitCount(1).get(0).thread();
			assertThat(thread.getName()).startsWith("datafast-delivery-");
			assertThat(thread.isDaemon()).isTrue();
		});
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void deliversOnVirtualThreadsWhereTheApplicationAsksForThem() {
		this.runner.withPropertyValues("spring.threads.virtual.enabled=true").run((context) -> {
			goals(context).track(GOAL);
			Thread thread = outcomes(context).awaitCount(1).get(0).thread();
			assertThat(thread.getName()).startsWith("datafast-delivery-");
			assertThat(thread).extracting("virtual").isEqualTo(true);
		});
	}

	@Test
	@EnabledForJreRange(max = JRE.JAVA_20)
	void deliversOnPlatformThreadsWhereThereAreNoOthers() {
		this.runner.withPropertyValues("spring.threads.virtual.enabled=true").run((context) -> {
			goals(context).track(GOAL);
			outcomes(context).awaitSingle(Created.class);
		});
	}

	@Test
	void convenienceMethodsTrackGoalsOfTheCurrentVisitor() {
		this.runner.withBean(VisitorIdResolver.class, () -> () -> VISITOR).run((context) -> {
			goals(context).track("first");
			goals(context).track("second", Map.of("count", 2));
			assertThat(this.mock).received("first").forVisitor(VISITOR).withoutMetadata();
			assertThat(this.mock).received("second").forVisitor(VISITOR).withMetadata(Map.of("count", "2"));
		});
	}

	@Test
	void theGoalsOwnVisitorWins() {
		this.runner.withBean(VisitorIdResolver.class, () -> () -> "current").run((context) -> {
			goals(context).track(GOAL);
			assertThat(this.mock).received("goal").forVisitor(VISITOR);
		});
	}

	@Test
	void wrongNamesThrowAtOnce() {
		this.runner.run((context) -> {
			assertThatExceptionOfType(InvalidGoalException.class)
				.isThrownBy(() -> goals(context).track("Wrong Name", Map.of("Wrong Key", 1)));
			assertThat(outcomes(context).all()).isEmpty();
		});
	}

	@Test
	void aGoalWithoutVisitorIsSkippedQuietly(CapturedOutput output) {
		this.runner.withBean(VisitorIdResolver.class, () -> () -> "mal formed").run((context) -> {
			goals(context).track("goal");
			goals(context).track(Goal.of("goal").forVisitor("mal formed"));
			assertThat(outcomes(context).outcomes()).hasSize(2).containsOnly(new Skipped(Skipped.Reason.NO_VISITOR));
			assertThat(output).doesNotContain("WARN").doesNotContain("ERROR").doesNotContain("mal formed");
		});
		assertThat(this.mock.getRequests()).isEmpty();
	}

	@Test
	void filtersChangeGoalsInTheirOrder() {
		this.runner.withBean(SecondFilter.class).withBean(FirstFilter.class).run((context) -> {
			goals(context).track(GOAL);
			assertThat(this.mock).received("goal").withMetadata(Map.of("trail", "first,second"));
			goals(context).create(GOAL);
			assertThat(this.mock).received("goal", 2);
		});
	}

	@Test
	void aFilterCanVeto() {
		this.runner.withBean(GoalFilter.class, () -> (goal) -> null).run((context) -> {
			goals(context).track(GOAL);
			GoalReceipt receipt = goals(context).create(GOAL);
			assertThat(receipt.eventId()).isNull();
			assertThat(receipt.message()).contains("GoalFilter vetoed");
			assertThat(outcomes(context).outcomes()).hasSize(2).containsOnly(new Skipped(Skipped.Reason.FILTERED));
		});
		assertThat(this.mock.getRequests()).isEmpty();
	}

	@Test
	void aFilterCanSupplyOrRemoveTheVisitor() {
		this.runner
			.withBean(GoalFilter.class,
					() -> (goal) -> goal.forVisitor((goal.visitorId() != null) ? null : "from-filter"))
			.run((context) -> {
				goals(context).track("goal");
				assertThat(this.mock).received("goal").forVisitor("from-filter");
				goals(context).track(GOAL);
				assertThat(outcomes(context).awaitCount(2)).extracting(RecordedOutcomes.Recorded::outcome)
					.contains(new Skipped(Skipped.Reason.NO_VISITOR));
			});
	}

	@Test
	void aFailingFilterResolverOrDispatcherIsCountedOnceAndLogged(CapturedOutput output) {
		this.runner.withBean(GoalFilter.class, () -> (goal) -> {
			throw new IllegalStateException("on purpose");
		}).run((context) -> {
			goals(context).track(GOAL);
			goals(context).track(GOAL);
			assertThat(goals(context).create(GOAL).eventId()).isNull();
			assertFailed(context, 3);
			assertThat(output).containsOnlyOnce("WARN").contains("on purpose");
		});
		this.runner.withBean(VisitorIdResolver.class, () -> () -> {
			throw new IllegalStateException("on purpose");
		}).run((context) -> {
			goals(context).track("goal");
			assertFailed(context, 1);
		});
		this.runner.withBean(GoalDispatcher.class, () -> (goal) -> {
			throw new IllegalStateException("on purpose");
		}).run((context) -> {
			goals(context).track(GOAL);
			assertFailed(context, 1);
		});
		assertThat(this.mock.getRequests()).isEmpty();
	}

	@Test
	void defaultMetadataIsAddedAndTheGoalsOwnWins() {
		this.runner.withPropertyValues("datafast.metadata.environment=production", "datafast.metadata.plan=default")
			.run((context) -> {
				goals(context).track(GOAL.with("plan", "pro"));
				assertThat(this.mock).received("goal").withMetadata(Map.of("environment", "production", "plan", "pro"));
			});
	}

	@Test
	void theGoalsOwnEntriesWinThePlaceWhenTenAreExceeded() {
		Map<String, Object> own = new LinkedHashMap<>();
		IntStream.range(0, 9).forEach((i) -> own.put("own" + i, i));
		this.runner.withPropertyValues("datafast.metadata.a=1", "datafast.metadata.b=2").run((context) -> {
			goals(context).track(GOAL.with(own));
			outcomes(context).awaitSingle(Created.class);
			ReceivedGoal received = this.mock.getGoals().get(0);
			assertThat(received.metadata()).hasSize(10).containsKeys(own.keySet().toArray(String[]::new));
		});
	}

	@Test
	void aMissingKeySkipsEverythingWithOneWarning(CapturedOutput output) {
		DataFastContextRunners.plain().run((context) -> {
			IntStream.range(0, 10).forEach((i) -> goals(context).track(GOAL));
			GoalReceipt receipt = goals(context).create(GOAL);
			assertThat(receipt.eventId()).isNull();
			assertThat(receipt.message()).contains("datafast.api-key");
			assertThat(outcomes(context).outcomes()).hasSize(11).containsOnly(new Skipped(Skipped.Reason.DISABLED));
			assertThat(output).containsOnlyOnce("WARN").containsOnlyOnce("There is no datafast.api-key");
			assertThatExceptionOfType(InvalidGoalException.class).isThrownBy(() -> goals(context).track("Wrong Name"));
		});
	}

	@Test
	void switchedOffSkipsEverythingSilently(CapturedOutput output) {
		this.runner.withPropertyValues("datafast.enabled=false").run((context) -> {
			goals(context).track(GOAL);
			assertThat(goals(context).create(GOAL).message()).contains("datafast.enabled=false");
			assertThat(outcomes(context).outcomes()).hasSize(2).containsOnly(new Skipped(Skipped.Reason.DISABLED));
			assertThat(output).doesNotContain("WARN");
		});
		assertThat(this.mock.getRequests()).isEmpty();
	}

	@Test
	void aRefusedKeyIsOneErrorEvenIfGoalsGetThroughInBetween(CapturedOutput output) {
		this.runner.withPropertyValues("datafast.delivery.concurrency=1").run((context) -> {
			MockAnswer refused = MockAnswer.status(401);
			this.mock.answer(refused, refused, refused, MockAnswer.ok(), refused, refused);
			IntStream.range(0, 6).forEach((i) -> goals(context).track(GOAL));
			outcomes(context).awaitCount(6);
			assertThat(outcomes(context).count(Rejected.class)).isEqualTo(5);
			assertThat(output).containsOnlyOnce("ERROR").doesNotContain("accepts the API key again");
			assertThat(output).contains("check datafast.api-key").doesNotContain("WARN");
		});
	}

	@Test
	void anUnknownVisitorIsNoReasonToWarn(CapturedOutput output) {
		this.mock.unknownVisitor(VISITOR);
		this.runner.withPropertyValues("datafast.delivery.visitor-not-found-retry=0").run((context) -> {
			goals(context).track(GOAL);
			assertThat(outcomes(context).awaitSingle(Rejected.class).exception())
				.isInstanceOf(VisitorNotFoundException.class);
			assertThat(output).doesNotContain("WARN").doesNotContain("ERROR");
		});
	}

	@Test
	void otherRefusalsAndLossesWarnOnce(CapturedOutput output) {
		this.runner.run((context) -> {
			this.mock.alwaysAnswer(MockAnswer.status(400));
			IntStream.range(0, 5).forEach((i) -> goals(context).track(GOAL));
			outcomes(context).awaitCount(5);
			assertThat(output).containsOnlyOnce("WARN").contains("DataFast answered 400 to goal 'goal'");
			this.mock.alwaysAnswer(MockAnswer.disconnect());
			IntStream.range(0, 5).forEach((i) -> goals(context).track(GOAL));
			outcomes(context).awaitCount(10);
			assertThat(output.getOut().split("WARN", -1)).hasSize(3);
			assertThat(output).contains("dropped (AMBIGUOUS): DataFast could not be reached");
		});
	}

	@Test
	void anApiThatNeverAnswersCostsTheOverflowOnly(CapturedOutput output) {
		this.mock.alwaysAnswer(MockAnswer.hang());
		this.runner
			.withPropertyValues("datafast.delivery.capacity=1000", "datafast.delivery.concurrency=4",
					"datafast.read-timeout=10m", "datafast.delivery.shutdown-timeout=0s")
			.run((context) -> {
				IntStream.range(0, 10_000).forEach((i) -> goals(context).track(GOAL));
				RecordedOutcomes outcomes = outcomes(context);
				assertThat(outcomes.outcomes()).hasSize(9_000)
					.containsOnly(new Dropped(Dropped.Reason.QUEUE_FULL, null));
				InMemoryGoalDispatcher dispatcher = context.getBean(InMemoryGoalDispatcher.class);
				assertThat(dispatcher.pending()).isEqualTo(dispatcher.capacity()).isEqualTo(1000);
				Awaitility.await().until(() -> this.mock.getRequests().size() == 4);
				assertThat(output).containsOnlyOnce("WARN").contains("dropped (QUEUE_FULL)");
				context.close();
				assertThat(outcomes.all()).hasSize(10_000);
				assertThat(outcomes.count(new Dropped(Dropped.Reason.SHUTDOWN, null))).isEqualTo(1000);
				assertThat(output).contains("because the queue is full: 8999 since")
					.contains("Dropped 1000 goal(s)")
					.doesNotContain("Goals wait");
			});
	}

	@Test
	void deliversWhatIsPendingWhenTheContextCloses() {
		this.mock.latency(Duration.ofMillis(20));
		this.runner.withPropertyValues("datafast.delivery.concurrency=2", "datafast.delivery.shutdown-timeout=60s")
			.run((context) -> {
				RecordedOutcomes outcomes = outcomes(context);
				IntStream.range(0, 50).forEach((i) -> goals(context).track(GOAL));
				context.close();
				assertThat(this.mock.getGoals()).hasSize(50);
				assertThat(outcomes.count(Created.class)).isEqualTo(50);
			});
	}

	@Test
	void aPausedContextKeepsItsGoals() {
		this.mock.answer(MockAnswer.hang());
		this.runner.withPropertyValues("datafast.read-timeout=10m", "datafast.delivery.shutdown-timeout=0s")
			.run((context) -> {
				goals(context).track(GOAL);
				context.getSourceApplicationContext().pause();
				assertThat(outcomes(context).all()).isEmpty();
				context.getSourceApplicationContext().restart();
				goals(context).track(GOAL);
				outcomes(context).awaitSingle(Created.class);
			});
	}

	@Test
	void everyListenerIsTold() {
		RecordedOutcomes another = new RecordedOutcomes();
		this.runner.withBean("another", RecordedOutcomes.class, () -> another).run((context) -> {
			goals(context).track(GOAL);
			assertThat(List.of(another.awaitSingle(Created.class))).hasSize(1);
		});
	}

	private static void assertFailed(AssertableApplicationContext context, int count) {
		assertThat(outcomes(context).outcomes()).hasSize(count).containsOnly(new Dropped(Dropped.Reason.FAILED, null));
	}

	private static DataFastGoals goals(AssertableApplicationContext context) {
		return context.getBean(DataFastGoals.class);
	}

	private static RecordedOutcomes outcomes(AssertableApplicationContext context) {
		return context.getBean("recordedOutcomes", RecordedOutcomes.class);
	}

	@Order(1)
	static class FirstFilter implements GoalFilter {

		@Override
		public Goal filter(Goal goal) {
			return goal.with("trail", "first");
		}

	}

	@Order(2)
	static class SecondFilter implements GoalFilter {

		@Override
		public Goal filter(Goal goal) {
			return goal.with("trail", goal.metadata().get("trail") + ",second");
		}

	}

}
