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

/**
 * Observes a {@link DeferredResult} through Spring MVC, and returns it as it is: its own
 * handler and callbacks belong to Spring MVC and to the application.
 */
final class DeferredResultObserver implements ResultObserver {

	@Override
	public Object observe(Object result, TrackedInvocation invocation) {
		DeferredResult<?> deferredResult = (DeferredResult<?>) result;
		WebAsyncRequest request = WebAsyncRequest.current();
		if (request != null) {
			Interceptor interceptor = new Interceptor(deferredResult, invocation);
			request.manager().registerDeferredResultInterceptor(invocation, interceptor);
			request.afterHandling(interceptor::handled);
		}
		else {
			track(deferredResult, invocation, "a DeferredResult outside a request that Spring MVC handles");
		}
		return result;
	}

	/**
	 * Track the goals of a result that Spring MVC does not wait for.
	 */
	private static void track(DeferredResult<?> result, TrackedInvocation invocation, String what) {
		if (!result.hasResult()) {
			invocation.unobservable(what);
		}
		else if (!(result.getResult() instanceof Throwable)) {
			invocation.succeeded(result.getResult());
		}
	}

	private static final class Interceptor implements DeferredResultProcessingInterceptor {

		private final DeferredResult<?> observed;

		private final TrackedInvocation invocation;

		private final AtomicBoolean processed = new AtomicBoolean();

		private volatile boolean taken;

		private Interceptor(DeferredResult<?> observed, TrackedInvocation invocation) {
			this.observed = observed;
			this.invocation = invocation;
		}

		private void handled() {
			if (!this.taken) {
				track(this.observed, this.invocation,
						"a DeferredResult that no handler returned to Spring MVC: return a CompletableFuture");
			}
		}

		@Override
		public <T> void beforeConcurrentHandling(NativeWebRequest request, DeferredResult<T> deferredResult) {
			if (deferredResult == this.observed) {
				this.taken = true;
			}
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
