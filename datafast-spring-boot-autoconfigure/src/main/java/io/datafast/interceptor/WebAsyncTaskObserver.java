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

import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncManager;
import org.springframework.web.context.request.async.WebAsyncTask;

/**
 * Observes a {@link WebAsyncTask} through Spring MVC, and returns it as it is: there is
 * no way to copy its callbacks.
 */
final class WebAsyncTaskObserver implements ResultObserver {

	@Override
	public Object observe(Object result, TrackedInvocation invocation) {
		WebAsyncManager manager = WebAsyncResults.currentManager();
		if (manager != null) {
			manager.registerCallableInterceptor(invocation,
					new Interceptor(((WebAsyncTask<?>) result).getCallable(), invocation));
		}
		else {
			invocation.unobservable("a WebAsyncTask outside a request that Spring MVC handles");
		}
		return result;
	}

	private static final class Interceptor implements CallableProcessingInterceptor {

		private final Callable<?> observed;

		private final TrackedInvocation invocation;

		private final AtomicBoolean over = new AtomicBoolean();

		private Interceptor(Callable<?> observed, TrackedInvocation invocation) {
			this.observed = observed;
			this.invocation = invocation;
		}

		@Override
		public <T> Object handleTimeout(NativeWebRequest request, Callable<T> task) {
			return end(task);
		}

		@Override
		public <T> Object handleError(NativeWebRequest request, Callable<T> task, Throwable t) {
			return end(task);
		}

		/**
		 * What the task returns from now on, nobody will see.
		 */
		private Object end(Callable<?> task) {
			if (task == this.observed) {
				this.over.set(true);
			}
			return RESULT_NONE;
		}

		@Override
		public <T> void postProcess(NativeWebRequest request, Callable<T> task, @Nullable Object concurrentResult) {
			if (task == this.observed && this.over.compareAndSet(false, true)
					&& !(concurrentResult instanceof Throwable)) {
				this.invocation.succeeded(concurrentResult);
			}
		}

	}

}
