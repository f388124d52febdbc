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
import java.time.Instant;

import io.datafast.delivery.jdbc.GoalTable.Counts;
import org.jspecify.annotations.Nullable;

/**
 * About how many goals there are in the table, without asking the database for each goal:
 * what was counted last, what this node has added and removed since, and what it is about
 * to add. What other nodes add shows with the next count. Thread-safe.
 */
final class Backlog {

	private final int capacity;

	private final int parkedCapacity;

	private long waiting;

	/**
	 * Of these, how many are not in the table yet.
	 */
	private long uncommitted;

	/**
	 * By how many this node has ever changed what is in the table.
	 */
	private long changes;

	private long parked;

	private @Nullable Instant oldest;

	Backlog(int capacity, int parkedCapacity) {
		this.capacity = capacity;
		this.parkedCapacity = parkedCapacity;
	}

	/**
	 * Count a goal in that is going to be stored, unless as many as the capacity wait.
	 * Whoever does so says what became of it: {@link #stored} or {@link #abandoned}.
	 */
	synchronized boolean tryAdd() {
		if (this.waiting >= this.capacity) {
			return false;
		}
		this.waiting++;
		this.uncommitted++;
		return true;
	}

	/**
	 * Goals are in the table now.
	 */
	synchronized void stored(int count) {
		this.uncommitted -= count;
		this.changes += count;
	}

	/**
	 * A goal will not get into the table.
	 */
	synchronized void abandoned() {
		this.uncommitted--;
		this.waiting--;
	}

	/**
	 * A goal in the table no longer waits.
	 */
	synchronized void ended() {
		this.waiting--;
		this.changes--;
	}

	synchronized void parked() {
		this.parked++;
	}

	synchronized boolean hasRoomForParked() {
		return this.parked < this.parkedCapacity;
	}

	synchronized boolean isFull() {
		return this.waiting >= this.capacity;
	}

	synchronized int waitingCount() {
		return (int) Math.max(0, this.waiting);
	}

	synchronized int parkedCount() {
		return (int) this.parked;
	}

	/**
	 * The age of the oldest goal that waited at the last count.
	 */
	synchronized @Nullable Duration oldestAge(Instant now) {
		return (this.oldest != null) ? Duration.between(this.oldest, now) : null;
	}

	/**
	 * Count. A goal that is committed while this counts may count twice until the next
	 * time.
	 */
	void refresh(GoalTable table) {
		long changesBefore = changes();
		counted(table.count(), changesBefore);
	}

	private synchronized long changes() {
		return this.changes;
	}

	private synchronized void counted(Counts counts, long changesBefore) {
		this.waiting = counts.waiting() + this.uncommitted + this.changes - changesBefore;
		this.parked = counts.parked();
		this.oldest = (counts.oldest() != null) ? GoalId.timeOrNull(counts.oldest()) : null;
	}

}
