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

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.async.AsyncWebRequest;

/**
 * Observes the first successful call of a {@link Callable}, and returns another that
 * makes it.
 */
final class CallableObserver implements ResultObserver {

	@Override
	public Object observe(Object result, TrackedInvocation invocation) {
		WebAsyncRequest request = WebAsyncRequest.current();
		if (request != null) {
			// One for all, as there may be many that Spring MVC never sees.
			Key key = new Key(request.manager().getAsyncWebRequest());
			if (request.manager().getCallableInterceptor(key) == null) {
				TrackedTaskInterceptor.register(request, key, CallableObserver::tasksOf);
			}
		}
		return new ObservedCallable<>((Callable<?>) result, new TrackedTask(invocation));
	}

	private static List<TrackedTask> tasksOf(Callable<?> callable) {
		List<TrackedTask> tasks = new ArrayList<>(1);
		Callable<?> current = callable;
		while (current instanceof ObservedCallable<?> observed) {
			tasks.add(observed.task);
			current = observed.callable;
		}
		return tasks;
	}

	/**
	 * Of the interceptor: a forwarded request times out on its own.
	 */
	private record Key(@Nullable AsyncWebRequest request) {
	}

	private static final class ObservedCallable<V> implements Callable<V> {

		private final Callable<V> callable;

		private final TrackedTask task;

		private ObservedCallable(Callable<V> callable, TrackedTask task) {
			this.callable = callable;
			this.task = task;
		}

		@Override
		public V call() throws Exception {
			return this.task.call(this.callable);
		}

		@Override
		public String toString() {
			return this.callable.toString();
		}

	}

}
