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

package io.datafast.delivery.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.datafast.Goal;
import io.datafast.delivery.jdbc.GoalTable.NewGoal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What the failure to store goals says about whether they are stored.
 */
class GoalWriterTests {

	private final FailingDataSource database = new FailingDataSource(
			new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", ""));

	private final GoalStore store = new GoalStore(this.database, null, "datafast_goals", (goal) -> new byte[1],
			(data) -> Map.of());

	@ParameterizedTest
	@CsvSource({ "executeBatch, 08006, true", "executeBatch, 25006, false", "executeBatch, 53100, false",
			"executeBatch, 40001, false", "executeBatch, 40003, true", "commit, 08006, true",
			"prepareStatement, 08006, false", "setAutoCommit, 08006, false", "getAutoCommit, 08006, false" })
	void leavesDoubtOnlyIfTheDatabaseMayHaveStoredTheGoals(String failing, String state, boolean doubt) {
		GoalStorageException failure = fail(failing, state);
		assertThat(failure.leavesDoubt()).isEqualTo(doubt);
		assertThat(failure.isRefusal()).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "executeBatch, 22001", "executeBatch, 42501", "prepareStatement, 42S02" })
	void refusalsAreFinal(String failing, String state) {
		GoalStorageException failure = fail(failing, state);
		assertThat(failure.isRefusal()).isTrue();
		assertThat(failure.isDuplicate()).isFalse();
		assertThat(failure.leavesDoubt()).isFalse();
	}

	@Test
	void aDuplicateIsKnownAsSuch() {
		GoalWriter writer = writer();
		List<NewGoal> goals = goals();
		writer.write(goals);
		assertThatExceptionOfType(GoalStorageException.class).isThrownBy(() -> writer.write(goals))
			.satisfies((failure) -> assertThat(failure.isDuplicate()).isTrue());
	}

	private GoalStorageException fail(String failing, String state) {
		GoalWriter writer = writer();
		this.database.failing = failing;
		this.database.state = state;
		List<NewGoal> goals = goals();
		return catchThrowableOfType(GoalStorageException.class, () -> writer.write(goals));
	}

	private GoalWriter writer() {
		new GoalTableInitializer(this.store).initialize(SchemaInitialization.ALWAYS);
		return this.store.writer(this.store.table());
	}

	private static List<NewGoal> goals() {
		return List.of(goal("first"), goal("second"));
	}

	private static NewGoal goal(String name) {
		return new NewGoal(GoalId.create(Instant.now()), Goal.of(name));
	}

	/**
	 * Has one method of connections or statements fail.
	 */
	private static final class FailingDataSource extends DelegatingDataSource {

		private String failing = "";

		private String state = "";

		private FailingDataSource(DriverManagerDataSource target) {
			super(target);
		}

		@Override
		public Connection getConnection() throws SQLException {
			return failing(Connection.class, super.getConnection());
		}

		private <T> T failing(Class<T> type, T target) {
			return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
					(proxy, method, arguments) -> {
						if (method.getName().equals(this.failing)) {
							throw new SQLException("expected", this.state);
						}
						try {
							Object result = method.invoke(target, arguments);
							return (result instanceof PreparedStatement statement)
									? failing(PreparedStatement.class, statement) : result;
						}
						catch (InvocationTargetException ex) {
							throw ex.getCause();
						}
					}));
		}

	}

}
