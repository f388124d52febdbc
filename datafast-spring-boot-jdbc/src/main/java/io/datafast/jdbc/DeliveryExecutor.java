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

package io.datafast.jdbc;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that deliver. It knows when there is one to spare: looking for goals that
 * are due only makes sense then, and with some databases what is found while there is
 * none piles up in memory.
 */
final class DeliveryExecutor extends ThreadPoolExecutor {

	private final AtomicInteger busy = new AtomicInteger();

	private final AtomicBoolean due = new AtomicBoolean();

	private final Runnable lookForGoals;

	DeliveryExecutor(int threads, ThreadFactory threadFactory, Runnable lookForGoals) {
		super(threads, threads, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threadFactory);
		allowCoreThreadTimeOut(true);
		this.lookForGoals = lookForGoals;
	}

	/**
	 * There are new goals: look for them as soon as there is a thread to spare.
	 */
	void goalsAreDue() {
		this.due.set(true);
		lookIfThereIsAThread();
	}

	private void lookIfThereIsAThread() {
		if (this.due.get() && this.busy.get() < getMaximumPoolSize() && this.due.compareAndSet(true, false)) {
			this.lookForGoals.run();
		}
	}

	@Override
	protected void beforeExecute(Thread thread, Runnable runnable) {
		this.busy.incrementAndGet();
	}

	@Override
	protected void afterExecute(Runnable runnable, Throwable failure) {
		this.busy.decrementAndGet();
		lookIfThereIsAThread();
	}

}
