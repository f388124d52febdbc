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
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Whether this node may call DataFast. Closed for the time of a pause that DataFast asked
 * for, and while DataFast is unreachable, when one goal at a time is let through as a
 * probe. DataFast counts as unreachable, too, when a number of calls in a row got no
 * answer in time. Thread-safe; never blocks.
 */
final class DeliveryGate {

	private static final Pass ORDINARY = new Pass();

	private final int unansweredLimit;

	private final IntFunction<Duration> backoff;

	private final LongSupplier clock;

	private long pausedUntil;

	private int failedProbes;

	private long probeAt;

	private @Nullable Pass probe;

	private int unansweredInARow;

	/**
	 * Create an open gate.
	 * @param unansweredLimit how many calls in a row without an answer close it
	 * @param backoff the time to the next probe after a number of failed ones
	 * @param clock nanoseconds, as {@link System#nanoTime()} tells them
	 */
	DeliveryGate(int unansweredLimit, IntFunction<Duration> backoff, LongSupplier clock) {
		this.unansweredLimit = unansweredLimit;
		this.backoff = backoff;
		this.clock = clock;
		this.pausedUntil = clock.getAsLong();
	}

	/**
	 * How many goals it would let through now.
	 * @return 0, 1 or {@link Integer#MAX_VALUE}
	 */
	synchronized int admits() {
		long now = this.clock.getAsLong();
		if (now - this.pausedUntil < 0) {
			return 0;
		}
		if (this.failedProbes == 0) {
			return Integer.MAX_VALUE;
		}
		return (this.probe == null && now - this.probeAt >= 0) ? 1 : 0;
	}

	/**
	 * Let a goal through. Whoever gets a pass says how it went: {@link #answered},
	 * {@link #unreachable}, {@link #unanswered} or {@link #untold}.
	 * @return a pass, or {@code null} if it is closed
	 */
	synchronized @Nullable Pass enter() {
		int admitted = admits();
		if (admitted == 0) {
			return null;
		}
		if (admitted > 1) {
			return ORDINARY;
		}
		this.probe = new Pass();
		return this.probe;
	}

	/**
	 * DataFast answered, whatever it said.
	 * @return whether it had been unreachable
	 */
	synchronized boolean answered() {
		boolean recovered = this.failedProbes > 0;
		this.failedProbes = 0;
		this.unansweredInARow = 0;
		this.probe = null;
		return recovered;
	}

	/**
	 * DataFast could not be reached.
	 * @return whether this is news
	 */
	synchronized boolean unreachable(Pass pass) {
		boolean news = this.failedProbes == 0;
		if (news || pass == this.probe) {
			this.failedProbes++;
			this.probeAt = this.clock.getAsLong() + this.backoff.apply(this.failedProbes).toNanos();
			this.probe = null;
		}
		return news;
	}

	/**
	 * DataFast did not answer in time, or the connection was lost.
	 * @return whether it counts as unreachable, and this is news
	 */
	synchronized boolean unanswered(Pass pass) {
		this.unansweredInARow++;
		boolean closed = this.failedProbes > 0;
		return (closed || this.unansweredInARow >= this.unansweredLimit) && unreachable(pass);
	}

	/**
	 * The attempt ended without telling whether DataFast can be reached.
	 */
	synchronized void untold(Pass pass) {
		if (pass == this.probe) {
			this.probe = null;
		}
	}

	/**
	 * Let no goal through for a while.
	 */
	synchronized void pause(Duration pause) {
		long until = this.clock.getAsLong() + pause.toNanos();
		if (until - this.pausedUntil > 0) {
			this.pausedUntil = until;
		}
	}

	/**
	 * The permission to make a call.
	 */
	static final class Pass {

	}

}
