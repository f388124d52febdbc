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

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import com.github.kagkarlsson.scheduler.exceptions.ExecutionException;

/**
 * Says what became of a goal even if the database is away for a moment: otherwise the
 * goal would be sent a second time. Gives up when another node may have taken the goal
 * over.
 */
final class PersistentWrite {

	private static final long PAUSE_MILLIS = 200;

	private final Duration limit;

	private final BooleanSupplier stopping;

	/**
	 * Create one.
	 * @param limit how long to go on trying
	 * @param stopping whether there is no time for that
	 */
	PersistentWrite(Duration limit, BooleanSupplier stopping) {
		this.limit = limit;
		this.stopping = stopping;
	}

	void run(Runnable change) {
		boolean interrupted = Thread.interrupted();
		long deadline = System.nanoTime() + this.limit.toNanos();
		try {
			boolean again = false;
			while (!succeeds(change, deadline, again)) {
				again = true;
				TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
			}
		}
		catch (InterruptedException ex) {
			interrupted = true;
			change.run();
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private boolean succeeds(Runnable change, long deadline, boolean again) {
		try {
			change.run();
			return true;
		}
		catch (ExecutionException ex) {
			// The row is not as it was. So soon, it can only be this change that was made
			// although it seemed to fail.
			if (again) {
				return true;
			}
			throw ex;
		}
		catch (RuntimeException ex) {
			if (this.stopping.getAsBoolean() || System.nanoTime() - deadline >= 0) {
				throw ex;
			}
			return false;
		}
	}

}
