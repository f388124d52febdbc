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

import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;

import io.datafast.jdbc.GoalTable.Counts;
import org.jspecify.annotations.Nullable;

/**
 * About how many goals there are in the table, without asking the database for each goal:
 * the last count, corrected by what this node has changed since. What other nodes add
 * shows with the next count. Thread-safe.
 */
final class Backlog {

	private final Count waiting;

	private final Count parked;

	private @Nullable Instant oldest;

	Backlog(int capacity, int parkedCapacity) {
		this.waiting = new Count(capacity);
		this.parked = new Count(parkedCapacity);
	}

	/**
	 * Reserve room for goals that are going to be stored, to be {@linkplain #release
	 * released}.
	 * @return whether there is room for all of them
	 */
	synchronized boolean reserve(int goals) {
		return this.waiting.reserve(goals);
	}

	/**
	 * Goals with a reservation are rows now, or will be none.
	 */
	synchronized void release(int goals, boolean stored) {
		this.waiting.release(goals, stored);
	}

	/**
	 * A goal in the table no longer waits.
	 */
	synchronized void ended() {
		this.waiting.add(-1);
	}

	/**
	 * Park a goal if there is room for it, also if many goals are parked at the same
	 * moment.
	 * @param park parks the goal, and says whether it did
	 * @param otherwise what to do instead if there is no room
	 * @return what either says
	 */
	boolean park(BooleanSupplier park, BooleanSupplier otherwise) {
		if (!reserveParked()) {
			return otherwise.getAsBoolean();
		}
		boolean parked = false;
		try {
			parked = park.getAsBoolean();
			return parked;
		}
		finally {
			releaseParked(parked);
		}
	}

	private synchronized boolean reserveParked() {
		return this.parked.reserve(1);
	}

	private synchronized void releaseParked(boolean added) {
		this.parked.release(1, added);
	}

	synchronized int waitingCount() {
		return this.waiting.total();
	}

	synchronized int parkedCount() {
		return this.parked.total();
	}

	/**
	 * The age of the oldest goal that waited at the last count.
	 */
	synchronized @Nullable Duration oldestAge(Instant now) {
		return (this.oldest != null) ? Duration.between(this.oldest, now) : null;
	}

	/**
	 * Forget the oldest goal until the next count.
	 */
	synchronized void forgetOldest() {
		this.oldest = null;
	}

	/**
	 * Count. A goal that is committed meanwhile may count twice until the next time.
	 */
	void refresh(GoalTable table) {
		long waitingChanges;
		long parkedChanges;
		synchronized (this) {
			waitingChanges = this.waiting.changes;
			parkedChanges = this.parked.changes;
		}
		Counts counts = table.count();
		synchronized (this) {
			this.waiting.counted(counts.waiting(), waitingChanges);
			this.parked.counted(counts.parked(), parkedChanges);
			this.oldest = (counts.oldest() != null) ? GoalId.timeOrNull(counts.oldest()) : null;
		}
	}

	/**
	 * A number of rows.
	 */
	private static final class Count {

		private final int limit;

		private long rows;

		private long reserved;

		/**
		 * By how many this node has ever changed the number of rows.
		 */
		private long changes;

		Count(int limit) {
			this.limit = limit;
		}

		boolean reserve(int count) {
			if (this.rows + this.reserved + count > this.limit) {
				return false;
			}
			this.reserved += count;
			return true;
		}

		void release(int count, boolean added) {
			this.reserved -= count;
			if (added) {
				add(count);
			}
		}

		void add(int count) {
			this.rows += count;
			this.changes += count;
		}

		void counted(long counted, long changesBefore) {
			this.rows = counted + this.changes - changesBefore;
		}

		int total() {
			return (int) Math.max(0, this.rows + this.reserved);
		}

	}

}
