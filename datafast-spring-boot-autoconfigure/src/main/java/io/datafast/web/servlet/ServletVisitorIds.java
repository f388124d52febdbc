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

import io.datafast.support.VisitorIds;
import io.datafast.web.VisitorCookie;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request's visitor id: that of the cookie, or the one issued with the request.
 */
final class ServletVisitorIds {

	private ServletVisitorIds() {
	}

	static @Nullable String find(HttpServletRequest request, VisitorCookie visitorCookie) {
		Object issued = request.getAttribute(VisitorCookie.ISSUED_ATTRIBUTE);
		return (issued instanceof String visitorId) ? visitorId : findInCookies(request, visitorCookie);
	}

	private static @Nullable String findInCookies(HttpServletRequest request, VisitorCookie visitorCookie) {
		Cookie[] cookies = request.getCookies();
		if (cookies != null) {
			for (Cookie cookie : cookies) {
				if (visitorCookie.name().equals(cookie.getName())) {
					String visitorId = VisitorIds.wellFormedOrNull(cookie.getValue());
					if (visitorId != null) {
						return visitorId;
					}
				}
			}
		}
		return null;
	}

}
