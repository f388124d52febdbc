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

import java.io.IOException;

import io.datafast.web.VisitorCookie;
import io.datafast.web.VisitorIdGenerator;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Issues the visitor cookie to requests that have none, or a malformed one. DataFast's
 * script takes over a cookie that is already there, so both sides share one id from the
 * first request. Thread-safe.
 */
public final class VisitorCookieFilter extends OncePerRequestFilter {

	private final VisitorIdGenerator visitorIds = new VisitorIdGenerator();

	private final VisitorCookie cookie;

	/**
	 * Create a filter.
	 * @param cookie the cookie
	 */
	public VisitorCookieFilter(VisitorCookie cookie) {
		this.cookie = cookie;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain filterChain)
			throws ServletException, IOException {
		if (ServletVisitorIds.find(request, this.cookie) == null) {
			String visitorId = this.visitorIds.generate();
			request.setAttribute(VisitorCookie.ISSUED_ATTRIBUTE, visitorId);
			response.addHeader(HttpHeaders.SET_COOKIE, this.cookie.issue(visitorId, request.isSecure()).toString());
		}
		filterChain.doFilter(request, response);
	}

}
