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

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import io.datafast.DataFastGoals;
import io.datafast.DataFastRestClientCustomizer;
import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Rejected;
import io.datafast.jdbc.DataFastParkedEndpoint.ParkedGoal;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of goals in flight, and of goals that are tracked, while the database is
 * away.
 */
class UnreliableDatabaseTests {

	private static final Duration LONG = Duration.ofSeconds(60);

	private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";

	private final MockDataFast mock = MockDataFast.start();

	private final UnreliableDataSource database = new UnreliableDataSource();

	private final JdbcTemplate reliable = new JdbcTemplate(new DriverManagerDataSource(this.url, "sa", ""));

	@AfterEach
	void close() {
		this.mock.close();
	}

	@Test
	void aCallThatEndsWithinSecondsBeforeItIsBackIsNotRepeated() {
		runner(this.database::leave).withPropertyValues("datafast.delivery.jdbc.heartbeat-interval=30s")
			.run((context) -> {
				context.getBean(DataFastGoals.class).track(Goal.of("signup").forVisitor("visitor-1"));
				Awaitility.await().atMost(LONG).until(() -> !this.mock.getGoals().isEmpty());
				awaitRefusals(10);
				RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
				assertThat(outcomes.all()).isEmpty();
				this.database.comeBack();
				outcomes.awaitSingle(Created.class);
				assertThat(rows("1 = 1")).isZero();
				assertThat(this.mock.getGoals()).hasSize(1);
			});
	}

	@Test
	void aCallThatEndsLongBeforeItIsBackIsRepeated() {
		runner(this.database::leave).withPropertyValues(JdbcContextRunners.NOTICES_CRASHES_SOON).run((context) -> {
			stayAwayForLong(context);
			RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
			outcomes.awaitSingle(Created.class);
			assertThat(rows("1 = 1")).isZero();
			assertThat(this.mock.getGoals()).hasSize(2);
		});
	}

	@Test
	void aCallThatEndsLongBeforeItIsBackIsNotRepeatedIfAskedTo() {
		runner(this.database::leave)
			.withPropertyValues("datafast.delivery.jdbc.on-crash=park", JdbcContextRunners.NOTICES_CRASHES_SOON)
			.run((context) -> {
				stayAwayForLong(context);
				RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
				assertThat(outcomes.awaitSingle(Dropped.class).reason()).isEqualTo(Dropped.Reason.AMBIGUOUS);
				assertThat(parked(context)).extracting(ParkedGoal::goal).containsExactly("signup");
				assertThat(this.mock.getGoals()).hasSize(1);
			});
	}

	/**
	 * Longer than what became of a goal is tried to be noted.
	 */
	private void stayAwayForLong(ApplicationContext context) {
		context.getBean(DataFastGoals.class).track(Goal.of("signup").forVisitor("visitor-1"));
		Awaitility.await()
			.atMost(LONG)
			.until(() -> rows("last_heartbeat < ?", OffsetDateTime.now().minusSeconds(6)) == 1);
		assertThat(context.getBean(RecordedOutcomes.class).all()).isEmpty();
		this.database.comeBack();
	}

	private void awaitRefusals(int count) {
		int refused = this.database.refused.get();
		Awaitility.await().atMost(LONG).until(() -> this.database.refused.get() > refused + count);
	}

	@Test
	void aDeletionThatIsNotAcknowledgedCountsOnce() {
		runner(this.database::acknowledgeNoDeletion).run((context) -> {
			context.getBean(DataFastGoals.class).track(Goal.of("signup").forVisitor("visitor-1"));
			context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
			assertThat(this.database.unacknowledged).hasValue(1);
			assertThat(rows("1 = 1")).isZero();
			assertThat(this.mock.getGoals()).hasSize(1);
		});
	}

	@Test
	void aFirstGoalWithoutAConnectionWaitsForOne() {
		ApplicationContextRunner runner = runner(() -> {
		});
		runner.run((context) -> assertThat(rows("1 = 1")).isZero());
		runner.withPropertyValues("datafast.delivery.jdbc.initialize-schema=never")
			.withBean(EarlyGoal.class)
			.run((context) -> {
				context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
				assertThat(this.database.refused).hasPositiveValue();
				assertThat(context.getBean(RecordedOutcomes.class).all()).hasSize(1);
			});
	}

	@Test
	void anInterruptThatIsSwallowedDoesNotOutliveTheStop() {
		runner(() -> {
		}).withPropertyValues("datafast.delivery.shutdown-timeout=100ms").run((context) -> {
			JdbcGoalDispatcher dispatcher = context.getBean(JdbcGoalDispatcher.class);
			dispatcher.stop();
			this.database.swallowInterrupts();
			context.getBean(DataFastGoals.class).track(Goal.of("signup").forVisitor("visitor-1"));
			Awaitility.await().atMost(LONG).until(() -> this.database.refused.get() > 0);
			dispatcher.close();
			assertThat(context.getBean(RecordedOutcomes.class).awaitSingle(Dropped.class).reason())
				.isEqualTo(Dropped.Reason.SHUTDOWN);
			assertThat(this.database.refused).hasValue(1);
			this.database.comeBack();
		});
	}

