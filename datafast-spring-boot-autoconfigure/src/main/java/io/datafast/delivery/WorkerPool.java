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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The workers between two stops of the dispatcher. A pool that has been shut down never
 * runs anything again, so a worker that is late to notice cannot touch what comes after.
 */
final class WorkerPool {

	private static final Duration IDLE_THREAD_TIMEOUT = Duration.ofSeconds(10);

	private final int size;

	private final ThreadFactory threadFactory;

	private final AtomicInteger active = new AtomicInteger();

	private @Nullable ExecutorService executor;

	private volatile boolean shutDown;

	WorkerPool(int size, ThreadFactory threadFactory) {
		this.size = size;
		this.threadFactory = threadFactory;
	}

	int active() {
		return this.active.get();
	}

	boolean isShutDown() {
		return this.shutDown;
	}

	/**
	 * Start another worker, unless there are enough.
	 * @param worker what the worker does
	 * @return whether one was started
	 * @throws RuntimeException or an Error if no thread could be started
	 */
	boolean start(Consumer<WorkerPool> worker) {
		int current = this.active.get();
		while (current < this.size && !this.shutDown) {
			if (this.active.compareAndSet(current, current + 1)) {
				return execute(worker);
			}
			current = this.active.get();
		}
		return false;
	}

	private boolean execute(Consumer<WorkerPool> worker) {
		boolean started = false;
		try {
			ExecutorService threads = executor();
			if (threads != null) {
				threads.execute(() -> worker.accept(this));
				started = true;
			}
			return started;
		}
		finally {
			if (!started) {
				this.active.decrementAndGet();
			}
		}
	}

	/**
	 * Called by a worker when it ends.
	 */
	void ended() {
		this.active.decrementAndGet();
	}

	private synchronized @Nullable ExecutorService executor() {
		if (this.executor == null && !this.shutDown) {
			this.executor = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_THREAD_TIMEOUT.toMillis(),
					TimeUnit.MILLISECONDS, new SynchronousQueue<>(), this.threadFactory);
		}
		return this.executor;
	}

	synchronized void shutDown() {
		this.shutDown = true;
		if (this.executor != null) {
			this.executor.shutdownNow();
		}
	}

}
