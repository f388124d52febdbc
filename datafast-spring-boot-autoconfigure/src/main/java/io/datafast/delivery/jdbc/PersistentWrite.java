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

import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import com.github.kagkarlsson.scheduler.exceptions.ExecutionException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.jdbc.CannotGetJdbcConnectionException;

/**
 * Says in the table what became of a goal, for as long as it takes: if the database is
 * away and the row stayed as it is, the goal would be sent a second time. Ends when the
 * row has been changed, or when it turns out that another node has taken the goal over.
 */
final class PersistentWrite {

	private static final long PAUSE_MILLIS = 200;

	private final Log log = LogFactory.getLog(JdbcGoalDispatcher.class);

	private final BooleanSupplier stopping;

	/**
	 * Create one.
	 * @param stopping whether there is no time to try again
	 */
	PersistentWrite(BooleanSupplier stopping) {
		this.stopping = stopping;
	}

	/**
	 * Change a row.
	 * @param change throws an {@link ExecutionException} if the row is no longer as it
	 * was
	 * @param evident whether the row looks as if the change had been made
	 * @return whether the row has been changed; {@code false} if another node has taken
	 * the goal over
	 * @throws RuntimeException if the change cannot be made, or not before the end
	 */
	boolean run(Runnable change, BooleanSupplier evident) {
		boolean interrupted = Thread.interrupted();
		boolean doubtful = false;
		try {
			while (true) {
				try {
					return make(change, doubtful, evident);
				}
				catch (RuntimeException ex) {
					if (this.stopping.getAsBoolean() || isHopeless(ex)) {
						throw ex;
					}
					// Without a connection nothing can have been changed; otherwise the
					// database may have done it without being able to say so.
					doubtful = doubtful || !(ex instanceof CannotGetJdbcConnectionException);
					this.log.debug("The database cannot be told what became of a goal; it will be tried again", ex);
				}
				TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
			}
		}
		catch (InterruptedException ex) {
			interrupted = true;
			return make(change, doubtful, evident);
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private static boolean make(Runnable change, boolean doubtful, BooleanSupplier evident) {
		try {
			change.run();
			return true;
		}
		catch (ExecutionException ex) {
			return doubtful && evident.getAsBoolean();
		}
	}

	/**
	 * Whether the database refuses the data: then it will do so the next time, too.
	 */
	static boolean isHopeless(RuntimeException failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof SQLException sqlException && sqlException.getSQLState() != null) {
				String state = sqlException.getSQLState();
				return state.startsWith("22") || state.startsWith("23");
			}
		}
		return false;
	}

}
