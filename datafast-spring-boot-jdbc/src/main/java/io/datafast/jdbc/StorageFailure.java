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
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.UncategorizedDataAccessException;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;

/**
 * What a failure to store goals means, and how to describe it: drivers quote the data in
 * their exceptions, and goals hold personal data.
 */
final class StorageFailure {

	private StorageFailure() {
	}

	/**
	 * A description without data.
	 */
	static String describe(Throwable failure) {
		SQLException cause = innermost(failure);
		if (cause == null) {
			return "Goals cannot be stored: " + failure.getClass().getName();
		}
		return (isRefusal(cause) ? "The database refused a goal: " : "Goals cannot be stored: ") + firstLine(cause)
				+ " (SQL state " + cause.getSQLState() + ", error code " + cause.getErrorCode() + ")";
	}

	/**
	 * Whether the database refuses the goals, and would refuse them again.
	 */
	static boolean isRefusal(Throwable failure) {
		DataAccessException translated = translate(failure);
		return translated instanceof NonTransientDataAccessException
				&& !(translated instanceof NonTransientDataAccessResourceException)
				&& !(translated instanceof UncategorizedDataAccessException);
	}

	/**
	 * Whether a row with the same key exists.
	 */
	static boolean isDuplicate(Throwable failure) {
		return translate(failure) instanceof DuplicateKeyException;
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

	private static @Nullable DataAccessException translate(Throwable failure) {
		SQLException cause = innermost(failure);
		return (cause != null) ? new SQLExceptionSubclassTranslator().translate("Store a goal", null, cause) : null;
	}

	/**
	 * Find the exception that tells the cause. Drivers put the cause of a batch's failure
	 * in different places.
	 */
	private static @Nullable SQLException innermost(Throwable failure) {
		Throwable cause = failure;
		while (cause != null && !(cause instanceof SQLException)) {
			cause = cause.getCause();
		}
		if (cause == null) {
			return null;
		}
		SQLException innermost = (SQLException) cause;
		while (innermost instanceof BatchUpdateException && innermost.getNextException() != null) {
			innermost = innermost.getNextException();
		}
		boolean summary = innermost instanceof BatchUpdateException || innermost.getSQLState() == null;
		return (summary && innermost.getCause() instanceof SQLException detail) ? detail : innermost;
	}

	/**
	 * The first line of the message. Further lines may quote data of the row, and the
	 * message of a batch quotes all of it.
	 */
	private static String firstLine(SQLException failure) {
		String message = failure.getMessage();
		return (message != null && !(failure instanceof BatchUpdateException)) ? message.lines().findFirst().orElse("")
				: failure.getClass().getName();
	}

}
