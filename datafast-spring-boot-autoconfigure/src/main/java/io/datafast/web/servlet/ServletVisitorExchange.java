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

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

import io.datafast.web.VisitorExchange;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;

/**
 * A Servlet request and its response.
 *
 * @param request the request
 * @param response the response, or {@code null} where only the request is read
 */
record ServletVisitorExchange(HttpServletRequest request,
		@Nullable HttpServletResponse response) implements VisitorExchange {

	@Override
	public String method() {
		return this.request.getMethod();
	}

	@Override
	public @Nullable String host() {
		return this.request.getServerName();
	}

	@Override
	public boolean isSecure() {
		return this.request.isSecure();
	}

	@Override
	public List<String> requestHeader(String name) {
		return Collections.list(this.request.getHeaders(name));
	}

	@Override
	public List<String> requestCookies(String name) {
		Cookie[] cookies = this.request.getCookies();
		return (cookies != null)
				? Stream.of(cookies).filter((cookie) -> name.equals(cookie.getName())).map(Cookie::getValue).toList()
				: List.of();
	}

	@Override
	public @Nullable Object attribute(String name) {
		return this.request.getAttribute(name);
	}

	@Override
	public void setAttribute(String name, Object value) {
		this.request.setAttribute(name, value);
	}

	@Override
	public List<String> responseHeader(String name) {
		return (this.response != null) ? List.copyOf(this.response.getHeaders(name)) : List.of();
	}

	@Override
	public void addResponseHeader(String name, String value) {
		if (this.response != null) {
			this.response.addHeader(name, value);
		}
	}

	@Override
	public boolean hasResponseCookie(String name) {
		return responseHeader(HttpHeaders.SET_COOKIE).stream().anyMatch((cookie) -> cookie.startsWith(name + "="));
	}

	@Override
	public void addResponseCookie(ResponseCookie cookie) {
		addResponseHeader(HttpHeaders.SET_COOKIE, cookie.toString());
	}

}
