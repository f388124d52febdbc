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

import io.datafast.jdbc.GoalTable.NewGoal;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.JdbcTransactionObjectSupport;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Inserts goals in the current transaction, on its own connection. After a failure, none
 * of the goals is part of the transaction, and the transaction can go on without them.
 * Where this is impossible, an exception keeps the transaction from being committed.
 * Thread-safe.
 */
final class TransactionWriter {

	private final Log log = LogFactory.getLog(JdbcGoalDispatcher.class);

	private final GoalTable table;

	private final Backlog backlog;

	private final boolean globalTransactions;

	private final DataSourceTransactions transactions;

	/**
	 * Marks a transaction of another resource within one of this database.
	 */
	private final TransactionSynchronization ofAnotherResource = new TransactionSynchronization() {
	};

	private final Runnable stored;

	/**
	 * Create a writer.
	 * @param table the table
	 * @param backlog bounds the goals
	 * @param globalTransactions whether transactions span several resources (JTA)
	 * @param stored called when goals may have been committed
	 */
	TransactionWriter(GoalTable table, Backlog backlog, boolean globalTransactions, Runnable stored) {
		this.table = table;
		this.backlog = backlog;
		this.globalTransactions = globalTransactions;
		this.transactions = new DataSourceTransactions(table.dataSource());
		this.stored = stored;
	}

	/**
	 * A transaction has begun. While one of another resource runs within one of this
	 * database, the connection of the outer transaction stays bound to the thread.
	 */
	void begun(TransactionExecution transaction) {
		Object bound = TransactionSynchronizationManager.getResource(this.table.dataSource());
		if (bound != null && bound != connectionHolder(transaction)
				&& TransactionSynchronizationManager.isSynchronizationActive()) {
			TransactionSynchronizationManager.registerSynchronization(this.ofAnotherResource);
		}
	}

	private static @Nullable Object connectionHolder(TransactionExecution transaction) {
		return (transaction instanceof DefaultTransactionStatus status && status.hasTransaction()
				&& status.getTransaction() instanceof JdbcTransactionObjectSupport object
				&& object.hasConnectionHolder()) ? object.getConnectionHolder() : null;
	}

	/**
	 * Insert goals.
	 * @return whether they are part of the transaction now. If not, none is.
	 * @throws ConcurrencyFailureException if the transaction must not be committed: the
	 * database has ended it, or some of the goals are inserted
	 */
	boolean write(List<NewGoal> goals) {
		if (!isOfThisDatabase() || hasFailedBefore() || !this.backlog.waiting().reserve(goals.size())) {
			return false;
		}
		WrittenGoals written = new WrittenGoals();
		// Registered before the insert, since the insert may fail.
		TransactionSynchronizationManager.registerSynchronization(written);
		try {
			insert(goals);
			written.count = goals.size();
		}
		catch (ConcurrencyFailureException ex) {
			throw ex;
		}
		catch (SQLException | RuntimeException ex) {
			this.log.debug(GoalTable.describe(ex) + ". This is tried again after the transaction");
		}
		finally {
			this.backlog.waiting().release(goals.size() - written.count, false);
		}
		return written.count > 0;
	}

	private boolean isOfThisDatabase() {
		return !TransactionSynchronizationManager.isCurrentTransactionReadOnly()
				&& (this.globalTransactions || (this.transactions.isActive()
						&& !TransactionSynchronizationManager.getSynchronizations().contains(this.ofAnotherResource)));
	}

	/**
	 * Whether an insert has failed in this transaction before. It is not repeated for
	 * later goals: the failure may have ended the transaction, or the insert may have
	 * waited for a lock in vain.
	 */
	private static boolean hasFailedBefore() {
		return TransactionSynchronizationManager.getSynchronizations()
			.stream()
			.anyMatch((synchronization) -> synchronization instanceof WrittenGoals goals && goals.count == 0);
	}

	private void insert(List<NewGoal> goals) throws SQLException {
		DataSource dataSource = this.table.dataSource();
		Connection connection = DataSourceUtils.doGetConnection(dataSource);
		try {
			// A batch may fail halfway, and PostgreSQL goes on only from a savepoint. In
			// global transactions, savepoints are forbidden.
			Savepoint savepoint = this.globalTransactions ? null : connection.setSavepoint();
			try {
				this.table.insert(connection, goals);
			}
			catch (SQLException ex) {
				if (!undo(connection, savepoint, goals.size(), ex)) {
					// To commit the rest would lose the application's changes silently.
					throw new ConcurrencyFailureException(GoalTable.describe(ex));
				}
				throw ex;
			}
		}
		finally {
			DataSourceUtils.releaseConnection(connection, dataSource);
		}
	}

	/**
	 * Take back what has been inserted. With PostgreSQL and MySQL, the rollback to the
	 * savepoint shows that the transaction goes on, since savepoints end with it. MySQL's
	 * error code does not tell this: a lock that is not granted in time ends either the
	 * statement or the transaction. With other databases, the victim of a deadlock or of
	 * a serialization failure loses the transaction.
	 * @return whether the transaction can go on
	 */
	private boolean undo(Connection connection, @Nullable Savepoint savepoint, int count, SQLException failure) {
		Database database = this.table.database();
		if (savepoint == null) {
			return count == 1 && !database.isPostgreSql() && !isRollback(failure);
		}
		try {
			connection.rollback(savepoint);
			return database.isPostgreSql() || database.isMySql() || !isRollback(failure);
		}
		catch (SQLException ex) {
			return false;
		}
	}

	private static boolean isRollback(SQLException failure) {
		return new SQLExceptionSubclassTranslator().translate("insert", null,
				failure) instanceof ConcurrencyFailureException;
	}

	/**
	 * Knows the transactions of a {@code DataSource}.
	 */
	@SuppressWarnings("serial")
	private static final class DataSourceTransactions extends JdbcTransactionManager {

		private DataSourceTransactions(DataSource dataSource) {
			super(dataSource);
		}

		/**
		 * Whether the current transaction is one of this {@code DataSource}. A connection
		 * that is only used in a transaction of another resource is bound to the thread,
		 * too. Its holder is synchronized, but not active. The holder of a JPA
		 * transaction's connection is neither.
		 */
		private boolean isActive() {
			return TransactionSynchronizationManager.getResource(obtainDataSource()) instanceof ConnectionHolder holder
					&& (!holder.isSynchronizedWithTransaction() || isExistingTransaction(doGetTransaction()));
		}

	}

	/**
	 * Goals that are rows of a transaction, and whose reservation ends with it.
	 */
	private final class WrittenGoals implements TransactionSynchronization {

		private int count;

		@Override
		public void afterCompletion(int status) {
			if (this.count > 0) {
				TransactionWriter.this.backlog.waiting().release(this.count, status == STATUS_COMMITTED);
				TransactionWriter.this.stored.run();
			}
		}

	}

}
