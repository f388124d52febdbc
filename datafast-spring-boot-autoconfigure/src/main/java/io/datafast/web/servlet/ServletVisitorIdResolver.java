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

package io.datafast.web.servlet;

import io.datafast.VisitorIdResolver;
import io.datafast.web.VisitorCookie;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * The visitor of the Servlet request that the current thread handles. Thread-safe.
 */
public final class ServletVisitorIdResolver implements VisitorIdResolver {

	private final VisitorCookie cookie;

	/**
	 * Create a resolver.
	 * @param cookie where the id is
	 */
	public ServletVisitorIdResolver(VisitorCookie cookie) {
		this.cookie = cookie;
	}

	@Override
	public @Nullable String resolveVisitorId() {
		RequestAttributes attributes = RequestContextHolder.getRequestAttributes();
		return (attributes instanceof ServletRequestAttributes servletAttributes)
				? ServletVisitorIds.find(servletAttributes.getRequest(), this.cookie) : null;
	}

}
