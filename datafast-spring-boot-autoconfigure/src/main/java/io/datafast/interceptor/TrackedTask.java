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

package io.datafast.interceptor;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * A call that returned a {@link Callable}, whose first successful run tracks the goals.
 * If Spring MVC runs it, and gives up on it, nobody will see what it returns, and there
 * is no success. Thread-safe.
 */
final class TrackedTask {

	private final TrackedInvocation invocation;

	private final AtomicBoolean over = new AtomicBoolean();

	private volatile boolean taken;

	private volatile @Nullable Run processing;

	TrackedTask(TrackedInvocation invocation) {
		this.invocation = invocation;
	}

	/**
	 * Call what the method returned.
	 * @param callable what the method returned
	 * @return what that returns
	 * @throws Exception what that throws
	 */
	<V> V call(Callable<V> callable) throws Exception {
		Run processing = this.processing;
		if (processing != null && processing.thread() == Thread.currentThread()) {
			// Spring MVC tells what it makes of it.
			return callable.call();
		}
		TrackedInvocation started = this.invocation.startedHere();
		V value = callable.call();
		succeeded(started, value);
		return value;
	}

	/**
	 * Whether Spring MVC has begun to run the task.
	 */
	boolean isTaken() {
		return this.taken;
	}

	/**
	 * Spring MVC is about to run the task.
	 */
	void taken() {
		this.taken = true;
	}

	/**
	 * Spring MVC calls the task, next, on this thread.
	 */
	void started() {
		this.processing = new Run(Thread.currentThread(), this.invocation.startedHere());
	}

	/**
	 * Spring MVC has called the task, on this thread.
	 * @param result what the task returned, or threw
	 */
	void ended(@Nullable Object result) {
		Run processing = this.processing;
		this.processing = null;
		if (processing != null && !(result instanceof Throwable)) {
			succeeded(processing.invocation(), result);
		}
	}

	/**
	 * Spring MVC waits no longer.
	 */
	void abandoned() {
		this.over.set(true);
	}

	private void succeeded(TrackedInvocation started, @Nullable Object value) {
		if (this.over.compareAndSet(false, true)) {
			started.succeeded(value);
		}
	}

	private record Run(Thread thread, TrackedInvocation invocation) {
	}

}
