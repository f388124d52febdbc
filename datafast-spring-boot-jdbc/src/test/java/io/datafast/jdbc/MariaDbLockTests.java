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
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.context.ApplicationContext;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Somebody else has locked the table of the goals. MariaDB locks what is not there yet,
 * too.
 */
@EnabledIf(value = MariaDbServer.AVAILABLE, disabledReason = MariaDbServer.MISSING)
class MariaDbLockTests {

	private static final Duration LONG = Duration.ofSeconds(60);

	static Stream<String> databases() {
		MariaDbServer server = MariaDbServer.shared();
		return Stream.of(server.createDatabase(), server.createDatabaseForConnectorJ());
	}

	@ParameterizedTest
	@MethodSource("databases")
	void theVictimOfADeadlockIsNotCommittedHalf(String url) {
		run(url, (context, jdbc, other) -> {
			CompletableFuture<?>[] blocked = new CompletableFuture<?>[1];
			assertThatExceptionOfType(ConcurrencyFailureException.class).isThrownBy(() -> inTransaction(context, () -> {
				jdbc.update("update business set value = value + 1 where id = 1");
				track(context, 3);
				blocked[0] = CompletableFuture
					.runAsync(() -> execute(other, "update business set value = value + 10 where id = 1"));
			})).withMessageContaining("40001");
			blocked[0].orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join();
			execute(other, "commit");
			assertThat(jdbc.queryForObject("select value from business where id = 1", Integer.class)).isEqualTo(10);
			assertThat(context.getBean(RecordedOutcomes.class).outcomes()).hasSize(3)
				.allMatch(new Skipped(Skipped.Reason.ROLLED_BACK)::equals);
			assertThat(jdbc.queryForObject("select count(*) from datafast_goals", Integer.class)).isZero();
		});
	}

	@ParameterizedTest
	@MethodSource("databases")
	void aLockThatIsNotGrantedInTimeCostsNothing(String url) {
		run(url + "&sessionVariables=innodb_lock_wait_timeout=1", (context, jdbc, other) -> {
			for (int goals : new int[] { 1, 3 }) {
				inTransaction(context, () -> {
					jdbc.update("update business set value = value + 1 where id = 1");
					track(context, goals);
				});
			}
			assertThat(jdbc.queryForObject("select value from business where id = 1", Integer.class)).isEqualTo(2);
			execute(other, "commit");
			Awaitility.await()
				.atMost(LONG)
				.until(() -> jdbc.queryForObject("select count(*) from datafast_goals", Integer.class) == 4);
			assertThat(context.getBean(RecordedOutcomes.class).outcomes()).isEmpty();
		});
	}

	@ParameterizedTest
	@MethodSource("databases")
	void goalsOutsideOfTransactionsWaitForTheLock(String url) {
		run(url + "&sessionVariables=innodb_lock_wait_timeout=1", (context, jdbc, other) -> {
			track(context, 1);
			assertThat(context.getBean(RecordedOutcomes.class).all()).isEmpty();
			execute(other, "commit");
			context.getBean(JdbcGoalDispatcher.class).start();
			context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
			assertThat(jdbc.queryForObject("select count(*) from datafast_goals", Integer.class)).isZero();
		});
	}

	private static void run(String url, LockTest test) {
		try (MockDataFast mock = MockDataFast.start()) {
			JdbcContextRunners.with(mock, url).run((context) -> {
				context.getBean(JdbcGoalDispatcher.class).stop();
				JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
				jdbc.execute("create table business (id int primary key, value int not null)");
				jdbc.update("insert into business values (1, 0)");
				try (Connection other = DriverManager.getConnection(url)) {
					other.setAutoCommit(false);
					// Who has done more is not chosen as the victim.
					IntStream.range(100, 300)
						.forEach((id) -> execute(other, "insert into business values (" + id + ", 0)"));
					execute(other, "select * from datafast_goals for update");
					test.run(context, jdbc, other);
				}
			});
		}
	}

	private static void execute(Connection connection, String sql) {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void inTransaction(ApplicationContext context, Runnable action) {
		new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
			.executeWithoutResult((status) -> action.run());
	}

	private static void track(ApplicationContext context, int count) {
		IntStream.range(0, count)
			.forEach((i) -> context.getBean(DataFastGoals.class)
				.track(Goal.of("goal-" + i).forVisitor(DataFastContextRunners.VISITOR)));
	}

	private interface LockTest {

		void run(ApplicationContext context, JdbcTemplate jdbc, Connection other) throws Exception;

	}

}
