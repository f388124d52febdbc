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

/**
 * Observes the first successful call of a {@link Callable}.
 */
final class CallableObserver implements ResultObserver {

	@Override
	public Object observe(Object result, TrackedInvocation invocation) {
		return new ObservedCallable<>((Callable<?>) result, invocation);
	}

	private static final class ObservedCallable<V> implements Callable<V> {

		private final Callable<V> callable;

		private final TrackedInvocation invocation;

		private final AtomicBoolean succeeded = new AtomicBoolean();

		private ObservedCallable(Callable<V> callable, TrackedInvocation invocation) {
			this.callable = callable;
			this.invocation = invocation;
		}

		@Override
		public V call() throws Exception {
			TrackedInvocation started = this.invocation.startedHere();
			V value = this.callable.call();
			if (this.succeeded.compareAndSet(false, true)) {
				started.succeeded(value);
			}
			return value;
		}

		@Override
		public String toString() {
			return this.callable.toString();
		}

	}

}
