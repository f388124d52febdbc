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

import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.async.AsyncWebRequest;
import org.springframework.web.context.request.async.WebAsyncManager;
import org.springframework.web.context.request.async.WebAsyncUtils;

/**
 * A request that Spring MVC handles, and what runs asynchronous results for it, which
 * tells what becomes of one without anything having to be changed in it.
 */
final class WebAsyncRequest {

	private static final AtomicLong callbacks = new AtomicLong();

	private final RequestAttributes request;

	private final WebAsyncManager manager;

	private WebAsyncRequest(RequestAttributes request, WebAsyncManager manager) {
		this.request = request;
		this.manager = manager;
	}

	/**
	 * The current request.
	 * @return the request, or {@code null} if Spring MVC handles none here, or is already
	 * running what a handler has returned
	 */
	static @Nullable WebAsyncRequest current() {
		RequestAttributes request = RequestContextHolder.getRequestAttributes();
		WebAsyncManager manager = (request != null) ? findManager(request) : null;
		return (request != null && manager != null) ? new WebAsyncRequest(request, manager) : null;
	}

	private static @Nullable WebAsyncManager findManager(RequestAttributes request) {
		try {
			return (request.getAttribute(WebAsyncUtils.WEB_ASYNC_MANAGER_ATTRIBUTE,
					RequestAttributes.SCOPE_REQUEST) instanceof WebAsyncManager manager
					&& !manager.isConcurrentHandlingStarted() && !manager.hasConcurrentResult()) ? manager : null;
		}
		catch (IllegalStateException ex) {
			// Somebody has handed it to another thread, and it is over.
			return null;
		}
	}

	/**
	 * What runs the request's asynchronous results.
	 */
	WebAsyncManager manager() {
		return this.manager;
	}

	/**
	 * Run something when the request times out or fails, before anybody else hears of it.
	 * @param callback what to run, on a thread of the server
	 */
	void beforeTimeoutOrError(Runnable callback) {
		AsyncWebRequest asyncRequest = this.manager.getAsyncWebRequest();
		if (asyncRequest != null) {
			asyncRequest.addTimeoutHandler(callback);
			asyncRequest.addErrorHandler((failure) -> callback.run());
		}
	}

	/**
	 * Run something when the request has been handled: Spring MVC runs what the handler
	 * returned, and will run nothing else.
	 * @param callback what to run, on the thread that handles the request
	 */
	void afterHandling(Runnable callback) {
		this.request.registerDestructionCallback(WebAsyncRequest.class.getName() + '.' + callbacks.incrementAndGet(),
				callback, RequestAttributes.SCOPE_REQUEST);
	}

}
