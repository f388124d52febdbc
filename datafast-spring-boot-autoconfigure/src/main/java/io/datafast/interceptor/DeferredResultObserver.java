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

import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.DeferredResultProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncManager;

/**
 * Observes a {@link DeferredResult} through Spring MVC, and returns it as it is: its own
 * handler and callbacks belong to Spring MVC and to the application.
 */
final class DeferredResultObserver implements ResultObserver {

	@Override
	public Object observe(Object result, TrackedInvocation invocation) {
		DeferredResult<?> deferredResult = (DeferredResult<?>) result;
		WebAsyncManager manager = WebAsyncResults.currentManager();
		if (manager != null) {
			manager.registerDeferredResultInterceptor(invocation, new Interceptor(deferredResult, invocation));
		}
		else if (deferredResult.hasResult()) {
			if (!(deferredResult.getResult() instanceof Throwable)) {
				invocation.succeeded(deferredResult.getResult());
			}
		}
		else {
			invocation.unobservable("a DeferredResult outside a request that Spring MVC handles");
		}
		return result;
	}

	private static final class Interceptor implements DeferredResultProcessingInterceptor {

		private final DeferredResult<?> observed;

		private final TrackedInvocation invocation;

		private final AtomicBoolean processed = new AtomicBoolean();

		private Interceptor(DeferredResult<?> observed, TrackedInvocation invocation) {
			this.observed = observed;
			this.invocation = invocation;
		}

		@Override
		public <T> void postProcess(NativeWebRequest request, DeferredResult<T> deferredResult,
				@Nullable Object concurrentResult) {
			if (deferredResult == this.observed && this.processed.compareAndSet(false, true)
					&& !(concurrentResult instanceof Throwable)) {
				this.invocation.succeeded(concurrentResult);
			}
		}

	}

}
