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
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;

import javax.sql.DataSource;

import io.datafast.delivery.jdbc.GoalStore.Database;
import io.datafast.delivery.jdbc.GoalTable.NewGoal;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Writes goals to the table, in the application's transaction or in one of their own.
 */
final class GoalWriter {

	private static final Log logger = LogFactory.getLog(JdbcGoalDispatcher.class);

	private static final int PROBE_TIMEOUT_SECONDS = 2;

	private static final int NO_TIMEOUT = 0;

	private final DataSource dataSource;

	private final GoalTable table;

	private final @Nullable TransactionTemplate globalTransaction;

	private final boolean failureAbortsTransaction;

	private final boolean savepointTells;

	/**
	 * Create a writer.
	 * @param dataSource gives connections that take part in no transaction by themselves
	 * @param table the table
	 * @param globalTransactionManager manages transactions over several resources, or
	 * {@code null} if each {@code DataSource} has its own
	 * @param database what database it is
	 */
	GoalWriter(DataSource dataSource, GoalTable table, @Nullable PlatformTransactionManager globalTransactionManager,
			Database database) {
		this.dataSource = dataSource;
		this.table = table;
		this.globalTransaction = (globalTransactionManager != null) ? new TransactionTemplate(globalTransactionManager)
				: null;
		if (this.globalTransaction != null) {
			this.globalTransaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
		}
		this.failureAbortsTransaction = database.isPostgreSql();
		this.savepointTells = database.isPostgreSql() || database.isMySql();
	}

	/**
	 * Write goals in the current transaction. If it fails, nothing is left of them, and
	 * the transaction can go on without them, unless the exception says otherwise.
	 * @return whether the current transaction is one of this database
	 */
	boolean writeInCurrentTransaction(List<NewGoal> goals) {
		return writeInCurrentTransaction(goals, NO_TIMEOUT);
	}

	private boolean writeInCurrentTransaction(List<NewGoal> goals, int timeoutSeconds) {
		if (this.globalTransaction == null && !isBoundToTransaction()) {
			return false;
		}
		Connection connection = connectionOfTransaction();
		try {
			insertOrUndo(connection, goals, timeoutSeconds);
			return true;
		}
		catch (SQLException ex) {
			throw new GoalStorageException(ex);
		}
		finally {
			DataSourceUtils.releaseConnection(connection, this.dataSource);
		}
	}

	private Connection connectionOfTransaction() {
		try {
			return DataSourceUtils.getConnection(this.dataSource);
		}
		catch (CannotGetJdbcConnectionException ex) {
			throw GoalStorageException.withoutConnection(ex);
		}
	}

	/**
	 * A connection that is bound in a transaction of another resource commits each
	 * statement by itself.
	 */
	private boolean isBoundToTransaction() {
		if (!(TransactionSynchronizationManager.getResource(this.dataSource) instanceof ConnectionHolder holder)
				|| holder.getConnectionHandle() == null) {
			return false;
		}
		try {
			return !holder.getConnection().getAutoCommit();
		}
		catch (SQLException ex) {
			throw new GoalStorageException(ex);
		}
	}

	private void insertOrUndo(Connection connection, List<NewGoal> goals, int timeoutSeconds) throws SQLException {
		Savepoint savepoint = needsSavepoint(connection, goals) ? connection.setSavepoint() : null;
		try {
			this.table.insert(connection, goals, timeoutSeconds);
		}
		catch (SQLException ex) {
			boolean rolledBack = GoalStorageException.isRollback(ex) && (savepoint == null || !this.savepointTells);
			if (!undo(connection, savepoint, goals) || rolledBack) {
				throw GoalStorageException.withEndOfTransaction(ex);
			}
			throw ex;
		}
		if (savepoint != null) {
			release(connection, savepoint);
		}
	}

	/**
	 * A single row is there or not, but a batch may fail halfway. PostgreSQL goes on only
	 * from a savepoint. With MySQL, a lock that is not granted in time ends the statement
	 * or the transaction, whatever the driver says: the savepoint is still there or not.
	 * Where there are global transactions, savepoints are forbidden.
	 */
	private boolean needsSavepoint(Connection connection, List<NewGoal> goals) throws SQLException {
		return this.globalTransaction == null && (this.savepointTells || goals.size() > 1)
				&& connection.getMetaData().supportsSavepoints();
	}

