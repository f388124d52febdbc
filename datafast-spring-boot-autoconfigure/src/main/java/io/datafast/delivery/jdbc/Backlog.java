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
import java.util.concurrent.atomic.AtomicLong;

import io.datafast.delivery.jdbc.GoalTable.Counts;
import org.jspecify.annotations.Nullable;

/**
 * About how many goals there are in the table, without asking the database for each goal:
 * what was counted last, and what this node has added and removed since. What other nodes
 * add shows with the next count. Thread-safe.
 */
final class Backlog {

	private final int capacity;

	private final int parkedCapacity;

	private final AtomicLong waiting = new AtomicLong();

	private final AtomicLong waitingChanges = new AtomicLong();

	private final AtomicLong parked = new AtomicLong();

	private volatile @Nullable Instant oldest;

	Backlog(int capacity, int parkedCapacity) {
		this.capacity = capacity;
		this.parkedCapacity = parkedCapacity;
	}

	/**
	 * Count a goal in that is going to wait, unless as many as the capacity do.
	 */
	boolean tryAdd() {
		if (this.waiting.incrementAndGet() > this.capacity) {
			this.waiting.decrementAndGet();
			return false;
		}
		this.waitingChanges.incrementAndGet();
		return true;
	}

	/**
	 * A goal no longer waits.
	 */
	void removed() {
		this.waiting.decrementAndGet();
		this.waitingChanges.decrementAndGet();
	}

	void parked() {
		this.parked.incrementAndGet();
	}

	boolean hasRoomForParked() {
		return this.parked.get() < this.parkedCapacity;
	}

	boolean isFull() {
		return this.waiting.get() >= this.capacity;
	}

	int capacity() {
		return this.capacity;
	}

	int waitingCount() {
		return (int) Math.max(0, this.waiting.get());
	}

	int parkedCount() {
		return (int) Math.max(0, this.parked.get());
	}

	/**
	 * The age of the oldest goal that waited at the last count.
	 */
	@Nullable Duration oldestAge(Instant now) {
		Instant oldest = this.oldest;
		return (oldest != null) ? Duration.between(oldest, now) : null;
	}

	/**
	 * Count.
	 */
	void refresh(GoalTable table) {
		long changesBefore = this.waitingChanges.get();
		Counts counts = table.count();
		this.waiting.set(counts.waiting() + this.waitingChanges.get() - changesBefore);
		this.parked.set(counts.parked());
		this.oldest = (counts.oldest() != null) ? GoalId.timeOrNull(counts.oldest()) : null;
	}

}
