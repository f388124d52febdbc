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
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goals that are tracked while the application stops.
 */
@ExtendWith(OutputCaptureExtension.class)
class ShutdownTests {

	private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";

	private final MockDataFast mock = MockDataFast.start();

	private final ApplicationContextRunner runner = JdbcContextRunners.with(this.mock, this.url);

	@AfterEach
	void close() {
		this.mock.close();
	}

	/**
	 * Spring Boot destroys its executor last of all beans.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void goalsOfRunningTasksAreStoredOrCountedAndWarnedOf(boolean awaitTermination, CapturedOutput output) {
		CountDownLatch started = new CountDownLatch(1);
		CountDownLatch tracked = new CountDownLatch(1);
		List<GoalOutcome> dropped = new ArrayList<>();
		this.runner.withConfiguration(AutoConfigurations.of(TaskExecutionAutoConfiguration.class))
			.withPropertyValues("spring.task.execution.shutdown.await-termination=" + awaitTermination,
					"spring.task.execution.shutdown.await-termination-period=30s",
					"datafast.delivery.shutdown-timeout=1s")
			.run((context) -> {
				RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
				DataFastGoals goals = context.getBean(DataFastGoals.class);
				context.getBean(AsyncTaskExecutor.class).execute(() -> {
					started.countDown();
					sleep(Duration.ofMillis(500));
					goals.track(Goal.of("task").forVisitor("visitor-1"));
					tracked.countDown();
				});
				started.await();
				context.close();
				tracked.await();
				outcomes.outcomes().stream().filter(ShutdownTests::isShutdown).forEach(dropped::add);
			});
		assertThat(output.getAll().contains("Dropped 1 goal(s)") || output.getAll().contains("dropped (SHUTDOWN)"))
			.isEqualTo(!dropped.isEmpty());
		assertStoredOrDelivered(1 - dropped.size());
	}

	@Test
	void goalsOfBeansThatAreDestroyedBeforeTheDataSourceAreStored() {
		this.runner.withBean(TracksWhenDestroyed.class).run((context) -> {
			// So that it is destroyed first.
			context.getBeanFactory().registerDependentBean("dataSource", nameOf(context));
			RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
			context.close();
			assertThat(outcomes.outcomes()).isEmpty();
		});
		assertStoredOrDelivered(TracksWhenDestroyed.GOALS);
	}

	@Test
	void goalsThatComeAfterTheDataSourceAreCountedAndWarnedOf(CapturedOutput output) {
		this.runner.withPropertyValues("datafast.delivery.shutdown-timeout=200ms")
			.withBean(DataSource.class, () -> new ClosingDataSource(this.url))
			.withBean(TracksWhenDestroyed.class)
			.run((context) -> {
				RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
				context.getBean(ClosingDataSource.class).close();
				context.close();
				assertThat(outcomes.outcomes()).hasSize(TracksWhenDestroyed.GOALS)
					.allMatch((outcome) -> outcome.equals(new Dropped(Dropped.Reason.SHUTDOWN, null)));
			});
		assertThat(output).containsPattern("WARN.*" + TracksWhenDestroyed.GOALS);
	}

	/**
	 * As when the scope of a bean ends, or Spring Cloud binds new properties to a bean.
	 */
	@Test
	void aDataSourceThatIsDestroyedWhileTheApplicationRunsEndsNothing() {
		this.runner.run((context) -> {
			context.getAutowireCapableBeanFactory().destroyBean(new DriverManagerDataSource(this.url));
			context.getBean(DataFastGoals.class).track(Goal.of("later").forVisitor("visitor-1"));
			context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
		});
	}

	@Test
	void goalsThatCouldNotBeDeliveredInTimeStayInTheTable() {
		this.mock.alwaysAnswer(MockAnswer.hang());
		this.runner.withPropertyValues("datafast.delivery.shutdown-timeout=200ms", "datafast.delivery.concurrency=1")
			.run((context) -> {
				for (int i = 0; i < 5; i++) {
					context.getBean(DataFastGoals.class).track(Goal.of("goal-" + i).forVisitor("visitor-1"));
				}
				Awaitility.await().until(() -> rows() == 5);
				RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
				context.close();
				assertThat(outcomes.outcomes()).noneMatch(ShutdownTests::isShutdown);
			});
		assertThat(rows()).isPositive();
	}

	private static boolean isShutdown(GoalOutcome outcome) {
		return outcome instanceof Dropped dropped && dropped.reason() == Dropped.Reason.SHUTDOWN;
	}

	private static String nameOf(ApplicationContext context) {
		return context.getBeanNamesForType(TracksWhenDestroyed.class)[0];
	}

	/**
	 * What has not been delivered in the meantime is delivered by the next start.
	 */
	private void assertStoredOrDelivered(int count) {
		int delivered = this.mock.getGoals().size();
		assertThat(delivered + rows()).isEqualTo(count);
		this.runner.run((context) -> {
			RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
			outcomes.awaitCount(count - delivered);
			assertThat(outcomes.count(Created.class)).isEqualTo(count - delivered);
		});
	}

	private int rows() {
		Integer rows = new JdbcTemplate(new DriverManagerDataSource(this.url, "sa", ""))
			.queryForObject("select count(*) from datafast_goals", Integer.class);
		return (rows != null) ? rows : 0;
	}

	private static void sleep(Duration duration) {
		try {
			TimeUnit.NANOSECONDS.sleep(duration.toNanos());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	static class TracksWhenDestroyed implements DisposableBean {

		static final int GOALS = 7;

		private final DataFastGoals goals;

		TracksWhenDestroyed(DataFastGoals goals) {
			this.goals = goals;
		}

		@Override
		public void destroy() {
			for (int i = 0; i < GOALS; i++) {
				this.goals.track(Goal.of("destroyed").forVisitor("visitor-1"));
			}
		}

	}

	static class ClosingDataSource extends DriverManagerDataSource {

		private volatile boolean closed;

		ClosingDataSource(String url) {
			super(url, "sa", "");
		}

		void close() {
			this.closed = true;
		}

		@Override
		protected Connection getConnectionFromDriver(Properties properties) throws SQLException {
			if (this.closed) {
				throw new SQLException("The DataSource is closed", "08003");
			}
			return super.getConnectionFromDriver(properties);
		}

	}

}
