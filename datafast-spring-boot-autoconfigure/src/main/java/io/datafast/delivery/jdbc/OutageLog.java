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
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.datafast.DataFastException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Tells the beginning and the end of an outage, once each, and pauses that DataFast asked
 * for at most once a minute. Thread-safe.
 */
public final class OutageLog {

	private static final long PAUSE_INTERVAL = Duration.ofMinutes(1).toNanos();

	private final Log log;

	private final LongSupplier now;

	private final AtomicLong unreachableSince = new AtomicLong();

	private final AtomicLong nextPauseReport;

	/**
	 * Create a log.
	 * @param source the dispatcher whose log it is
	 * @param now tells the time in nanoseconds since some moment
	 */
	public OutageLog(Class<?> source, LongSupplier now) {
		this.log = LogFactory.getLog(source);
		this.now = now;
		this.nextPauseReport = new AtomicLong(now.getAsLong());
	}

	/**
	 * DataFast has become unreachable.
	 * @param failure the failure that shows it
	 */
	public void unreachable(DataFastException failure) {
		this.unreachableSince.set(this.now.getAsLong());
		this.log.warn(failure.getMessage() + ". Goals wait, and DataFast is probed until it answers; check the network"
				+ " and datafast.base-url if it never did.");
	}

	/**
	 * DataFast answers again.
	 * @param pending how many goals are pending
	 */
	public void reachable(int pending) {
		Duration duration = Duration.ofNanos(this.now.getAsLong() - this.unreachableSince.get());
		this.log
			.info("DataFast answers again after " + duration.toSeconds() + " s; " + pending + " goal(s) are pending");
	}

	/**
	 * DataFast asked for a pause.
	 * @param pause how long
	 * @param failure what it answered
	 */
	public void paused(Duration pause, DataFastException failure) {
		long now = this.now.getAsLong();
		long next = this.nextPauseReport.get();
		String message = "DataFast asks for a pause of " + pause.toSeconds() + " s: " + failure.getMessage();
		if (now - next >= 0 && this.nextPauseReport.compareAndSet(next, now + PAUSE_INTERVAL)) {
			this.log.warn(message + " (further pauses within a minute are logged at DEBUG)");
		}
		else {
			this.log.debug(message);
		}
	}

}
