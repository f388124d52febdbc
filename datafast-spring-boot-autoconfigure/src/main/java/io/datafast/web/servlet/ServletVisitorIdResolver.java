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

	private static final String PROBE_ATTRIBUTE = ServletVisitorIdResolver.class.getName() + ".probe";

	private final VisitorCookie cookie;

	/**
	 * Create a resolver.
	 * @param cookie finds the id in a request
	 */
	public ServletVisitorIdResolver(VisitorCookie cookie) {
		this.cookie = cookie;
	}

	@Override
	public @Nullable String resolveVisitorId() {
		if (!(RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes)
				|| isOver(attributes)) {
			return null;
		}
		String visitorId = null;
		try {
			visitorId = VisitorCookieFilter.findVisitorId(attributes.getRequest(), attributes.getResponse(),
					this.cookie);
		}
		catch (RuntimeException ex) {
			// Servers can refuse access to a request that is over.
			if (!isOver(attributes)) {
				throw ex;
			}
		}
		// The request may have ended in between.
		return isOver(attributes) ? null : visitorId;
	}

	/**
	 * A task decorator, or a thread-local that is inherited, can show a request to a
	 * thread that outlives it. Servers reuse requests, so it may be another visitor's
	 * already. Spring marks the attributes of a dispatch when the dispatch has ended: an
	 * attribute can no longer be read. A copy that Spring takes for other threads can
	 * still be read, but not be written. Attributes that an application has made are not
	 * marked, nor those that Spring makes for a {@code Callable}.
	 */
	private static boolean isOver(ServletRequestAttributes attributes) {
		try {
			attributes.getAttribute(PROBE_ATTRIBUTE, RequestAttributes.SCOPE_REQUEST);
			if (attributes.getClass() != ServletRequestAttributes.class) {
				attributes.setAttribute(PROBE_ATTRIBUTE, true, RequestAttributes.SCOPE_REQUEST);
			}
			return RequestIdentityListener.isAnother(attributes.getRequest());
		}
		catch (RuntimeException ex) {
			// Servers refuse access in different ways.
			return true;
		}
	}

}
