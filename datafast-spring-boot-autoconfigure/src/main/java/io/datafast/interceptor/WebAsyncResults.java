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

import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.async.WebAsyncManager;
import org.springframework.web.context.request.async.WebAsyncUtils;

/**
 * Finds what runs asynchronous results for Spring MVC.
 */
final class WebAsyncResults {

	private WebAsyncResults() {
	}

	/**
	 * The manager of the current request, which tells what became of a result without
	 * anything having to be changed in it.
	 * @return the manager, or {@code null} if Spring MVC handles no request here
	 */
	static @Nullable WebAsyncManager currentManager() {
		RequestAttributes request = RequestContextHolder.getRequestAttributes();
		Object manager = (request != null)
				? request.getAttribute(WebAsyncUtils.WEB_ASYNC_MANAGER_ATTRIBUTE, RequestAttributes.SCOPE_REQUEST)
				: null;
		return (manager instanceof WebAsyncManager asyncManager) ? asyncManager : null;
	}

}
