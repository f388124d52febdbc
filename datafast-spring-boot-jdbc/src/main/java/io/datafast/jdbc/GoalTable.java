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

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import io.datafast.Goal;
import io.datafast.support.Lazy;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.SqlTypeValue;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The table with the goals. db-scheduler takes its rows from there; all other access to
 * the table is here. Creating an instance does not connect to the database.
 * <p>
 * A goal that waits has the time of its next attempt in {@code execution_time}. A parked
 * goal has {@link #PARKED} there, so that db-scheduler never finds it, and the time it
 * was parked in {@code last_failure}.
 */
final class GoalTable {

	/**
	 * The name of db-scheduler's task in each row.
	 */
	static final String TASK = "datafast-goal";

	/**
	 * Later than all times at which a goal is tried again, and within the range of all
	 * databases.
	 */
	static final Instant PARKED = Instant.parse("9000-01-01T00:00:00Z");

	private static final int PAGE = 500;

	private static final String KEY = " where task_name = ? and task_instance = ? and version = ?";

	private final DataSource dataSource;

	private final String name;

	private final StoredGoal.Format format;

	private final JdbcTemplate jdbc;

	private final TransactionTemplate newTransaction;

	private final Lazy<Database> database;

	/**
	 * Create an instance.
	 * @param dataSource the database, without a proxy that takes part in transactions
	 * @param name the table's name, possibly with a schema; used in SQL unchanged
	 * @param format the format of {@code task_data}
	 */
	GoalTable(DataSource dataSource, String name, StoredGoal.Format format) {
		this.dataSource = dataSource;
		this.name = name;
		this.format = format;
		this.jdbc = new JdbcTemplate(dataSource);
		this.jdbc.setMaxRows(PAGE);
		this.database = Lazy.of(() -> Objects
			.requireNonNull(this.jdbc.execute((Connection connection) -> Database.of(connection.getMetaData()))));
		this.newTransaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
		this.newTransaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
	}

	DataSource dataSource() {
		return this.dataSource;
	}

	String name() {
		return this.name;
	}

	StoredGoal.Format format() {
		return this.format;
	}

	/**
	 * The database, which is detected once. In a transaction, the transaction's
	 * connection is used.
	 * @throws DataAccessException if there is no connection
	 */
	Database database() {
		return this.database.get();
	}

	/**
	 * Insert goals in a transaction of their own.
	 * @throws DataAccessException if that fails
	 * @throws org.springframework.transaction.TransactionException if there is no
	 * connection, or the commit fails
	 */
	void insert(List<NewGoal> goals) {
		AtomicReference<@Nullable DataAccessException> failure = new AtomicReference<>();
		this.newTransaction.executeWithoutResult((status) -> {
			try {
				this.jdbc.execute((Connection connection) -> {
					insert(connection, goals);
					return true;
				});
			}
			catch (DataAccessException ex) {
				// Messages of drivers quote the goals. Spring would log an exception that
				// leaves the transaction if the rollback fails too.
				status.setRollbackOnly();
				failure.set(ex);
			}
		});
		DataAccessException thrown = failure.get();
		if (thrown != null) {
			throw thrown;
		}
	}

	/**
	 * Insert goals in the transaction of a connection.
	 */
	void insert(Connection connection, List<NewGoal> goals) throws SQLException {
		JdbcCustomization dialect = database().dialect();
		try (PreparedStatement statement = connection.prepareStatement("insert into " + this.name
				+ " (task_name, task_instance, task_data, execution_time, picked, version) values (?, ?, ?, ?, ?, ?)")) {
			for (NewGoal goal : goals) {
				statement.setString(1, TASK);
				statement.setString(2, goal.id());
				dialect.setTaskData(statement, 3, this.format.serialize(StoredGoal.of(goal.goal())));
				dialect.setInstant(statement, 4, GoalId.timeOf(goal.id()));
				statement.setBoolean(5, false);
				statement.setLong(6, 1);
				statement.addBatch();
			}
			statement.executeBatch();
		}
	}

	/**
	 * Count the goals.
	 */
	Counts count() {
		SqlTypeValue parkedTime = time(PARKED);
		return this.jdbc.query("select count(*), sum(case when execution_time >= ? then 1 else 0 end),"
				+ " min(case when execution_time >= ? then null else task_instance end) from " + this.name
				+ " where task_name = ?", (resultSet, number) -> {
					int parked = resultSet.getInt(2);
					return new Counts(resultSet.getInt(1) - parked, parked, resultSet.getString(3));
				}, parkedTime, parkedTime, TASK)
			.get(0);
	}

	/**
	 * The first parked goals, at most 500, in the order in which they were tracked.
	 */
	List<Row> findParked() {
		return findParked(GoalId.BEFORE_ALL, "");
	}

	private List<Row> findParked(String after, String condition, Object... values) {
		JdbcCustomization dialect = database().dialect();
		return this.jdbc.query(
				"select task_instance, task_data, last_failure, version from " + this.name
						+ " where task_name = ? and execution_time >= ? and task_instance > ?" + condition
						+ " order by task_instance",
				(resultSet, number) -> new Row(resultSet.getString("task_instance"),
						dialect.getTaskData(resultSet, "task_data"), dialect.getInstant(resultSet, "last_failure"),
						resultSet.getLong("version")),
				Stream.concat(Stream.of(TASK, time(PARKED), after), Stream.of(values)).toArray());
	}

	/**
	 * Change parked goals.
	 * @param change changes a goal, and says whether it did
	 * @return how many were changed
	 */
	int changeParked(Predicate<Row> change) {
		return changeParked(change, "");
	}

	/**
	 * Delete goals that were parked before a time.
	 * @return how many were deleted
	 */
	int deleteParked(Instant parkedBefore) {
		return changeParked(this::delete, " and last_failure < ?", time(parkedBefore));
	}

	/**
	 * Goals are looked up first and changed one by one. In MySQL, an update of all of
	 * them in one statement would wait for all transactions that have inserted a goal,
	 * and keep others from inserting.
	 */
	private int changeParked(Predicate<Row> change, String condition, Object... values) {
		int changed = 0;
		String last = GoalId.BEFORE_ALL;
		List<Row> rows;
		do {
			rows = findParked(last, condition, values);
			for (Row row : rows) {
				last = row.id();
				changed += change.test(row) ? 1 : 0;
			}
		}
		while (rows.size() == PAGE);
		return changed;
	}

	/**
	 * Let a parked goal wait again, as if it were tracked now.
	 * @return whether it was still parked and can be read
	 */
	boolean requeue(Row row) {
		StoredGoal stored = readOrNull(row);
		String id = GoalId.create(Instant.now());
		return stored != null && update(
				"update " + this.name + " set task_instance = ?, execution_time = ?, task_data = ?,"
						+ " last_failure = null, consecutive_failures = 0, version = version + 1" + KEY,
				id, time(GoalId.timeOf(id)), this.format.serialize(StoredGoal.of(stored.goal())), TASK, row.id(),
				row.version());
	}

	boolean delete(Row row) {
		return update("delete from " + this.name + KEY, TASK, row.id(), row.version());
	}

	private boolean update(String sql, Object... values) {
		return Boolean.TRUE.equals(this.newTransaction.execute((status) -> this.jdbc.update(sql, values) > 0));
	}

	/**
	 * A time as a parameter of a statement.
	 */
	private SqlTypeValue time(Instant time) {
		JdbcCustomization dialect = database().dialect();
		return (statement, index, type, typeName) -> dialect.setInstant(statement, index, time);
	}

	/**
	 * The goal in a row, or {@code null} if it cannot be read.
	 */
	@Nullable StoredGoal readOrNull(Row row) {
		try {
			return this.format.deserialize(StoredGoal.class, row.data());
		}
		catch (RuntimeException ex) {
			return null;
		}
	}

	/**
	 * Describe a failure to store goals without data. Drivers quote the data in their
	 * exceptions, and goals hold personal data: further lines of a message may quote the
	 * row, and the message of a batch quotes all of it.
	 */
	static String describe(Throwable failure) {
		SQLException cause = null;
		for (Throwable next = failure; next != null; next = next.getCause()) {
			cause = (next instanceof SQLException found) ? found : cause;
		}
		if (cause == null) {
			return "Goals cannot be stored: " + failure.getClass().getName();
		}
		String message = (cause instanceof BatchUpdateException) ? null : cause.getMessage();
		return "Goals cannot be stored: "
				+ ((message != null) ? message.lines().findFirst().orElse("") : cause.getClass().getName())
				+ " (SQL state " + cause.getSQLState() + ", error code " + cause.getErrorCode() + ")";
	}

	/**
	 * A goal that is not in the table yet.
	 *
	 * @param id from {@link GoalId}
	 * @param goal the goal
	 */
	record NewGoal(String id, Goal goal) {

	}

	/**
	 * A row.
	 *
	 * @param id the goal's id
	 * @param data the goal, to be {@linkplain #readOrNull read}
	 * @param lastFailure when it was parked, if it is
	 * @param version changes with each change of the row
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

}
