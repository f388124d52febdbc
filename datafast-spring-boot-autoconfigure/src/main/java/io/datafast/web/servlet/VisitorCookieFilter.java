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
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

import io.datafast.web.PendingVisitorCookie;
import io.datafast.web.VisitorCookie;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.web.util.WebUtils;

/**
 * Issues and renews the visitor cookie. DataFast's script takes over a cookie that is
 * already there, so both sides share one id from the first request. A request whose
 * response may not have the cookie passes untouched. The filter applies to all dispatches
 * but includes: each of them can set the caching headers and end the response.
 * Thread-safe.
 */
public final class VisitorCookieFilter implements Filter {

	private static final String COOKIE_ATTRIBUTE = VisitorCookieFilter.class.getName() + ".cookie";

	private final VisitorCookie cookie;

	/**
	 * Create a filter.
	 * @param cookie the cookie
	 */
	public VisitorCookieFilter(VisitorCookie cookie) {
		this.cookie = cookie;
	}

	static @Nullable String findVisitorId(HttpServletRequest request, @Nullable HttpServletResponse response,
			VisitorCookie cookie) {
		String visitorId = cookie.findVisitorId(headers(request), cookies(request));
		return (visitorId == null && request.getAttribute(COOKIE_ATTRIBUTE) instanceof PendingVisitorCookie pending)
				? pending.visitorId((response != null) ? VisitorCookieResponse.headers(response) : new HttpHeaders())
				: visitorId;
	}

	private static Function<String, List<String>> headers(HttpServletRequest request) {
		return (name) -> Collections.list(request.getHeaders(name));
	}

	private static Function<String, List<String>> cookies(HttpServletRequest request) {
		Cookie[] cookies = request.getCookies();
		return (name) -> (cookies != null)
				? Stream.of(cookies).filter((cookie) -> name.equals(cookie.getName())).map(Cookie::getValue).toList()
				: List.of();
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		VisitorCookieResponse known = WebUtils.getNativeResponse(response, VisitorCookieResponse.class);
		VisitorCookieResponse cookieResponse = (known != null) ? known
				: prepare((HttpServletRequest) request, (HttpServletResponse) response);
		chain.doFilter(request, (known != null || cookieResponse == null) ? response : cookieResponse);
		// A failed request is answered by a dispatch of its own.
		if (cookieResponse != null && !request.isAsyncStarted()) {
			cookieResponse.beforeCommit();
		}
	}

	/**
	 * Only the first dispatch prepares a cookie, since a dispatch for an error can have
	 * another method than the request.
	 */
	private @Nullable VisitorCookieResponse prepare(HttpServletRequest request, HttpServletResponse response) {
		if (request.getDispatcherType() == DispatcherType.REQUEST) {
			request.setAttribute(COOKIE_ATTRIBUTE, this.cookie.prepare(request.getMethod(), headers(request),
					cookies(request), request.getServerName(), request.isSecure()));
		}
		return (request.getAttribute(COOKIE_ATTRIBUTE) instanceof PendingVisitorCookie pending)
				? new VisitorCookieResponse(response, pending) : null;
	}

}
