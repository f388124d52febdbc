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

package io.datafast.interceptor.result;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

import io.datafast.support.TrackingContext;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.async.AsyncWebRequest;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.DeferredResultProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncManager;
import org.springframework.web.context.request.async.WebAsyncUtils;

/**
 * Results that Spring MVC waits for. They are observed by interceptors of Spring MVC, and
 * returned unchanged: the callbacks of a result belong to Spring MVC and to the
 * application.
 */
final class SpringMvcResults {

	private SpringMvcResults() {
	}

	/**
	 * Observe a {@link DeferredResult}, or the {@link Callable} of a task.
	 */
	static void observe(Object result, TrackedCall call) {
		Observation observation = new Observation(result, call);
		RequestAttributes request = RequestContextHolder.getRequestAttributes();
		WebAsyncManager manager = findManager(request);
		if (request == null || manager == null) {
			observation.handled();
			return;
		}
		manager.registerCallableInterceptor(observation, observation);
		manager.registerDeferredResultInterceptor(observation, observation);
		onTimeoutOrError(observation::over);
		// Called when the handler has returned and Spring MVC has taken its result.
		request.registerDestructionCallback(Observation.class.getName() + '@' + System.identityHashCode(observation),
				observation::handled, RequestAttributes.SCOPE_REQUEST);
	}

	/**
	 * Run a callback if the current asynchronous request times out or fails. Interceptors
	 * would not suffice: a timeout interrupts a callable before they are called, and the
	 * first interceptor that sets a result keeps the others from being called.
	 */
	static void onTimeoutOrError(Runnable callback) {
		WebAsyncManager manager = findManager(RequestContextHolder.getRequestAttributes());
		AsyncWebRequest request = (manager != null) ? manager.getAsyncWebRequest() : null;
		if (request != null) {
			request.addTimeoutHandler(callback);
			request.addErrorHandler((failure) -> callback.run());
		}
	}

	private static @Nullable WebAsyncManager findManager(@Nullable RequestAttributes request) {
		try {
			return (request != null
					&& request.getAttribute(WebAsyncUtils.WEB_ASYNC_MANAGER_ATTRIBUTE,
							RequestAttributes.SCOPE_REQUEST) instanceof WebAsyncManager manager
					&& !manager.isConcurrentHandlingStarted() && !manager.hasConcurrentResult()) ? manager : null;
		}
		catch (IllegalStateException ex) {
			// The request is over.
			return null;
		}
	}

	/**
	 * Reports the value to the call, unless the request has timed out or failed before.
	 */
	private static final class Observation
			implements CallableProcessingInterceptor, DeferredResultProcessingInterceptor {

		private final Object observed;

		private final TrackedCall call;

		private final AtomicBoolean over = new AtomicBoolean();

		private volatile TrackingContext context;

		private volatile boolean taken;

		private Observation(Object observed, TrackedCall call) {
			this.observed = observed;
			this.call = call;
			this.context = call.context();
		}

		@Override
		public <T> void beforeConcurrentHandling(NativeWebRequest request, Callable<T> task) {
			this.taken |= (task == this.observed);
		}

		@Override
		public <T> void beforeConcurrentHandling(NativeWebRequest request, DeferredResult<T> result) {
			this.taken |= (result == this.observed);
		}

		@Override
		public <T> void preProcess(NativeWebRequest request, Callable<T> task) {
			if (task == this.observed) {
				this.context = this.call.contextHere();
			}
		}

		@Override
		public <T> void postProcess(NativeWebRequest request, Callable<T> task, @Nullable Object value) {
			completed(task, value);
		}

		@Override
		public <T> void postProcess(NativeWebRequest request, DeferredResult<T> result, @Nullable Object value) {
			completed(result, value);
		}

		private void completed(Object result, @Nullable Object value) {
			if (result == this.observed && this.over.compareAndSet(false, true) && !(value instanceof Throwable)) {
				this.call.succeeded(value, this.context);
			}
		}

		private void over() {
			this.over.set(true);
		}

		/**
		 * If Spring MVC has not taken the result, nothing will tell when it is there.
		 */
		private void handled() {
			if (this.taken) {
				return;
			}
			if (!(this.observed instanceof DeferredResult<?> result)) {
				this.call.unobservable("a task that Spring MVC does not run: return a CompletableFuture");
			}
			else if (!result.hasResult()) {
				this.call.unobservable(
						"a DeferredResult that no handler returned to Spring MVC: return a CompletableFuture");
			}
			else {
				completed(result, result.getResult());
			}
		}

	}

}
