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

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.test.MockDataFast;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of goals that are tracked while the application ends: the same in each
 * mode of delivery.
 */
@ExtendWith(OutputCaptureExtension.class)
public abstract class AbstractShutdownTests {

	private final MockDataFast mock = MockDataFast.start();

	/**
	 * An application that talks to the mock.
	 */
	protected abstract ApplicationContextRunner runner(MockDataFast mock);

	/**
	 * The time that delivery gets at shutdown: long, where nothing is in its way.
	 */
	protected String shutdownTimeout() {
		return "60s";
	}

	/**
	 * Goals that were tracked in time have arrived.
	 * @param mock gets the goals
	 * @param outcomes what was told of the goals
	 * @param output what was logged
	 * @param count how many goals were tracked
	 */
	protected void assertArrival(MockDataFast mock, RecordedOutcomes outcomes, CapturedOutput output, int count) {
		assertThat(mock.getGoals()).hasSize(count);
		assertThat(outcomes.count(Created.class)).isEqualTo(count);
	}

	/**
	 * Goals that were perhaps tracked too late have arrived, or are counted and warned
	 * of.
	 * @param mock gets the goals
	 * @param outcomes what was told of the goals
	 * @param output what was logged
	 * @param count how many goals were tracked
	 */
	protected void assertArrivalOrWarning(MockDataFast mock, RecordedOutcomes outcomes, CapturedOutput output,
			int count) {
		long dropped = outcomes.count(new Dropped(Dropped.Reason.SHUTDOWN, null));
		assertThat(mock.getGoals()).hasSize((int) (count - dropped));
		assertThat(output.getAll().contains("SHUTDOWN") || output.getAll().contains("Dropped")).isEqualTo(dropped > 0);
	}

	private ApplicationContextRunner runner(String... properties) {
		return runner(this.mock)
			.withConfiguration(
					AutoConfigurations.of(LifecycleAutoConfiguration.class, TaskExecutionAutoConfiguration.class,
							TaskSchedulingAutoConfiguration.class, RestClientAutoConfiguration.class))
			.withUserConfiguration(Application.class)
			// Executors wait for their tasks in this phase, too.
			.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=200ms",
					"datafast.delivery.shutdown-timeout=" + shutdownTimeout())
			.withPropertyValues(properties);
	}

	@AfterEach
	void closeMock() {
		this.mock.close();
	}

	@ParameterizedTest
	@CsvSource({ "1, false", "8, false", "8, true" })
	void goalsOfAwaitedAsynchronousTasksArrive(int threads, boolean virtualThreads, CapturedOutput output) {
		runner("spring.task.execution.shutdown.await-termination=true",
				"spring.task.execution.shutdown.await-termination-period=60s",
				"spring.task.execution.simple.task-termination-timeout=60s",
				"spring.task.execution.pool.core-size=" + threads, "spring.threads.virtual.enabled=" + virtualThreads)
			.run((context) -> {
				RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
				Jobs jobs = context.getBean(Jobs.class);
				IntStream.range(0, 5).forEach((i) -> jobs.asynchronous());
				jobs.awaitStart();
				context.close();
				// The other one is that of the destroy method.
				assertArrival(this.mock, outcomes, output, 6);
			});
	}

	@Test
	void goalsOfAwaitedScheduledTasksArrive(CapturedOutput output) {
		runner("spring.task.scheduling.shutdown.await-termination=true",
				"spring.task.scheduling.shutdown.await-termination-period=60s")
			.run((context) -> {
				RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
				Jobs jobs = context.getBean(Jobs.class);
				context.getBean(TaskScheduler.class).schedule(() -> jobs.work("scheduled"), Instant.now());
				jobs.awaitStart();
				context.close();
				assertArrival(this.mock, outcomes, output, 2);
			});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void goalsOfTasksThatAreNotAwaitedArriveOrAreCountedAndWarnedOf(boolean scheduled, CapturedOutput output) {
		runner().run((context) -> {
			RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
			Jobs jobs = context.getBean(Jobs.class);
			if (scheduled) {
				context.getBean(TaskScheduler.class).schedule(() -> jobs.work("scheduled"), Instant.now());
			}
			else {
				IntStream.range(0, 5).forEach((i) -> jobs.asynchronous());
			}
			jobs.awaitStart();
			context.close();
			int count = scheduled ? 1 : 5;
			Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> jobs.hasTracked(count));
			assertArrivalOrWarning(this.mock, outcomes, output, count + 1);
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void goalsOfDestroyMethodsArrive(boolean lazy, CapturedOutput output) {
		ApplicationContextRunner runner = lazy ? runner().withInitializer(
				(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
				: runner();
		runner.run((context) -> {
			RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
			context.getBean("session");
			context.close();
			assertArrival(this.mock, outcomes, output, 1);
		});
	}

	@Test
	protected void goalsThatDoNotArriveWithinTheTimeoutAreCountedAndWarnedOfOnce(CapturedOutput output) {
		this.mock.close();
		runner("datafast.delivery.shutdown-timeout=100ms").run((context) -> {
			RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
			IntStream.range(0, 5).forEach((i) -> context.getBean(DataFastGoals.class).track(goal("early")));
			context.close();
			assertThat(outcomes.outcomes()).hasSize(6)
				.allSatisfy((outcome) -> assertThat(outcome).isInstanceOfSatisfying(Dropped.class,
						(dropped) -> assertThat(dropped.reason()).isEqualTo(Dropped.Reason.SHUTDOWN)));
			assertThat(output).containsOnlyOnce("Dropped 6 goal(s)");
		});
	}

	@Test
	void aFirstGoalAfterTheEndIsCountedWithoutAStackTrace(CapturedOutput output) {
		runner().run((context) -> {
			RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
			DataFastGoals goals = context.getBean(DataFastGoals.class);
			context.close();
			outcomes.clear();
			goals.track(goal("late"));
			assertThat(outcomes.outcomes()).containsExactly(new Dropped(Dropped.Reason.SHUTDOWN, null));
			assertThat(output).containsOnlyOnce("'late'").contains("dropped (SHUTDOWN)").doesNotContain("\tat ");
		});
	}

	private static Goal goal(String name) {
		return Goal.of(name).forVisitor(DataFastContextRunners.VISITOR);
	}

	/**
	 * Tasks that go on until everything with a lifecycle has stopped.
	 */
	public static class Jobs implements SmartLifecycle {

		private final DataFastGoals goals;

		private final CountDownLatch started = new CountDownLatch(1);

		private final CountDownLatch stopped = new CountDownLatch(1);

		private final AtomicInteger tracked = new AtomicInteger();

		private volatile boolean running;

		Jobs(DataFastGoals goals) {
			this.goals = goals;
		}

		@Async
		public void asynchronous() {
			work("asynchronous");
		}

		void work(String goal) {
			this.started.countDown();
			try {
				assertThat(this.stopped.await(60, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				// The task is not awaited.
			}
			this.goals.track(goal(goal));
			this.tracked.incrementAndGet();
		}

		void awaitStart() throws InterruptedException {
			assertThat(this.started.await(60, TimeUnit.SECONDS)).isTrue();
		}

		boolean hasTracked(int count) {
			return this.tracked.get() == count;
		}

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
			this.stopped.countDown();
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getPhase() {
			return Integer.MIN_VALUE;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync(proxyTargetClass = true)
	@EnableScheduling
	static class Application {

		@Bean
		static Jobs jobs(DataFastGoals goals) {
			return new Jobs(goals);
		}

		@Bean
		static DisposableBean session(DataFastGoals goals) {
			return () -> goals.track(goal("destroyed"));
		}

	}

}
