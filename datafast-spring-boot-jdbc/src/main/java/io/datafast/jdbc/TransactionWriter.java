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
import java.sql.Savepoint;
import java.util.List;

import javax.sql.DataSource;

import io.datafast.jdbc.GoalTable.Database;
import io.datafast.jdbc.GoalTable.NewGoal;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Inserts goals in the current transaction, on its own connection. A failure leaves
 * nothing of the goals in the transaction, which can go on without them, or else the
 * transaction must not be committed.
 */
final class TransactionWriter {

	private final GoalTable table;

	private final boolean globalTransactions;

	/**
	 * Create a writer.
	 * @param table the table
	 * @param globalTransactions whether transactions span several resources (JTA)
	 */
	TransactionWriter(GoalTable table, boolean globalTransactions) {
		this.table = table;
		this.globalTransactions = globalTransactions;
	}

	/**
	 * Whether the current transaction is one of this database that can be written in.
	 * @throws SQLException if its connection cannot be asked
	 */
	boolean canWrite() throws SQLException {
		return !TransactionSynchronizationManager.isCurrentTransactionReadOnly()
				&& (this.globalTransactions || isBoundToTransaction());
	}

	/**
	 * A connection that is bound in a transaction of another resource commits each
	 * statement by itself.
	 */
	private boolean isBoundToTransaction() throws SQLException {
		return TransactionSynchronizationManager.getResource(this.table.dataSource()) instanceof ConnectionHolder holder
				&& holder.getConnectionHandle() != null && !holder.getConnection().getAutoCommit();
	}

	/**
	 * Insert goals.
	 * @throws SQLException if none of the goals is inserted, and the transaction can go
	 * on
	 * @throws ConcurrencyFailureException if the transaction must not be committed: the
	 * database has ended it, or some of the goals are inserted
	 */
	void write(List<NewGoal> goals) throws SQLException {
		DataSource dataSource = this.table.dataSource();
		Connection connection = DataSourceUtils.doGetConnection(dataSource);
		try {
			insertOrUndo(connection, goals, this.table.database());
		}
		finally {
			DataSourceUtils.releaseConnection(connection, dataSource);
		}
	}

	private void insertOrUndo(Connection connection, List<NewGoal> goals, Database database) throws SQLException {
		// With MySQL, a lock that is not granted in time ends the statement or the
		// transaction, whatever the driver says: the savepoint still exists or not.
		boolean savepointTells = database.isPostgreSql() || database.isMySql();
		Savepoint savepoint = needsSavepoint(connection, goals, savepointTells) ? connection.setSavepoint() : null;
		try {
			this.table.insert(connection, goals);
		}
		catch (SQLException ex) {
			boolean rolledBack = StorageFailure.isRollback(ex) && (savepoint == null || !savepointTells);
			if (!undo(connection, savepoint, goals, database) || rolledBack) {
				// To commit the rest would lose the application's changes silently.
				throw new ConcurrencyFailureException(StorageFailure.describe(ex));
			}
			throw ex;
		}
	}

	/**
	 * A single row is inserted or not, but a batch may fail halfway. PostgreSQL goes on
	 * only from a savepoint, which ends with the transaction. In global transactions,
	 * savepoints are forbidden.
	 */
	private boolean needsSavepoint(Connection connection, List<NewGoal> goals, boolean savepointTells)
			throws SQLException {
		return !this.globalTransactions && (savepointTells || goals.size() > 1)
				&& connection.getMetaData().supportsSavepoints();
	}

	private boolean undo(Connection connection, @Nullable Savepoint savepoint, List<NewGoal> goals, Database database) {
		try {
			if (savepoint != null) {
				connection.rollback(savepoint);
				return true;
			}
			if (database.isPostgreSql()) {
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

}
