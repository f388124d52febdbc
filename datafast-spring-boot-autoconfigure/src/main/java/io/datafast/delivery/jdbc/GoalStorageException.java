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

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.UncategorizedDataAccessException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;
import org.springframework.transaction.TransactionException;

/**
 * A goal could not be stored. It has no cause, since drivers quote what was to be stored
 * in their exceptions, and goals hold personal data.
 */
final class GoalStorageException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final Kind kind;

	private final boolean endedTransaction;

	GoalStorageException(SQLException failure) {
		this(failure, false);
	}

	private GoalStorageException(SQLException failure, boolean endedTransaction) {
		this(describe(innermost(failure)), kind(failure), endedTransaction);
	}

	private GoalStorageException(String message, Kind kind, boolean endedTransaction) {
		super(message);
		this.kind = kind;
		this.endedTransaction = endedTransaction;
	}

	/**
	 * A failure in a transaction of the application that must not be committed any more.
	 */
	static GoalStorageException withEndOfTransaction(SQLException failure) {
		return new GoalStorageException(failure, true);
	}

	/**
	 * A failure before anything could have been stored.
	 */
	static GoalStorageException withoutConnection(Throwable failure) {
		SQLException cause = findSqlException(failure);
		String detail = (cause != null) ? firstLine(cause) : failure.getClass().getName();
		return new GoalStorageException("Goals cannot be stored, there is no connection to the database: " + detail,
				Kind.NOT_CONNECTED, false);
	}

	/**
	 * A transaction of its own did not come to an end as it should. What the exception
	 * says is about the transaction alone.
	 */
	static GoalStorageException ofTransaction(TransactionException failure) {
		return new GoalStorageException("The transaction that stores a goal failed: " + failure, Kind.IN_DOUBT, false);
	}

	/**
	 * It could not be found out whether a goal is there.
	 */
	static GoalStorageException ofLookUp(DataAccessException failure) {
		SQLException cause = findSqlException(failure);
		if (cause == null || failure instanceof CannotGetJdbcConnectionException) {
			return withoutConnection(failure);
		}
		return new GoalStorageException(describe("Goals could not be looked up: ", innermost(cause)), Kind.IN_DOUBT,
				false);
	}

	private static @Nullable SQLException findSqlException(Throwable failure) {
		Throwable cause = failure;
		while (cause != null && !(cause instanceof SQLException)) {
			cause = cause.getCause();
		}
		return (SQLException) cause;
	}

	/**
	 * Whether the database has not stored the goal, and would not the next time.
	 */
	boolean isRefusal() {
		return this.kind == Kind.REFUSED || this.kind == Kind.DUPLICATE;
	}

	/**
	 * Whether that is because such a goal is there already.
	 */
	boolean isDuplicate() {
		return this.kind == Kind.DUPLICATE;
	}

	/**
	 * Whether nothing could be stored, since there was no connection.
	 */
	boolean isWithoutConnection() {
		return this.kind == Kind.NOT_CONNECTED;
	}

	/**
	 * Whether the goal may have been stored all the same, since the database has not
	 * answered.
	 */
	boolean leavesDoubt() {
		return this.kind == Kind.IN_DOUBT;
	}

	/**
	 * Whether the application's transaction must not be committed any more.
	 */
	boolean hasEndedTransaction() {
		return this.endedTransaction;
	}

	/**
	 * Whether the database has rolled the transaction back. The victim of a deadlock or
	 * of a serialization failure (SQL state class 40) loses more than the statement.
	 */
	static boolean isRollback(SQLException failure) {
		for (SQLException current = failure; current != null; current = current.getNextException()) {
			if (current instanceof SQLTransactionRollbackException
					|| (current.getSQLState() != null && current.getSQLState().startsWith("40"))) {
				return true;
			}
		}
		return false;
	}

	private static Kind kind(SQLException failure) {
		SQLException innermost = innermost(failure);
		if (translate(innermost) instanceof DuplicateKeyException) {
			return Kind.DUPLICATE;
		}
		if (isRefusal(innermost)) {
			return Kind.REFUSED;
		}
		return (failure instanceof NotExecutedException || isCertain(innermost)) ? Kind.NOT_STORED : Kind.IN_DOUBT;
	}

	/**
	 * Whether the database has answered that it cannot do it now: it is read-only (class
	 * 25, and two codes of MySQL's), it has rolled the transaction back (class 40, but
	 * for the one that it does not know of) or has no resources left (class 53).
	 */
	private static boolean isCertain(SQLException failure) {
		String state = (failure.getSQLState() != null) ? failure.getSQLState() : "";
		return state.startsWith("25") || (state.startsWith("40") && !state.equals("40003")) || state.startsWith("53")
				|| (state.equals("HY000") && (failure.getErrorCode() == 1290 || failure.getErrorCode() == 1836));
	}

	private static @Nullable DataAccessException translate(SQLException failure) {
		return new SQLExceptionSubclassTranslator().translate("Store a goal", null, failure);
	}

	private static boolean isRefusal(SQLException failure) {
		DataAccessException translated = translate(failure);
		return translated instanceof NonTransientDataAccessException
				&& !(translated instanceof NonTransientDataAccessResourceException)
				&& !(translated instanceof UncategorizedDataAccessException);
	}

	private static String describe(SQLException failure) {
		return describe(isRefusal(failure) ? "The database refused a goal: " : "A goal could not be stored: ", failure);
	}

	private static String describe(String what, SQLException failure) {
		return what + firstLine(failure) + " (SQL state " + failure.getSQLState() + ", error code "
				+ failure.getErrorCode() + ")";
	}

	/**
	 * Drivers say differently what became of a batch.
	 */
	private static SQLException innermost(SQLException failure) {
		SQLException innermost = failure;
		while (innermost instanceof BatchUpdateException && innermost.getNextException() != null) {
			innermost = innermost.getNextException();
		}
		boolean summary = innermost instanceof BatchUpdateException || innermost instanceof NotExecutedException
				|| innermost.getSQLState() == null;
		return (summary && innermost.getCause() instanceof SQLException cause) ? cause : innermost;
	}

	/**
	 * The lines that follow may be about the row. The summary of a batch quotes all of
	 * it.
	 */
	private static String firstLine(SQLException failure) {
		String message = failure.getMessage();
		return (message != null && !(failure instanceof BatchUpdateException)) ? message.lines().findFirst().orElse("")
				: failure.getClass().getName();
	}

	private enum Kind {

		REFUSED, DUPLICATE, NOT_CONNECTED, NOT_STORED, IN_DOUBT

	}

}