	private boolean undo(Connection connection, @Nullable Savepoint savepoint, List<NewGoal> goals) {
		try {
			if (savepoint != null) {
				connection.rollback(savepoint);
				return true;
			}
			if (this.failureAbortsTransaction) {
				return false;
			}
			if (goals.size() > 1) {
				this.table.delete(connection, goals);
			}
			return true;
		}
		catch (SQLException ex) {
			return false;
		}
	}

	/**
	 * SQL Server and Oracle know no release.
	 */
	private static void release(Connection connection, Savepoint savepoint) {
		try {
			connection.releaseSavepoint(savepoint);
		}
		catch (SQLException ex) {
			// It ends with the transaction.
		}
	}

	/**
	 * Write goals in a transaction of their own, whatever the current one is.
	 */
	void write(List<NewGoal> goals) {
		if (!inGlobalTransaction((status) -> writeInCurrentTransaction(goals))) {
			onOwnConnection((connection) -> insertAndCommit(connection, goals));
		}
	}

	/**
	 * Do something in a global transaction, if there are such.
	 * @return whether it was done
	 */
	private boolean inGlobalTransaction(TransactionCallback<Boolean> action) {
		if (this.globalTransaction == null) {
			return false;
		}
		try {
			return Boolean.TRUE.equals(this.globalTransaction.execute(action));
		}
		catch (CannotCreateTransactionException ex) {
			throw GoalStorageException.withoutConnection(ex);
		}
		catch (TransactionException ex) {
			throw GoalStorageException.ofTransaction(ex);
		}
	}

	private void onOwnConnection(ConnectionAction action) {
		Connection connection = connect();
		try {
			action.run(connection);
		}
		catch (SQLException ex) {
			throw new GoalStorageException(ex);
		}
		finally {
			JdbcUtils.closeConnection(connection);
		}
	}

	private Connection connect() {
		try {
			return this.dataSource.getConnection();
		}
		catch (SQLException ex) {
			throw GoalStorageException.withoutConnection(ex);
		}
	}

	private void insertAndCommit(Connection connection, List<NewGoal> goals) throws SQLException {
		if (NotExecutedException.prepare(connection::getAutoCommit) && goals.size() == 1) {
			this.table.insert(connection, goals, NO_TIMEOUT);
			return;
		}
		inTransaction(connection, () -> {
			this.table.insert(connection, goals, NO_TIMEOUT);
			connection.commit();
		});
	}

	private static void inTransaction(Connection connection, SqlAction action) throws SQLException {
		boolean autoCommit = NotExecutedException.prepare(connection::getAutoCommit);
		NotExecutedException.prepare(() -> {
			connection.setAutoCommit(false);
			return connection;
		});
		try {
			action.run();
		}
		catch (Throwable ex) {
			// Switching to auto-commit would commit.
			leave(connection::rollback);
			throw ex;
		}
		finally {
			leave(() -> connection.setAutoCommit(autoCommit));
		}
	}

	/**
	 * What is done to a connection after all has been said about the goals does not
	 * change that.
	 */
	private static void leave(SqlAction change) {
		try {
			change.run();
		}
		catch (SQLException ex) {
			logger.debug("A connection could not be reset after storing goals", ex);
		}
	}

	/**
	 * Whether any of these goals is in the table, as others than the current transaction
	 * see it.
	 */
	boolean isAnyThere(List<NewGoal> goals) {
		try {
			return goals.stream().anyMatch((goal) -> this.table.contains(goal.id()));
		}
		catch (DataAccessException ex) {
			throw GoalStorageException.ofLookUp(ex);
		}
	}

	/**
	 * Wait until nobody is about to insert a goal: only then another can insert the same,
	 * which is not kept.
	 * @throws GoalStorageException a {@linkplain GoalStorageException#isRefusal refusal}
	 * if the goal has been inserted
	 */
	void awaitNoInsert(NewGoal goal) {
		List<NewGoal> goals = List.of(goal);
		boolean tried = inGlobalTransaction((status) -> {
			boolean written = writeInCurrentTransaction(goals, PROBE_TIMEOUT_SECONDS);
			status.setRollbackOnly();
			return written;
		});
		if (!tried) {
			onOwnConnection((connection) -> inTransaction(connection, () -> {
				this.table.insert(connection, goals, PROBE_TIMEOUT_SECONDS);
				connection.rollback();
			}));
		}
	}

	private interface ConnectionAction {

		void run(Connection connection) throws SQLException;

	}

	private interface SqlAction {

		void run() throws SQLException;

	}

}
