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
 * An estimate of how many goals there are in the table, without a query for each goal:
 * the last count, corrected by what this node has changed since. Goals that other nodes
 * add are part of the next count. Thread-safe.
 */
final class Backlog {

	private final Count waiting;

	private final Count parked;

	private volatile @Nullable Instant oldest;

	Backlog(int capacity, int parkedCapacity) {
		this.waiting = new Count(capacity);
		this.parked = new Count(parkedCapacity);
	}

	/**
	 * The goals that wait or are in flight, and that are going to be stored.
	 */
	Count waiting() {
		return this.waiting;
	}

	/**
	 * The goals that are parked.
	 */
	Count parked() {
		return this.parked;
	}

	/**
	 * The age of the oldest goal that waited at the last count.
	 */
	@Nullable Duration oldestAge() {
		Instant oldest = this.oldest;
		return (oldest != null) ? Duration.between(oldest, Instant.now()) : null;
	}

	/**
	 * Forget the oldest goal until the next count.
	 */
	void forgetOldest() {
		this.oldest = null;
	}

	/**
	 * Count the goals in the table. A goal that is committed meanwhile may count twice
	 * until the next count.
	 */
	void refresh(GoalTable table) {
		long waitingChanges = this.waiting.changes();
		long parkedChanges = this.parked.changes();
		Counts counts = table.count();
		this.waiting.counted(counts.waiting(), waitingChanges);
		this.parked.counted(counts.parked(), parkedChanges);
		this.oldest = (counts.oldest() != null) ? GoalId.timeOrNull(counts.oldest()) : null;
	}

	/**
	 * A number of rows, and how many there may be.
	 */
	static final class Count {

		private final int limit;

		private long rows;

		private long reserved;

		/**
		 * The sum of all changes of the number of rows by this node.
		 */
		private long changes;

		private Count(int limit) {
			this.limit = limit;
		}

		/**
		 * Reserve room for rows that are going to be added, to be {@linkplain #release
		 * released}.
		 * @return whether there is room for all of them
		 */
		synchronized boolean reserve(int count) {
			if (this.rows + this.reserved + count > this.limit) {
				return false;
			}
			this.reserved += count;
			return true;
		}

		/**
		 * End the reservation of rows, which have been added or will not be.
		 */
		synchronized void release(int count, boolean added) {
			this.reserved -= count;
			change(added ? count : 0);
		}

		synchronized void change(int count) {
			this.rows += count;
			this.changes += count;
		}

		/**
		 * How many rows there are, and those that are going to be added.
		 */
		synchronized int total() {
			return (int) Math.max(0, this.rows + this.reserved);
		}

		/**
		 * How many rows there are.
		 */
		synchronized int stored() {
			return (int) Math.max(0, this.rows);
		}

		private synchronized long changes() {
			return this.changes;
		}

		private synchronized void counted(long counted, long changesBefore) {
			this.rows = counted + this.changes - changesBefore;
		}

	}

}
