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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The workers between two stops of the dispatcher.
 * <p>
 * One worker at a time is woken up: until it is {@linkplain #awake() awake}, and about to
 * look for work, nobody has to pay for waking another. If there is more work than it can
 * do, it wakes the next. A pool that has been shut down never runs anything again, so a
 * worker that is late to notice cannot touch what comes after.
 */
final class WorkerPool {

	private static final Duration IDLE_THREAD_TIMEOUT = Duration.ofSeconds(10);

	private final int size;

	private final ThreadFactory threadFactory;

	private final Consumer<WorkerPool> worker;

	private final AtomicInteger active = new AtomicInteger();

	private final AtomicBoolean waking = new AtomicBoolean();

	private @Nullable ExecutorService executor;

	private volatile boolean shutDown;

	/**
	 * Create a pool.
	 * @param size how many workers there may be
	 * @param threadFactory makes their threads
	 * @param worker what a worker does; calls {@link #awake()} first and {@link #ended()}
	 * last
	 */
	WorkerPool(int size, ThreadFactory threadFactory, Consumer<WorkerPool> worker) {
		this.size = size;
		this.threadFactory = threadFactory;
		this.worker = worker;
	}

	int active() {
		return this.active.get();
	}

	boolean isShutDown() {
		return this.shutDown;
	}

	/**
	 * Whether {@link #wake()} would start another worker.
	 */
	boolean canWake() {
		return !this.waking.get() && this.active.get() < this.size && !this.shutDown;
	}

	/**
	 * Start another worker, unless there are enough or one is just waking up.
	 * @throws RuntimeException or an Error if no thread could be started
	 */
	void wake() {
		if (canWake() && this.waking.compareAndSet(false, true)) {
			// Only who is waking a worker adds one, so there cannot be too many.
			if (this.active.get() < this.size) {
				this.active.incrementAndGet();
				execute();
			}
			else {
				this.waking.set(false);
			}
		}
	}

	private void execute() {
		boolean started = false;
		try {
			ExecutorService threads = executor();
			if (threads != null) {
				threads.execute(() -> this.worker.accept(this));
				started = true;
			}
		}
		finally {
			if (!started) {
				this.active.decrementAndGet();
				this.waking.set(false);
			}
		}
	}

	/**
	 * Called by a worker before it looks for work. From here on another may be woken up.
	 */
	void awake() {
		this.waking.set(false);
	}

	/**
	 * Called by a worker when it ends. It looks for work once more then, since some may
	 * have come when the worker still counted.
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
