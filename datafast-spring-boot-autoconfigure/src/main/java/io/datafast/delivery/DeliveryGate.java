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

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

import io.datafast.DataFastException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Decides when calls to DataFast may start. It is closed during a pause that DataFast
 * asked for. It is closed during an outage, too, except for one probe at a time, with
 * backoff between two probes. An outage begins when a call could not be sent, or when a
 * number of calls in a row were sent and got no answer. Any answer ends the outage.
 * <p>
 * Each call needs a {@link Permit}, and {@link GoalAttempt} reports what became of the
 * call. The gate logs outages and pauses. Thread-safe; never blocks.
 */
public final class DeliveryGate implements AutoCloseable {

	private final Log log = LogFactory.getLog(DeliveryGate.class);

	private final ThrottledLog throttledLog;

	private final int unansweredLimit;

	private final IntFunction<Duration> backoff;

	private final Runnable onRecovery;

	private final LongSupplier nanoTime;

	private long pausedUntil;

	private int failedProbes;

	private long probeAt;

	/**
	 * The permit of the probe that is in flight. Taken back without a lock, since few
	 * calls are probes.
	 */
	private final AtomicReference<@Nullable Permit> probe = new AtomicReference<>();

	private volatile int unansweredInARow;

	private long outageSince;

	private boolean outageLogged;

	private boolean closed;

	/**
	 * Create an open gate.
	 * @param concurrency how many calls are in flight at most; as many calls in a row
	 * without an answer are an outage
	 * @param backoff gives the time before the next probe, for the number of probes that
	 * have failed in a row
	 * @param onRecovery called when an outage has ended, on the thread of the call that
	 * was answered
	 */
	public DeliveryGate(int concurrency, IntFunction<Duration> backoff, Runnable onRecovery) {
		this(concurrency, backoff, onRecovery, System::nanoTime);
	}

	DeliveryGate(int concurrency, IntFunction<Duration> backoff, Runnable onRecovery, LongSupplier nanoTime) {
		this.unansweredLimit = concurrency;
		this.backoff = backoff;
		this.onRecovery = onRecovery;
		this.nanoTime = nanoTime;
		this.throttledLog = new ThrottledLog(DeliveryGate.class, nanoTime);
		this.pausedUntil = nanoTime.getAsLong();
	}

	/**
	 * How many calls may start now.
	 * @return 0 if it is closed, 1 if the next call is a probe, {@link Integer#MAX_VALUE}
	 * if it is open
	 */
	public synchronized int availablePermits() {
		if (!Duration.ZERO.equals(opensIn())) {
			return 0;
		}
		return (this.failedProbes > 0) ? 1 : Integer.MAX_VALUE;
	}

	/**
	 * When the next call may start.
	 * @return the time until then, zero if it may start now, or {@code null} if that
	 * depends on the probe that is in flight
	 */
	public synchronized @Nullable Duration opensIn() {
		if (this.failedProbes > 0 && this.probe.get() != null) {
			return null;
		}
		long now = this.nanoTime.getAsLong();
		long pause = this.pausedUntil - now;
		long probing = (this.failedProbes > 0) ? this.probeAt - now : 0;
		return Duration.ofNanos(Math.max(0, Math.max(pause, probing)));
	}

	/**
	 * Ask for the permission to make one call.
	 * @return a permit for {@link GoalAttempt#run}, or for {@link #release} if the call
	 * is not made; {@code null} if no call may start now
	 */
	public synchronized @Nullable Permit tryAcquire() {
		if (!Duration.ZERO.equals(opensIn())) {
			return null;
		}
		Permit permit = new Permit();
		this.probe.set((this.failedProbes > 0) ? permit : null);
		return permit;
	}

	/**
	 * Give back a permit whose call was not made, or whose result says nothing about
	 * DataFast. Has no effect on a permit whose result has been reported.
	 * @param permit the permit
	 */
	public void release(Permit permit) {
		this.probe.compareAndSet(permit, null);
	}

	/**
	 * Let the next probe start at once. Pauses that DataFast asks for are not affected.
	 */
	public synchronized void probeNow() {
		this.probeAt = this.nanoTime.getAsLong();
	}

	/**
	 * DataFast has answered a call, with any status.
	 */
	void answered() {
		// Nearly every call is answered, and needs no lock then.
		if (this.unansweredInARow > 0 && recovered()) {
			this.onRecovery.run();
		}
	}

	private synchronized boolean recovered() {
		this.unansweredInARow = 0;
		if (this.failedProbes == 0) {
			return false;
		}
		this.failedProbes = 0;
		this.probe.set(null);
		if (this.outageLogged) {
			Duration outage = Duration.ofNanos(this.nanoTime.getAsLong() - this.outageSince);
			this.log.info("DataFast answers again after " + outage.toSeconds() + " s");
		}
		return true;
	}

	/**
	 * There was no answer to a call.
	 * @param sent whether the call was sent; a call that could not be sent begins an
	 * outage
	 */
	synchronized void unanswered(Permit permit, DataFastException failure, boolean sent) {
		this.unansweredInARow = sent ? this.unansweredInARow + 1 : this.unansweredLimit;
		boolean begins = this.failedProbes == 0;
		if (begins && this.unansweredInARow < this.unansweredLimit) {
			return;
		}
		if (begins || permit == this.probe.get()) {
			this.failedProbes++;
			this.probeAt = this.nanoTime.getAsLong() + this.backoff.apply(this.failedProbes).toNanos();
			this.probe.set(null);
		}
		if (begins) {
			this.outageSince = this.nanoTime.getAsLong();
			this.outageLogged = false;
		}
		if (!this.outageLogged && !this.closed) {
			this.outageLogged = this.throttledLog.warn("DataFast is unreachable",
					"Goals wait, and DataFast is probed until it answers (check the network and datafast.base-url"
							+ " if it never did): " + failure.getMessage(),
					(failure.getCause() instanceof IOException) ? null : failure.getCause());
		}
	}

	/**
	 * DataFast asked for a pause.
	 */
	synchronized void pause(Duration pause, DataFastException failure) {
		long until = this.nanoTime.getAsLong() + pause.toNanos();
		if (until - this.pausedUntil > 0) {
			this.pausedUntil = until;
		}
		this.throttledLog.warn("Pauses that DataFast asked for",
				"DataFast asks for a pause of " + pause.toSeconds() + " s: " + failure.getMessage(), null);
	}

	/**
	 * Log the numbers that have not been logged yet. Outages that begin later are not
	 * logged, since calls interrupted at shutdown look like one.
	 */
	@Override
	public synchronized void close() {
		this.closed = true;
		this.throttledLog.close();
	}

	/**
	 * The permission to make a call.
	 */
	public static final class Permit {

		private Permit() {
		}

	}

}
