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
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tracking a goal does not wait for the database, whatever the state of the database is
 * and wherever the goal is tracked, and nothing that has been committed is lost.
 */
class BlockedDatabaseTests {

	private static final Duration LONG = Duration.ofSeconds(60);

	private static final int GOALS = 50;

	static Stream<Object[]> cases() {
		return Stream.of(State.values())
			.flatMap((state) -> Stream.of(Place.values()).map((place) -> new Object[] { state, place }));
	}

	@ParameterizedTest(name = "{0}, {1}")
	@MethodSource("cases")
	void trackReturnsBeforeTheDatabaseIsBack(State state, Place place) {
		BlockableDataSource database = new BlockableDataSource();
		run(database, (context) -> {
			CountDownLatch returned = new CountDownLatch(1);
			CompletableFuture<Void> end = CompletableFuture.runAsync(() -> place.run(context, () -> {
				database.block(state);
				IntStream.range(0, GOALS).forEach((i) -> place.track(context));
				returned.countDown();
			}));
			try {
				assertThat(returned.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
				if (state == State.EXHAUSTED || !place.usesConnection) {
					// It needs no connection, or none but its own, until it has ended.
					assertThat(end).succeedsWithin(LONG);
				}
				assertThat(context.getBean(RecordedOutcomes.class).count(Created.class)).isZero();
			}
			finally {
				database.unblock(end);
			}
			RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
			outcomes.awaitCount(GOALS);
			if (state == State.AWAY && place.losesTransaction) {
				assertThat(end).isCompletedExceptionally();
				assertThat(outcomes.outcomes()).hasSize(GOALS)
					.allMatch(new Skipped(Skipped.Reason.ROLLED_BACK)::equals);
			}
			else {
				assertThat(end).succeedsWithin(LONG);
				assertThat(outcomes.count(Created.class)).isEqualTo(GOALS);
			}
		});
	}

	private static void run(DataSource database, DatabaseTest test) {
		try (MockDataFast mock = MockDataFast.start()) {
			JdbcContextRunners.withOtherResource(mock, database).withBean(Shop.class).run((context) -> {
				assertThat(context).hasNotFailed();
				test.run(context);
			});
		}
	}

	enum State {

		/**
		 * The pool has no connection left. Those that are in use work.
		 */
		EXHAUSTED,

		/**
		 * Nothing ends.
		 */
		HANGING,

		/**
		 * There is no connection, and those that are in use are lost.
		 */
		AWAY

	}

	enum Place {

		OUTSIDE(false, false), ANNOTATED(false, false), TRANSACTION(true, true), READ_ONLY_TRANSACTION(true, true),
		AFTER_COMMIT(true, false), OTHER_TRANSACTION(false, false), OTHER_READ_ONLY_TRANSACTION(false, false);

		private final boolean usesConnection;

		private final boolean losesTransaction;

		Place(boolean usesConnection, boolean losesTransaction) {
			this.usesConnection = usesConnection;
			this.losesTransaction = losesTransaction;
		}

		void run(ApplicationContext context, Runnable action) {
			if (this == OUTSIDE || this == ANNOTATED) {
				action.run();
				return;
			}
			boolean isOther = this == OTHER_TRANSACTION || this == OTHER_READ_ONLY_TRANSACTION;
			TransactionTemplate transaction = new TransactionTemplate(
					context.getBean(isOther ? "other" : "transactionManager", PlatformTransactionManager.class));
			transaction.setReadOnly(this == READ_ONLY_TRANSACTION || this == OTHER_READ_ONLY_TRANSACTION);
			transaction.executeWithoutResult((status) -> {
				if (!isOther) {
					context.getBean(JdbcTemplate.class).queryForObject("select 1", Integer.class);
				}
				if (this == AFTER_COMMIT) {
					TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

						@Override
						public void afterCommit() {
							action.run();
						}

					});
				}
				else {
					action.run();
				}
			});
		}

		void track(ApplicationContext context) {
			if (this == ANNOTATED) {
				context.getBean(Shop.class).signUp();
			}
			else {
				context.getBean(DataFastGoals.class)
					.track(Goal.of("signup").forVisitor(DataFastContextRunners.VISITOR));
			}
		}

	}

	private interface DatabaseTest {

		void run(ApplicationContext context) throws Exception;

	}

	static class Shop {

		@TrackGoal(name = "signup", visitorId = "'visitor-1'")
		public void signUp() {
		}

	}

	private static final class BlockableDataSource extends DelegatingDataSource {

		private static final Set<String> LOCAL = Set.of("close", "isClosed", "hashCode", "equals", "toString");

		private final CountDownLatch unblocked = new CountDownLatch(1);

		private volatile @Nullable State state;

		private BlockableDataSource() {
			super(new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", ""));
		}

		void block(State state) {
			this.state = state;
		}

		/**
		 * A connection that is lost stays lost, so what uses it ends before.
		 */
		void unblock(CompletableFuture<Void> end) {
			if (this.state == State.AWAY) {
				end.exceptionally((failure) -> null).orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join();
			}
			this.state = null;
			this.unblocked.countDown();
		}

		@Override
		public Connection getConnection() throws SQLException {
			check(this.state);
			Connection connection = super.getConnection();
			return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
					(proxy, method, arguments) -> {
						if (this.state != State.EXHAUSTED && !LOCAL.contains(method.getName())) {
							check(this.state);
						}
						try {
							return method.invoke(connection, arguments);
						}
						catch (InvocationTargetException ex) {
							throw ex.getCause();
						}
					});
		}

		private void check(@Nullable State state) throws SQLException {
			if (state == State.AWAY) {
				throw new SQLTransientConnectionException("The database is away", "08006");
			}
			if (state != null) {
				try {
					this.unblocked.await();
				}
				catch (InterruptedException ex) {
					throw new SQLTransientConnectionException("Waiting was interrupted", "08001");
				}
			}
		}

	}

}
