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

import io.datafast.jdbc.GoalTable.Counts;
import org.jspecify.annotations.Nullable;

/**
 * About how many goals there are in the table, without asking the database for each goal:
 * the last count, corrected by what this node has changed since. What other nodes add
 * shows with the next count. Thread-safe.
 */
final class Backlog {

	private final Count waiting = new Count();

	private final Count parked = new Count();

	private final int capacity;

	private final int parkedCapacity;

	private @Nullable Instant oldest;

	Backlog(int capacity, int parkedCapacity) {
		this.capacity = capacity;
		this.parkedCapacity = parkedCapacity;
	}

	/**
	 * Reserve room for goals that are going to be stored, to be {@linkplain #stored
	 * confirmed} or {@linkplain #abandoned given back}.
	 * @return whether there is room for all of them
	 */
	synchronized boolean reserve(int goals) {
		return this.waiting.reserve(goals, this.capacity);
	}

	/**
	 * Goals with a reservation are rows now.
	 */
	synchronized void stored(int goals) {
		this.waiting.confirm(goals);
	}

	/**
	 * Goals with a reservation will be no rows.
	 */
	synchronized void abandoned(int goals) {
		this.waiting.release(goals);
	}

	/**
	 * A goal in the table no longer waits.
	 */
	synchronized void ended() {
		this.waiting.remove();
	}

	/**
	 * Reserve room for a goal that is going to be parked, to be {@linkplain #parked
	 * confirmed} or {@linkplain #notParked given back}.
	 */
	synchronized boolean reserveParked() {
		return this.parked.reserve(1, this.parkedCapacity);
	}

	synchronized void parked() {
		this.parked.confirm(1);
	}

	synchronized void notParked() {
		this.parked.release(1);
	}

	synchronized boolean isFull() {
		return this.waiting.total() >= this.capacity;
	}

	synchronized int waitingCount() {
		return this.waiting.total();
	}

	synchronized int parkedCount() {
		return this.parked.total();
	}

	int capacity() {
		return this.capacity;
	}

	/**
	 * The age of the oldest goal that waited at the last count.
	 */
	synchronized @Nullable Duration oldestAge(Instant now) {
		return (this.oldest != null) ? Duration.between(this.oldest, now) : null;
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

		private long rows;

		private long reserved;

		/**
		 * By how many this node has ever changed the number of rows.
		 */
		private long changes;

		boolean reserve(int count, int limit) {
			if (this.rows + this.reserved + count > limit) {
				return false;
			}
			this.reserved += count;
			return true;
		}

		void confirm(int count) {
			this.reserved -= count;
			this.rows += count;
			this.changes += count;
		}

		void release(int count) {
			this.reserved -= count;
		}

		void remove() {
			this.rows--;
			this.changes--;
		}

		void counted(long counted, long changesBefore) {
			this.rows = counted + this.changes - changesBefore;
		}

		int total() {
			return (int) Math.max(0, this.rows + this.reserved);
		}

	}

}
