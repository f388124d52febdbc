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

import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;

/**
 * Tells tasks what Spring MVC makes of them. A timeout interrupts a task before the
 * interceptors hear of it, if they do: the answer may be that of another.
 */
final class TrackedTaskInterceptor implements CallableProcessingInterceptor {

	private final Function<Callable<?>, List<TrackedTask>> tasks;

	private volatile List<TrackedTask> running = List.of();

	private TrackedTaskInterceptor(Function<Callable<?>, List<TrackedTask>> tasks) {
		this.tasks = tasks;
	}

	/**
	 * Observe what Spring MVC runs for a request.
	 * @param request the request
	 * @param key for this, in the request
	 * @param tasks finds the tasks that are run with a callable, often none
	 */
	static void register(WebAsyncRequest request, Object key, Function<Callable<?>, List<TrackedTask>> tasks) {
		TrackedTaskInterceptor interceptor = new TrackedTaskInterceptor(tasks);
		request.manager().registerCallableInterceptor(key, interceptor);
		request.beforeTimeoutOrError(() -> interceptor.running.forEach(TrackedTask::abandoned));
	}

	/**
	 * Observe a callable that nobody but Spring MVC is to call.
	 * @param request the request
	 * @param callable the callable
	 * @param invocation told when it has been called
	 * @param otherwise run if Spring MVC does not take the callable
	 */
	static void register(WebAsyncRequest request, Callable<?> callable, TrackedInvocation invocation,
			Runnable otherwise) {
		TrackedTask task = new TrackedTask(invocation);
		register(request, invocation, (candidate) -> (candidate == callable) ? List.of(task) : List.of());
		request.afterHandling(() -> {
			if (!task.isTaken()) {
				otherwise.run();
			}
		});
	}

	@Override
	public <T> void beforeConcurrentHandling(NativeWebRequest request, Callable<T> callable) {
		this.running = this.tasks.apply(callable);
		this.running.forEach(TrackedTask::taken);
	}

	@Override
	public <T> void preProcess(NativeWebRequest request, Callable<T> callable) {
		this.tasks.apply(callable).forEach(TrackedTask::started);
	}

	@Override
	public <T> void postProcess(NativeWebRequest request, Callable<T> callable, @Nullable Object result) {
		this.tasks.apply(callable).forEach((task) -> task.ended(result));
	}

	@Override
	public <T> Object handleTimeout(NativeWebRequest request, Callable<T> callable) {
		this.tasks.apply(callable).forEach(TrackedTask::abandoned);
		return RESULT_NONE;
	}

	@Override
	public <T> Object handleError(NativeWebRequest request, Callable<T> callable, Throwable failure) {
		this.tasks.apply(callable).forEach(TrackedTask::abandoned);
		return RESULT_NONE;
	}

	@Override
	public <T> void afterCompletion(NativeWebRequest request, Callable<T> callable) {
		this.tasks.apply(callable).forEach(TrackedTask::abandoned);
	}

}
