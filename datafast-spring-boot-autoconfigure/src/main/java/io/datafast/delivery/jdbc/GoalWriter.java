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

import io.datafast.delivery.jdbc.GoalTable.NewGoal;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Writes goals to the table, in the application's transaction or in one of their own.
 */
final class GoalWriter {

	private final DataSource dataSource;

	private final GoalTable table;

	private final @Nullable TransactionTemplate globalTransaction;

	private final boolean failureAbortsTransaction;

	/**
	 * Create a writer.
	 * @param dataSource gives connections that take part in no transaction by themselves
	 * @param table the table
	 * @param globalTransactionManager manages transactions over several resources, or
	 * {@code null} if each {@code DataSource} has its own
	 * @param failureAbortsTransaction whether the database refuses to go on in a
	 * transaction after a statement failed
	 */
	GoalWriter(DataSource dataSource, GoalTable table, @Nullable PlatformTransactionManager globalTransactionManager,
			boolean failureAbortsTransaction) {
		this.dataSource = dataSource;
		this.table = table;
		this.globalTransaction = (globalTransactionManager != null) ? new TransactionTemplate(globalTransactionManager)
				: null;
		if (this.globalTransaction != null) {
			this.globalTransaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
		}
		this.failureAbortsTransaction = failureAbortsTransaction;
	}

	/**
	 * Write goals in the current transaction. If it fails, the transaction can go on
	 * without them.
	 * @return whether the current transaction is one of this database
	 */
	boolean writeInCurrentTransaction(List<NewGoal> goals) {
		if (this.globalTransaction == null && !isBoundToTransaction()) {
			return false;
		}
		boolean savepoint = this.failureAbortsTransaction && this.globalTransaction == null;
		Connection connection = DataSourceUtils.getConnection(this.dataSource);
		try {
			if (savepoint) {
				insertAfterSavepoint(connection, goals);
			}
			else {
				this.table.insert(connection, goals);
			}
			return true;
		}
		catch (SQLException ex) {
			throw savepoint ? new GoalStorageException(ex) : GoalStorageException.inTransaction(ex);
		}
		finally {
			DataSourceUtils.releaseConnection(connection, this.dataSource);
		}
	}

	/**
	 * A connection that is bound in a transaction of another resource commits each
	 * statement by itself.
	 */
	private boolean isBoundToTransaction() {
		if (!(TransactionSynchronizationManager.getResource(this.dataSource) instanceof ConnectionHolder holder)) {
			return false;
		}
		try {
			return !holder.getConnection().getAutoCommit();
		}
		catch (SQLException ex) {
			throw new GoalStorageException(ex);
		}
	}

	private void insertAfterSavepoint(Connection connection, List<NewGoal> goals) throws SQLException {
		Savepoint savepoint = connection.setSavepoint();
		try {
			this.table.insert(connection, goals);
		}
		catch (SQLException | RuntimeException ex) {
			connection.rollback(savepoint);
			throw ex;
		}
		connection.releaseSavepoint(savepoint);
	}

	/**
	 * Write goals in a transaction of their own, whatever the current one is.
	 */
	void write(List<NewGoal> goals) {
		if (this.globalTransaction != null) {
			this.globalTransaction.executeWithoutResult((status) -> writeInCurrentTransaction(goals));
			return;
		}
		try (Connection connection = this.dataSource.getConnection()) {
			if (connection.getAutoCommit() && goals.size() == 1) {
				this.table.insert(connection, goals);
			}
			else {
				insertAndCommit(connection, goals);
			}
		}
		catch (SQLException ex) {
			throw new GoalStorageException(ex);
		}
	}

	private void insertAndCommit(Connection connection, List<NewGoal> goals) throws SQLException {
		boolean autoCommit = connection.getAutoCommit();
		connection.setAutoCommit(false);
		try {
			this.table.insert(connection, goals);
			connection.commit();
		}
		catch (SQLException | RuntimeException ex) {
			connection.rollback();
			throw ex;
		}
		finally {
			connection.setAutoCommit(autoCommit);
		}
	}

	/**
	 * Whether a goal is in the table, as others than the current transaction see it.
	 */
	boolean isCommitted(NewGoal goal) {
		try (Connection connection = this.dataSource.getConnection()) {
			boolean committed = this.table.contains(connection, goal.id());
			if (!connection.getAutoCommit()) {
				connection.rollback();
			}
			return committed;
		}
		catch (SQLException ex) {
			throw new GoalStorageException(ex);
		}
	}

}
