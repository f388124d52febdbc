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

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;

/**
 * The database refused a goal. It has no cause, since drivers quote what was to be stored
 * in their exceptions, and goals hold personal data.
 */
final class GoalStorageException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final boolean endedTransaction;

	GoalStorageException(SQLException failure) {
		this(failure, false);
	}

	private GoalStorageException(SQLException failure, boolean endedTransaction) {
		super(describe(failure));
		this.endedTransaction = endedTransaction;
	}

	/**
	 * A refusal in a transaction of the application, outside of any savepoint. The victim
	 * of a deadlock or of a serialization failure (SQL state class 40) loses more than
	 * the statement.
	 */
	static GoalStorageException inTransaction(SQLException failure) {
		boolean ended = false;
		for (SQLException current = failure; current != null; current = current.getNextException()) {
			ended |= current instanceof SQLTransactionRollbackException
					|| (current.getSQLState() != null && current.getSQLState().startsWith("40"));
		}
		return new GoalStorageException(failure, ended);
	}

	boolean hasEndedTransaction() {
		return this.endedTransaction;
	}

	private static String describe(SQLException failure) {
		SQLException refusal = failure;
		while (refusal instanceof BatchUpdateException && refusal.getNextException() != null) {
			refusal = refusal.getNextException();
		}
		return "The database refused a goal: " + firstLine(refusal) + " (SQL state " + refusal.getSQLState()
				+ ", error code " + refusal.getErrorCode() + ")";
	}

	/**
	 * The lines that follow may be about the row. The summary of a batch quotes all of
	 * it.
	 */
	private static String firstLine(SQLException refusal) {
		String message = refusal.getMessage();
		return (message != null && !(refusal instanceof BatchUpdateException)) ? message.lines().findFirst().orElse("")
				: refusal.getClass().getName();
	}

}
