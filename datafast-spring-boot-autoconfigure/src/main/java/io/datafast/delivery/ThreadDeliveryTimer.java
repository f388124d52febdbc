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

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A timer with one daemon thread, which is only there while something is scheduled.
 */
final class ThreadDeliveryTimer implements DeliveryTimer {

	private static final Duration IDLE_THREAD_TIMEOUT = Duration.ofSeconds(10);

	private final long origin = System.nanoTime();

	private @Nullable ScheduledThreadPoolExecutor executor;

	@Override
	public long now() {
		return System.nanoTime() - this.origin;
	}

	@Override
	public synchronized Future<?> schedule(Runnable task, long delayNanos) {
		if (this.executor == null) {
			this.executor = new ScheduledThreadPoolExecutor(1, new DaemonThreadFactory("datafast-timer-"));
			this.executor.setKeepAliveTime(IDLE_THREAD_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
			this.executor.allowCoreThreadTimeOut(true);
			this.executor.setRemoveOnCancelPolicy(true);
		}
		return this.executor.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
	}

	@Override
	public synchronized void stop() {
		if (this.executor != null) {
			this.executor.shutdownNow();
			this.executor = null;
		}
	}

}