	@Test
	void anAttemptThatDoesNotEndIsCountedWhenItStops() {
		runner(() -> {
		}).withPropertyValues("datafast.delivery.shutdown-timeout=100ms").run((context) -> {
			JdbcGoalDispatcher dispatcher = context.getBean(JdbcGoalDispatcher.class);
			dispatcher.stop();
			this.database.hang();
			context.getBean(DataFastGoals.class).track(Goal.of("signup").forVisitor("visitor-1"));
			Awaitility.await().atMost(LONG).until(() -> this.database.refused.get() > 0);
			dispatcher.close();
			RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
			assertThat(outcomes.awaitSingle(Dropped.class).reason()).isEqualTo(Dropped.Reason.SHUTDOWN);
			this.database.comeBack();
			Awaitility.await().atMost(LONG).until(() -> rows("1 = 1") == 1);
			assertThat(outcomes.all()).hasSize(1);
			dispatcher.refresh();
			assertThat(dispatcher.pending()).isOne();
		});
	}

	private static List<ParkedGoal> parked(ApplicationContext context) {
		return new DataFastParkedEndpoint(context.getBean(JdbcGoalDispatcher.class)).parkedGoals().goals();
	}

	private int rows(String condition, Object... values) {
		Integer count = this.reliable.queryForObject("select count(*) from datafast_goals where " + condition,
				Integer.class, values);
		return (count != null) ? count : 0;
	}

	private ApplicationContextRunner runner(Runnable duringTheFirstCall) {
		AtomicBoolean first = new AtomicBoolean(true);
		return JdbcContextRunners.with(this.mock, this.url)
			.withBean(BeanPostProcessor.class, () -> this.database.new Installer())
			.withBean(DataFastRestClientCustomizer.class,
					() -> (builder) -> builder.requestInterceptor((request, body, execution) -> {
						if (first.getAndSet(false)) {
							duringTheFirstCall.run();
						}
						return execution.execute(request, body);
					}));
	}

	/**
	 * Track a goal before delivery starts, while the database is away.
	 */
	static class EarlyGoal implements SmartInitializingSingleton {

		private final DataFastGoals goals;

		private final UnreliableDataSource database;

		EarlyGoal(DataFastGoals goals, DataSource database) {
			this.goals = goals;
			this.database = (UnreliableDataSource) database;
		}

		@Override
		public void afterSingletonsInstantiated() {
			this.database.leave();
			this.goals.track(Goal.of("signup").forVisitor("visitor-1"));
			Awaitility.await().atMost(LONG).until(() -> this.database.refused.get() > 0);
			this.database.comeBack();
		}

	}

	static final class UnreliableDataSource extends DelegatingDataSource {

		private final AtomicInteger refused = new AtomicInteger();

		private final AtomicInteger unacknowledged = new AtomicInteger();

		private volatile boolean away;

		private volatile boolean acknowledgesNoDeletion;

		private volatile boolean swallowsInterrupts;

		private final AtomicReference<CountDownLatch> hanging = new AtomicReference<>();

		void leave() {
			this.away = true;
		}

		void comeBack() {
			this.away = false;
			this.swallowsInterrupts = false;
			CountDownLatch latch = this.hanging.getAndSet(null);
			if (latch != null) {
				latch.countDown();
			}
		}

		/**
		 * Give no connection until it has come back, interrupted or not.
		 */
		void hang() {
			this.hanging.set(new CountDownLatch(1));
		}

		/**
		 * Give no connection until the waiting thread is interrupted, and forget that.
		 */
		void swallowInterrupts() {
			this.swallowsInterrupts = true;
		}

		void acknowledgeNoDeletion() {
			this.acknowledgesNoDeletion = true;
		}

		@Override
		public Connection getConnection() throws SQLException {
			if (this.away) {
				this.refused.incrementAndGet();
				throw new SQLTransientConnectionException("The database is away", "08001");
			}
			if (this.swallowsInterrupts) {
				waitForInterrupt();
			}
			CountDownLatch latch = this.hanging.get();
			if (latch != null) {
				this.refused.incrementAndGet();
				awaitUninterruptibly(latch);
			}
			Connection connection = super.getConnection();
			return proxy(Connection.class, connection, (method, result, arguments) -> {
				String sql = method.equals("prepareStatement") ? arguments[0].toString() : "";
				boolean deletes = sql.startsWith("delete from datafast_goals where task_name = ? and task_inst");
				return deletes ? deletion((PreparedStatement) result) : result;
			});
		}

		private static void awaitUninterruptibly(CountDownLatch latch) {
			boolean interrupted = false;
			while (latch.getCount() > 0) {
				try {
					latch.await();
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}

		private void waitForInterrupt() throws SQLException {
			this.refused.incrementAndGet();
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				throw new SQLTransientConnectionException("Waiting was interrupted", "08001");
			}
		}

		private PreparedStatement deletion(PreparedStatement statement) {
			return proxy(PreparedStatement.class, statement, (method, result, arguments) -> {
				if (method.startsWith("execute") && this.acknowledgesNoDeletion) {
					this.acknowledgesNoDeletion = false;
					this.unacknowledged.incrementAndGet();
					throw new SQLException("The connection is lost", "08006");
				}
				return result;
			});
		}

		private static <T> T proxy(Class<T> type, T target, Interception interception) {
			return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
					(proxy, method, arguments) -> {
						try {
							return interception.after(method.getName(), method.invoke(target, arguments), arguments);
						}
						catch (InvocationTargetException ex) {
							throw ex.getCause();
						}
					}));
		}

		private interface Interception {

			Object after(String method, Object result, Object[] arguments) throws SQLException;

		}

		/**
		 * Puts it in the place of the application's.
		 */
		private final class Installer implements BeanPostProcessor {

			@Override
			public Object postProcessAfterInitialization(Object bean, String name) {
				if (!(bean instanceof DataSource dataSource)) {
					return bean;
				}
				setTargetDataSource(dataSource);
				return UnreliableDataSource.this;
			}

		}

	}

}
