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

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestEvent;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.ServletRequestWrapper;

/**
 * Sets each request as an attribute of its own. Jetty gives each request an object of its
 * own, but after the request such an object shows the next request of the connection. The
 * attribute is another object then. Thread-safe.
 */
public final class RequestIdentityListener implements ServletRequestListener {

	private static final String ATTRIBUTE = RequestIdentityListener.class.getName() + ".request";

	@Override
	public void requestInitialized(ServletRequestEvent event) {
		event.getServletRequest().setAttribute(ATTRIBUTE, unwrap(event.getServletRequest()));
	}

	/**
	 * Whether an object shows another request than the one that it was made for. It is
	 * taken for the same where that is unknown: the listener has not been told of mock
	 * requests, and a wrapper may be of no type that can be unwrapped.
	 */
	static boolean isAnother(ServletRequest request) {
		Object shown = request.getAttribute(ATTRIBUTE);
		ServletRequest unwrapped = unwrap(request);
		return shown != null && shown != unwrapped && shown.getClass() == unwrapped.getClass();
	}

	private static ServletRequest unwrap(ServletRequest request) {
		ServletRequest result = request;
		while (result instanceof ServletRequestWrapper wrapper) {
			result = wrapper.getRequest();
		}
		return result;
	}

}
