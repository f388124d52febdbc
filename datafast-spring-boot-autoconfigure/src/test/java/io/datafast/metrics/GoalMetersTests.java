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

package io.datafast.metrics;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.datafast.DataFastAuthenticationException;
import io.datafast.DataFastGoals;
import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.GoalFilter;
import io.datafast.GoalReceipt;
import io.datafast.GoalRejectedException;
import io.datafast.VisitorNotFoundException;
import io.datafast.autoconfigure.DataFastMetricsAutoConfiguration;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Rejected;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

class GoalMetersTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private final MockDataFast mock = MockDataFast.start();

	private final ApplicationContextRunner runner = DataFastContextRunners.with(this.mock)
		.withConfiguration(AutoConfigurations.of(DataFastMetricsAutoConfiguration.class, MetricsAutoConfiguration.class,
				CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class))
		.withPropertyValues("datafast.delivery.visitor-not-found-retry=0", "datafast.delivery.max-attempts=1");

	@AfterEach
	void stop() {
		this.mock.close();
	}

	@ParameterizedTest
	@MethodSource("outcomes")
	void countsEveryOutcomeByGoalOutcomeAndReason(GoalOutcome published, String outcome, String reason) {
		this.runner.run((context) -> {
			context.getBean(GoalOutcomePublisher.class).publish(Goal.of("signup"), published);
			assertThat(counters(context)).singleElement().satisfies((counter) -> {
				assertThat(counter.getId().getTags()).containsExactlyInAnyOrderElementsOf(
						Tags.of("goal", "signup", "outcome", outcome, "reason", reason));
				assertThat(counter.count()).isOne();
			});
		});
	}

	static Stream<Arguments> outcomes() {
		DataFastUnavailableException failure = new DataFastUnavailableException("busy", 503, null);
		return Stream.of(arguments(new Created(new GoalReceipt("1", "")), "created", "none"),
				arguments(new Skipped(Skipped.Reason.NO_VISITOR), "skipped", "no_visitor"),
				arguments(new Skipped(Skipped.Reason.DISABLED), "skipped", "disabled"),
				arguments(new Skipped(Skipped.Reason.FILTERED), "skipped", "filtered"),
				arguments(new Skipped(Skipped.Reason.ROLLED_BACK), "skipped", "rolled_back"),
				arguments(new Rejected(new GoalRejectedException("bot", 400, "bot")), "rejected", "rejected"),
				arguments(new Rejected(new VisitorNotFoundException("who", 404, "who")), "rejected",
						"visitor_not_found"),
				arguments(new Rejected(new DataFastAuthenticationException("key", 401)), "rejected", "authentication"),
				arguments(new Dropped(Dropped.Reason.QUEUE_FULL, null), "dropped", "queue_full"),
				arguments(new Dropped(Dropped.Reason.ATTEMPTS_EXHAUSTED, failure), "dropped", "attempts_exhausted"),
				arguments(new Dropped(Dropped.Reason.EXPIRED, failure), "dropped", "expired"),
				arguments(new Dropped(Dropped.Reason.AMBIGUOUS, failure), "dropped", "ambiguous"),
				arguments(new Dropped(Dropped.Reason.SHUTDOWN, null), "dropped", "shutdown"),
				arguments(new Dropped(Dropped.Reason.FAILED, null), "dropped", "failed"));
	}

	@Test
	void countsWhatHappensToGoals() {
		this.mock.answer(MockAnswer.ok(), MockAnswer.ok(), MockAnswer.status(400), MockAnswer.status(401),
				MockAnswer.status(404), MockAnswer.status(500));
		this.runner.withBean(GoalFilter.class, () -> (goal) -> goal.name().equals("vetoed") ? null : goal)
			.run((context) -> {
				DataFastGoals goals = context.getBean(DataFastGoals.class);
				RecordedOutcomes recorded = context.getBean(RecordedOutcomes.class);
				goals.create(Goal.of("signup").forVisitor(VISITOR));
				for (int tracked = 1; tracked <= 5; tracked++) {
					goals.track(Goal.of("signup").forVisitor(VISITOR));
					recorded.awaitCount(1 + tracked);
				}
				goals.track("signup");
				goals.track(Goal.of("vetoed").forVisitor(VISITOR));
				Awaitility.await().untilAsserted(() -> assertThat(total(context)).isEqualTo(8));
				assertThat(count(context, "signup", "created", "none")).isEqualTo(2);
				assertThat(count(context, "signup", "rejected", "rejected")).isOne();
				assertThat(count(context, "signup", "rejected", "authentication")).isOne();
				assertThat(count(context, "signup", "rejected", "visitor_not_found")).isOne();
				assertThat(count(context, "signup", "dropped", "attempts_exhausted")).isOne();
				assertThat(count(context, "signup", "skipped", "no_visitor")).isOne();
				assertThat(count(context, "vetoed", "skipped", "filtered")).isOne();
			});
	}

	@Test
	void timesWhatDataFastAnsweredFromTheHandOverOn() {
		this.mock.answer(MockAnswer.ok().after(Duration.ofMillis(200)), MockAnswer.status(400), MockAnswer.status(500));
		this.runner.run((context) -> {
			DataFastGoals goals = context.getBean(DataFastGoals.class);
			for (int tracked = 1; tracked <= 3; tracked++) {
				goals.track(Goal.of("signup").forVisitor(VISITOR));
				context.getBean(RecordedOutcomes.class).awaitCount(tracked);
			}
			Awaitility.await().untilAsserted(() -> assertThat(total(context)).isEqualTo(3));
			assertThat(timer(context, "created").count()).isOne();
			assertThat(timer(context, "created").totalTime(TimeUnit.MILLISECONDS)).isBetween(200.0, 60_000.0);
			assertThat(timer(context, "rejected").count()).isOne();
			assertThat(registry(context).find("datafast.goals.delivery").timers()).hasSize(2);
		});
	}

	@Test
	void doesNotTimeGoalsThatAreCreatedAtOnce() {
		this.runner.run((context) -> {
			context.getBean(DataFastGoals.class).create(Goal.of("signup").forVisitor(VISITOR));
			assertThat(total(context)).isOne();
			assertThat(registry(context).find("datafast.goals.delivery").timers()).isEmpty();
		});
	}

	@Test
	void showsPendingGoalsAndCapacity() {
		this.mock.alwaysAnswer(MockAnswer.hang());
		this.runner
			.withPropertyValues("datafast.delivery.capacity=2", "datafast.read-timeout=1h",
					"datafast.delivery.shutdown-timeout=0s")
			.run((context) -> {
				assertThat(gauge(context, "datafast.goals.pending")).isZero();
				assertThat(gauge(context, "datafast.goals.capacity")).isEqualTo(2);
				for (int tracked = 0; tracked < 5; tracked++) {
					context.getBean(DataFastGoals.class).track(Goal.of("signup").forVisitor(VISITOR));
				}
				assertThat(gauge(context, "datafast.goals.pending")).isEqualTo(2);
				assertThat(count(context, "signup", "dropped", "queue_full")).isEqualTo(3);
			});
	}

	@Test
	void anotherDispatcherHasNoGauges() {
		this.runner.withBean(GoalDispatcher.class, () -> (goal) -> {
		}).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(MicrometerGoalDeliveryListener.class);
			assertThat(registry(context).find("datafast.goals.capacity").gauge()).isNull();
		});
	}

	@Test
	void onlySoManyGoalNamesHaveMetersOfTheirOwn() {
		this.runner.run((context) -> {
			GoalOutcomePublisher publisher = context.getBean(GoalOutcomePublisher.class);
			GoalOutcome outcome = new Skipped(Skipped.Reason.NO_VISITOR);
			for (int number = 0; number < MicrometerGoalDeliveryListener.MAX_GOAL_NAMES + 50; number++) {
				publisher.publish(Goal.of("goal-" + number), outcome);
				publisher.publish(Goal.of("goal-0"), outcome);
			}
			assertThat(counters(context)).hasSize(MicrometerGoalDeliveryListener.MAX_GOAL_NAMES + 1);
			assertThat(count(context, "other", "skipped", "no_visitor")).isEqualTo(50);
			assertThat(count(context, "goal-199", "skipped", "no_visitor")).isOne();
			assertThat(count(context, "goal-0", "skipped", "no_visitor"))
				.isEqualTo(MicrometerGoalDeliveryListener.MAX_GOAL_NAMES + 51);
		});
	}

	@Test
	void noMeterHoldsASecret() {
		this.runner.run((context) -> {
			context.getBean(DataFastGoals.class)
				.track(Goal.of("signup").forVisitor(VISITOR).with("email", "jane.doe@example.com"));
			context.getBean(RecordedOutcomes.class).awaitCount(1);
			Awaitility.await().untilAsserted(() -> assertThat(total(context)).isOne());
			assertThat(registry(context).getMeters()).extracting((meter) -> meter.getId().toString())
				.anyMatch((id) -> id.contains("signup"))
				.noneMatch((id) -> id.contains(VISITOR) || id.contains(this.mock.getApiKey()) || id.contains("jane"));
		});
	}

	@Test
	void aRegistryMayDependOnDataFastGoals() {
		DataFastContextRunners.with(this.mock)
			.withConfiguration(AutoConfigurations.of(DataFastMetricsAutoConfiguration.class))
			.withUserConfiguration(DependentRegistry.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				context.getBean(DataFastGoals.class).track("signup");
				assertThat(count(context, "signup", "skipped", "no_visitor")).isOne();
			});
	}

	@Test
	void needsOneRegistry() {
		ApplicationContextRunner plain = DataFastContextRunners.with(this.mock)
			.withConfiguration(AutoConfigurations.of(DataFastMetricsAutoConfiguration.class));
		plain.run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(MicrometerGoalDeliveryListener.class)
			.doesNotHaveBean(MeterBinder.class));
		plain.withBean("one", MeterRegistry.class, SimpleMeterRegistry::new)
			.withBean("two", MeterRegistry.class, SimpleMeterRegistry::new)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(MicrometerGoalDeliveryListener.class));
	}

	@Test
	void severalRegistriesOfBootAreOne() {
		this.runner.withBean("one", MeterRegistry.class, SimpleMeterRegistry::new)
			.withBean("two", MeterRegistry.class, SimpleMeterRegistry::new)
			.run((context) -> {
				context.getBean(DataFastGoals.class).track("signup");
				assertThat(count(context, "signup", "skipped", "no_visitor")).isOne();
				for (String name : List.of("one", "two")) {
					MeterRegistry registry = context.getBean(name, MeterRegistry.class);
					assertThat(registry.get("datafast.goals").counter().count()).isOne();
					assertThat(registry.get("datafast.goals.capacity").gauge().value()).isEqualTo(10_000);
				}
			});
	}

	@Test
	void worksWithoutMicrometer() {
		DataFastContextRunners.with(this.mock)
			.withConfiguration(AutoConfigurations.of(DataFastMetricsAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean(DataFastMetricsAutoConfiguration.class);
				context.getBean(DataFastGoals.class).track(Goal.of("signup").forVisitor(VISITOR));
				context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
			});
	}

	private static MeterRegistry registry(ApplicationContext context) {
		return context.getBean(MeterRegistry.class);
	}

	private static List<Counter> counters(ApplicationContext context) {
		return List.copyOf(registry(context).find("datafast.goals").counters());
	}

	private static double total(ApplicationContext context) {
		return counters(context).stream().mapToDouble(Counter::count).sum();
	}

	private static double count(ApplicationContext context, String goal, String outcome, String reason) {
		return registry(context).get("datafast.goals")
			.tags("goal", goal, "outcome", outcome, "reason", reason)
			.counter()
			.count();
	}

	private static Timer timer(ApplicationContext context, String outcome) {
		return registry(context).get("datafast.goals.delivery").tag("outcome", outcome).timer();
	}

	private static double gauge(ApplicationContext context, String name) {
		Meter meter = registry(context).get(name).meter();
		return meter.measure().iterator().next().getValue();
	}

	@Configuration(proxyBeanMethods = false)
	static class DependentRegistry {

		@Bean
		MeterRegistry meterRegistry(DataFastGoals goals) {
			return new SimpleMeterRegistry();
		}

	}

}
