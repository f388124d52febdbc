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

package io.datafast.delivery;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Warns at most once a minute of goals that found the queue full, with their number.
 */
final class OverflowLog {

	private static final long INTERVAL = TimeUnit.MINUTES.toNanos(1);

	private final Log log = LogFactory.getLog(InMemoryGoalDispatcher.class);

	private final int capacity;

	private final LongSupplier nanoTime;

	private final AtomicLong unreported = new AtomicLong();

	private final AtomicLong nextReport;

	OverflowLog(int capacity, LongSupplier nanoTime) {
		this.capacity = capacity;
		this.nanoTime = nanoTime;
		this.nextReport = new AtomicLong(nanoTime.getAsLong());
	}

	void dropped() {
		this.unreported.incrementAndGet();
		long now = this.nanoTime.getAsLong();
		long next = this.nextReport.get();
		if (now - next >= 0 && this.nextReport.compareAndSet(next, now + INTERVAL)) {
			report();
		}
	}

	void report() {
		long count = this.unreported.getAndSet(0);
		if (count > 0) {
			this.log.warn("Dropped " + count + " goal(s): the queue of " + this.capacity + " is full. DataFast is"
					+ " slower than goals are tracked, or does not answer; datafast.delivery.capacity sets the size.");
		}
	}

}
