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

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import io.datafast.Goal;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementSetter;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The table with the goals. The engine takes its rows from there; everything else that is
 * done with them is here.
 * <p>
 * A goal that waits has the time of its next attempt in {@code execution_time}. One that
 * is parked has {@link #PARKED} there, so that the engine never finds it, and the time it
 * was parked in {@code last_failure}.
 */
final class GoalTable {

	/**
	 * The engine's name for what is in the table.
	 */
	static final String TASK = "datafast-goal";

	/**
	 * Beyond all times at which a goal is tried again, and within what databases can
	 * hold.
	 */
	static final Instant PARKED = Instant.parse("9000-01-01T00:00:00Z");

	private static final String COLUMNS = "task_name, task_instance, task_data, execution_time, picked, picked_by,"
			+ " last_success, last_failure, consecutive_failures, last_heartbeat, version";

	private static final int PAGE = 500;

	private static final int LOOK_UP_TIMEOUT_SECONDS = 2;

	private final String name;

	private final JdbcCustomization dialect;

	private final StoredGoalFormat format;

	private final JdbcTemplate jdbc;

	private final TransactionTemplate transaction;

	private final String insert;

	GoalTable(String name, DataSource dataSource, JdbcCustomization dialect, StoredGoalFormat format) {
		this.name = name;
		this.dialect = dialect;
		this.format = format;
		this.jdbc = new JdbcTemplate(dataSource);
		PlatformTransactionManager transactionManager = new JdbcTransactionManager(dataSource);
		this.transaction = new TransactionTemplate(transactionManager);
		this.insert = "insert into " + name
				+ " (task_name, task_instance, task_data, execution_time, picked, version) values (?, ?, ?, ?, ?, ?)";
	}

	/**
	 * Check that the table is there and has the columns that are needed.
	 * @throws MissingGoalTableException if it is not
	 * @throws DataAccessException if the database cannot be asked
	 */
	void verify() {
		try {
			this.jdbc.query("select " + COLUMNS + " from " + this.name + " where 1 = 0", (resultSet) -> {
			});
		}
		catch (TransientDataAccessException | NonTransientDataAccessResourceException ex) {
			throw ex;
		}
		catch (DataAccessException ex) {
			throw new MissingGoalTableException(this.name, ex);
		}
	}

	// What the dispatcher does

	/**
	 * Insert goals, on a connection that is somebody else's to commit.
	 * @param timeoutSeconds how long the database has for it, or {@code 0}, which changes
	 * nothing
	 */
	void insert(Connection connection, List<NewGoal> goals, int timeoutSeconds) throws SQLException {
		try (PreparedStatement statement = NotExecutedException
			.prepare(() -> connection.prepareStatement(this.insert))) {
			NotExecutedException.prepare(() -> addAll(statement, goals));
			if (timeoutSeconds == 0) {
				statement.executeBatch();
			}
			else {
				execute(statement, timeoutSeconds, statement::executeBatch);
			}
		}
	}

	private PreparedStatement addAll(PreparedStatement statement, List<NewGoal> goals) throws SQLException {
		for (NewGoal goal : goals) {
			statement.setString(1, TASK);
			statement.setString(2, goal.id());
			this.dialect.setTaskData(statement, 3, this.format.serialize(StoredGoal.of(goal.goal())));
			this.dialect.setInstant(statement, 4, GoalId.timeOf(goal.id()));
			statement.setBoolean(5, false);
			statement.setLong(6, 1);
			statement.addBatch();
		}
		return statement;
	}

	private static <T> T execute(PreparedStatement statement, int timeoutSeconds, Execution<T> execution)
			throws SQLException {
		int timeoutBefore = statement.getQueryTimeout();
		statement.setQueryTimeout(timeoutSeconds);
		try {
			return execution.run();
		}
		finally {
			// With some drivers, as H2's, it is the connection's.
			statement.setQueryTimeout(timeoutBefore);
		}
	}

	/**
	 * Delete goals that have just been inserted, on a connection that is somebody else's
	 * to commit.
	 */
	void delete(Connection connection, List<NewGoal> goals) throws SQLException {
		try (PreparedStatement statement = connection
			.prepareStatement("delete from " + this.name + " where task_name = ? and task_instance = ?")) {
			for (NewGoal goal : goals) {
				statement.setString(1, TASK);
				statement.setString(2, goal.id());
				statement.executeUpdate();
			}
		}
	}

	/**
	 * Whether there is a goal, waiting or parked. Some databases wait for those who are
	 * changing it, but not for long.
	 */
	boolean contains(String id) {
		return Boolean.TRUE.equals(this.jdbc.execute((Connection connection) -> {
			try (PreparedStatement statement = connection
				.prepareStatement("select 1 from " + this.name + " where task_name = ? and task_instance = ?")) {
				statement.setString(1, TASK);
				statement.setString(2, id);
				return execute(statement, LOOK_UP_TIMEOUT_SECONDS, () -> {
					try (ResultSet resultSet = statement.executeQuery()) {
						return resultSet.next();
					}
				});
			}
		}));
	}

	// What the housekeeping does

	/**
	 * Count the goals.
	 */
	Counts count() {
		Counts counts = this.jdbc.query("select count(*), sum(case when execution_time >= ? then 1 else 0 end),"
				+ " min(case when execution_time >= ? then null else task_instance end) from " + this.name
				+ " where task_name = ?", (statement) -> {
					this.dialect.setInstant(statement, 1, PARKED);
					this.dialect.setInstant(statement, 2, PARKED);
					statement.setString(3, TASK);
				}, (ResultSet resultSet) -> {
					resultSet.next();
					int parked = resultSet.getInt(2);
					return new Counts(resultSet.getInt(1) - parked, parked, resultSet.getString(3));
				});
		return (counts != null) ? counts : new Counts(0, 0, null);
	}

	/**
	 * The goals after the given one that were tracked before a time and are not in
	 * flight, in the order in which they were tracked.
	 * @param after an id, or the empty string
	 * @param limit how many at most
	 */
	List<Row> findWaiting(String after, Instant trackedBefore, int limit) {
		return find("execution_time < ? and task_instance > ? and task_instance < ? and picked = ?", (statement) -> {
			this.dialect.setInstant(statement, 2, PARKED);
			statement.setString(3, after);
			statement.setString(4, GoalId.boundary(trackedBefore));
			statement.setBoolean(5, false);
		}, limit);
	}

	/**
	 * Park a goal that is not in flight.
	 * @return whether it still was as when it was found
	 */
	boolean park(Row row, StoredGoal ended, Instant now) {
		return change("execution_time = ?, last_failure = ?, task_data = ?", row, (statement) -> {
			this.dialect.setInstant(statement, 1, PARKED);
			this.dialect.setInstant(statement, 2, now);
			this.dialect.setTaskData(statement, 3, this.format.serialize(ended));
		}, 3);
	}

	/**
	 * Delete goals that were parked before a time. They are looked up first and deleted
	 * one by one: a statement that looks for them by itself would wait in MySQL for every
	 * transaction that has inserted a goal, and keep others from doing so.
	 */
	int deleteParked(Instant parkedBefore) {
		int deleted = 0;
		String last = GoalId.BEFORE_ALL;
		List<Row> rows;
		do {
			rows = findParked(last, parkedBefore);
			for (Row row : rows) {
				last = row.id();
			}
			deleted += deleteAll(rows);
		}
		while (rows.size() == PAGE);
		return deleted;
	}

	private List<Row> findParked(String after, Instant parkedBefore) {
		return find("execution_time >= ? and task_instance > ? and last_failure < ?", (statement) -> {
			this.dialect.setInstant(statement, 2, PARKED);
			statement.setString(3, after);
			this.dialect.setInstant(statement, 4, parkedBefore);
		}, PAGE);
	}

	private int deleteAll(List<Row> rows) {
		Long deleted = this.transaction.execute((status) -> rows.stream().filter(this::delete).count());
		return (deleted != null) ? deleted.intValue() : 0;
	}

	// What operators do

	/**
	 * The parked goals after the given one, in the order in which they were tracked.
	 * @param after an id, or the empty string
	 * @param limit how many at most
	 */
	List<Row> findParked(String after, int limit) {
		return find("execution_time >= ? and task_instance > ?", (statement) -> {
			this.dialect.setInstant(statement, 2, PARKED);
			statement.setString(3, after);
		}, limit);
	}

	@Nullable Row findParked(String id) {
		List<Row> rows = find("execution_time >= ? and task_instance = ?", (statement) -> {
			this.dialect.setInstant(statement, 2, PARKED);
			statement.setString(3, id);
		}, 1);
		return rows.isEmpty() ? null : rows.get(0);
	}

	/**
	 * Let a parked goal wait again, as if it were tracked now.
	 * @return whether it was still parked
	 */
	boolean requeue(Row row, StoredGoal fresh, Instant now) {
		String id = GoalId.create(now);
		return change(
				"task_instance = ?, execution_time = ?, last_failure = ?, consecutive_failures = ?, task_data = ?", row,
				(statement) -> {
					statement.setString(1, id);
					this.dialect.setInstant(statement, 2, GoalId.timeOf(id));
					this.dialect.setInstant(statement, 3, null);
					statement.setInt(4, 0);
					this.dialect.setTaskData(statement, 5, this.format.serialize(fresh));
				}, 5);
	}

	boolean delete(Row row) {
		return update("delete from " + this.name + " where task_name = ? and task_instance = ? and version = ?",
				(statement) -> setKey(statement, 1, row)) > 0;
	}

	private boolean change(String assignments, Row row, PreparedStatementSetter values, int count) {
		return update("update " + this.name + " set " + assignments + ", version = version + 1"
				+ " where task_name = ? and task_instance = ? and version = ? and picked = ?", (statement) -> {
					values.setValues(statement);
					setKey(statement, count + 1, row);
					statement.setBoolean(count + 4, false);
				}) > 0;
	}

	private static void setKey(PreparedStatement statement, int index, Row row) throws SQLException {
		statement.setString(index, TASK);
		statement.setString(index + 1, row.id());
		statement.setLong(index + 2, row.version());
	}

	private int update(String sql, PreparedStatementSetter values) {
		Integer updated = this.transaction.execute((status) -> this.jdbc.update(sql, values));
		return (updated != null) ? updated : 0;
	}

	private List<Row> find(String condition, PreparedStatementSetter values, int limit) {
		String sql = "select task_instance, task_data, last_failure, version from " + this.name
				+ " where task_name = ? and " + condition + " order by task_instance";
		return this.jdbc.query((connection) -> {
			PreparedStatement statement = connection.prepareStatement(sql);
			statement.setMaxRows(limit);
			statement.setString(1, TASK);
			values.setValues(statement);
			return statement;
		}, this::row);
	}

	private Row row(ResultSet resultSet, int number) throws SQLException {
		return new Row(resultSet.getString("task_instance"), this.dialect.getTaskData(resultSet, "task_data"),
				this.dialect.getInstant(resultSet, "last_failure"), resultSet.getLong("version"));
	}

	/**
	 * The goal in a row, or {@code null} if it cannot be read.
	 */
	@Nullable StoredGoal readOrNull(Row row) {
		try {
			return this.format.read(row.data());
		}
		catch (RuntimeException ex) {
			return null;
		}
	}

	/**
	 * A goal that is not in the table yet.
	 *
	 * @param id what {@link GoalId} made
	 * @param goal the goal
	 */
	record NewGoal(String id, Goal goal) {

	}

	/**
	 * A row.
	 *
	 * @param id the goal's id
	 * @param data the goal, to be {@linkplain #read read}
	 * @param lastFailure when it was parked, if it is
	 * @param version changes with every change of the row
	 */
	record Row(String id, byte[] data, @Nullable Instant lastFailure, long version) {

	}

	/**
	 * How many goals there are.
	 *
	 * @param waiting how many wait or are in flight
	 * @param parked how many are parked
	 * @param oldest the id of the oldest that waits, or {@code null} if none does
	 */
	record Counts(int waiting, int parked, @Nullable String oldest) {

	}

	private interface Execution<T> {

		T run() throws SQLException;

	}

}
