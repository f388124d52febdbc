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

import org.springframework.web.context.request.async.WebAsyncTask;

/**
 * Observes a {@link WebAsyncTask} through Spring MVC, and returns it as it is: there is
 * no way to copy its callbacks.
 */
final class WebAsyncTaskObserver implements ResultObserver {

	@Override
	public Object observe(Object result, TrackedInvocation invocation) {
		WebAsyncRequest request = WebAsyncRequest.current();
		if (request != null) {
			TrackedTaskInterceptor
				.register(request, ((WebAsyncTask<?>) result).getCallable(), invocation, () -> invocation
					.unobservable("a WebAsyncTask that no handler returned to Spring MVC: return a CompletableFuture"));
		}
		else {
			invocation.unobservable("a WebAsyncTask outside a request that Spring MVC handles");
		}
		return result;
	}

}
