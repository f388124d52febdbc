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
import java.util.concurrent.atomic.AtomicLong;

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
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.context.request.async.WebAsyncUtils;

/**
 * Results that Spring MVC waits for. Its interceptors tell what becomes of a result, so
 * the result itself is returned as it is: its callbacks belong to Spring MVC and to the
 * application.
 */
final class SpringMvcResults {

	private static final AtomicLong callbacks = new AtomicLong();

	private SpringMvcResults() {
	}

	static Object handleTask(Object result, TrackedCall call) {
		String instead = "a WebAsyncTask that Spring MVC does not run: return a CompletableFuture";
		if (!register(new CallableInterceptor(((WebAsyncTask<?>) result).getCallable(), call,
				() -> call.unobservable(instead)))) {
			call.unobservable(instead);
		}
		return result;
	}

	/**
	 * Handles a {@link Callable} that a handler method returns without declaring one:
	 * Spring MVC calls every result that is one.
	 */
	static Object handleUndeclaredCallable(Object result, TrackedCall call) {
		if (!register(
				new CallableInterceptor((Callable<?>) result, call, () -> call.succeeded(result, call.context())))) {
			call.succeeded(result, call.context());
		}
		return result;
	}

	private static boolean register(CallableInterceptor interceptor) {
		RequestAttributes request = RequestContextHolder.getRequestAttributes();
		WebAsyncManager manager = findManager(request);
		if (request == null || manager == null) {
			return false;
		}
		manager.registerCallableInterceptor(interceptor, interceptor);
		onTimeoutOrError(interceptor::over);
		afterHandling(request, interceptor::handled);
		return true;
	}

	static Object handleDeferredResult(Object result, TrackedCall call) {
		DeferredResult<?> deferred = (DeferredResult<?>) result;
		RequestAttributes request = RequestContextHolder.getRequestAttributes();
		WebAsyncManager manager = findManager(request);
		if (request != null && manager != null) {
			DeferredResultInterceptor interceptor = new DeferredResultInterceptor(deferred, call);
			manager.registerDeferredResultInterceptor(interceptor, interceptor);
			onTimeoutOrError(interceptor::over);
			afterHandling(request, interceptor::handled);
		}
		else {
			trackUnlessPending(deferred, call);
		}
		return result;
	}

	/**
	 * Tracks the goals of a result that Spring MVC does not wait for.
	 */
	private static void trackUnlessPending(DeferredResult<?> result, TrackedCall call) {
		if (!result.hasResult()) {
			call.unobservable("a DeferredResult that no handler returned to Spring MVC: return a CompletableFuture");
		}
		else if (!(result.getResult() instanceof Throwable)) {
			call.succeeded(result.getResult(), call.context());
		}
	}

	/**
	 * Run something if Spring MVC gives up on what the current request runs. Its timeout
	 * interrupts a callable before the interceptors are told, and the first of them that
	 * answers keeps the others from being told.
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
	 * Run something when the handler has returned and Spring MVC has taken its result.
	 */
	private static void afterHandling(RequestAttributes request, Runnable callback) {
		request.registerDestructionCallback(SpringMvcResults.class.getName() + '.' + callbacks.incrementAndGet(),
				callback, RequestAttributes.SCOPE_REQUEST);
	}

	private static final class CallableInterceptor implements CallableProcessingInterceptor {

		private final Callable<?> callable;

		private final TrackedCall call;

		private final Runnable otherwise;

		private final AtomicBoolean over = new AtomicBoolean();

		private volatile boolean taken;

		private volatile @Nullable TrackingContext context;

		private CallableInterceptor(Callable<?> callable, TrackedCall call, Runnable otherwise) {
			this.callable = callable;
			this.call = call;
			this.otherwise = otherwise;
		}

		@Override
		public <T> void beforeConcurrentHandling(NativeWebRequest request, Callable<T> task) {
			this.taken |= (task == this.callable);
		}

		@Override
		public <T> void preProcess(NativeWebRequest request, Callable<T> task) {
			if (task == this.callable) {
				this.context = this.call.contextHere();
			}
		}

		@Override
		public <T> void postProcess(NativeWebRequest request, Callable<T> task, @Nullable Object result) {
			TrackingContext context = this.context;
			if (task == this.callable && context != null && !(result instanceof Throwable)
					&& this.over.compareAndSet(false, true)) {
				this.call.succeeded(result, context);
			}
		}

		private void over() {
			this.over.set(true);
		}

		private void handled() {
			if (!this.taken) {
				this.otherwise.run();
			}
		}

	}

	private static final class DeferredResultInterceptor implements DeferredResultProcessingInterceptor {

		private final DeferredResult<?> observed;

		private final TrackedCall call;

		private final TrackingContext context;

		private final AtomicBoolean over = new AtomicBoolean();

		private volatile boolean taken;

		private DeferredResultInterceptor(DeferredResult<?> observed, TrackedCall call) {
			this.observed = observed;
			this.call = call;
			this.context = call.context();
		}

		private void over() {
			this.over.set(true);
		}

		@Override
		public <T> void beforeConcurrentHandling(NativeWebRequest request, DeferredResult<T> result) {
			this.taken |= (result == this.observed);
		}

		@Override
		public <T> void postProcess(NativeWebRequest request, DeferredResult<T> result, @Nullable Object value) {
			if (result == this.observed && this.over.compareAndSet(false, true) && !(value instanceof Throwable)) {
				this.call.succeeded(value, this.context);
			}
		}

		private void handled() {
			if (!this.taken) {
				trackUnlessPending(this.observed, this.call);
			}
		}

	}

}
