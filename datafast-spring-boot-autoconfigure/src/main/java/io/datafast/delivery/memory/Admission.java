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

package io.datafast.delivery.memory;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the pending goals and decides whether another is admitted. Count and state share
 * one integer, so that no goal is admitted after {@link #close()} and the count is exact.
 */
final class Admission {

	enum Decision {

		ADMITTED, FULL, CLOSED

	}

	private static final int CLOSED_BIT = 1 << 31;

	private final int capacity;

	private final AtomicInteger state = new AtomicInteger();

	Admission(int capacity) {
		this.capacity = capacity;
	}

	Decision admit() {
		while (true) {
			int current = this.state.get();
			if ((current & CLOSED_BIT) != 0) {
				return Decision.CLOSED;
			}
			if (current >= this.capacity) {
				return Decision.FULL;
			}
			if (this.state.compareAndSet(current, current + 1)) {
				return Decision.ADMITTED;
			}
		}
	}

	void release() {
		if ((this.state.decrementAndGet() & ~CLOSED_BIT) == 0) {
			synchronized (this) {
				notifyAll();
			}
		}
	}

	int pending() {
		return this.state.get() & ~CLOSED_BIT;
	}

	void close() {
		this.state.getAndUpdate((current) -> current | CLOSED_BIT);
	}

	/**
	 * Wait until no goal is pending.
	 * @return whether that was so within the timeout
	 */
	synchronized boolean awaitEmpty(Duration timeout) throws InterruptedException {
		long deadline = System.nanoTime() + timeout.toNanos();
		while (pending() > 0) {
			long remaining = deadline - System.nanoTime();
			if (remaining <= 0) {
				return false;
			}
			TimeUnit.NANOSECONDS.timedWait(this, remaining);
		}
		return true;
	}

}
