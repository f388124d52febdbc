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

import io.datafast.web.PendingVisitorCookie;
import io.datafast.web.VisitorCookie;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.WebUtils;

/**
 * Issues and renews the visitor cookie. DataFast's script takes over a cookie that is
 * already there, so both sides share one id from the first request. A request whose
 * response may not have the cookie passes untouched. Thread-safe.
 */
public final class VisitorCookieFilter extends OncePerRequestFilter {

	private final VisitorCookie cookie;

	/**
	 * Create a filter.
	 * @param cookie the cookie
	 */
	public VisitorCookieFilter(VisitorCookie cookie) {
		this.cookie = cookie;
	}

	/**
	 * An asynchronous request can end without a body, so that nothing else commits it
	 * within the chain.
	 */
	@Override
	protected boolean shouldNotFilterAsyncDispatch() {
		return false;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain filterChain)
			throws ServletException, IOException {
		VisitorCookieResponse cookieResponse = isAsyncDispatch(request)
				? WebUtils.getNativeResponse(response, VisitorCookieResponse.class) : prepare(request, response);
		if (cookieResponse == null) {
			filterChain.doFilter(request, response);
			return;
		}
		try {
			filterChain.doFilter(request, isAsyncDispatch(request) ? response : cookieResponse);
		}
		finally {
			if (!request.isAsyncStarted()) {
				cookieResponse.beforeCommit();
			}
		}
	}

	private @Nullable VisitorCookieResponse prepare(HttpServletRequest request, HttpServletResponse response) {
		PendingVisitorCookie pending = this.cookie.prepare(new ServletVisitorExchange(request, response));
		return (pending != null) ? new VisitorCookieResponse(response, pending) : null;
	}

}
