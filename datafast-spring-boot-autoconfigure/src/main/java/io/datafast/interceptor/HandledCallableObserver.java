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

/**
 * Observes a {@link Callable} that a handler method returns without declaring one, and
 * returns it as it is: Spring MVC runs whatever is one.
 */
final class HandledCallableObserver implements ResultObserver {

	private final ResultObserver withoutSpringMvc;

	/**
	 * Create an instance.
	 * @param withoutSpringMvc for calls that Spring MVC does not make
	 */
	HandledCallableObserver(ResultObserver withoutSpringMvc) {
		this.withoutSpringMvc = withoutSpringMvc;
	}

	@Override
	public Object observe(Object result, TrackedInvocation invocation) {
		WebAsyncRequest request = WebAsyncRequest.current();
		if (request == null) {
			return this.withoutSpringMvc.observe(result, invocation);
		}
		TrackedTaskInterceptor.register(request, (Callable<?>) result, invocation,
				() -> this.withoutSpringMvc.observe(result, invocation));
		return result;
	}

}
