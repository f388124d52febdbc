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

package io.datafast.web.reactive;

import java.util.List;
import java.util.Map;

import io.datafast.web.VisitorExchange;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.web.server.ServerWebExchange;

/**
 * An exchange of WebFlux.
 *
 * @param exchange the exchange
 */
record ReactiveVisitorExchange(ServerWebExchange exchange) implements VisitorExchange {

	@Override
	public String method() {
		return this.exchange.getRequest().getMethod().name();
	}

	@Override
	public @Nullable String host() {
		return this.exchange.getRequest().getURI().getHost();
	}

	@Override
	public boolean isSecure() {
		return "https".equalsIgnoreCase(this.exchange.getRequest().getURI().getScheme());
	}

	@Override
	public List<String> requestHeader(String name) {
		return values(this.exchange.getRequest().getHeaders(), name);
	}

	@Override
	public List<String> requestCookies(String name) {
		List<HttpCookie> cookies = this.exchange.getRequest().getCookies().get(name);
		return (cookies != null) ? cookies.stream().map(HttpCookie::getValue).toList() : List.of();
	}

	@Override
	public @Nullable Object attribute(String name) {
		return this.exchange.getAttribute(name);
	}

	@Override
	public void setAttribute(String name, Object value) {
		this.exchange.getAttributes().put(name, value);
	}

	@Override
	public List<String> responseHeader(String name) {
		return values(this.exchange.getResponse().getHeaders(), name);
	}

	@Override
	public void addResponseHeader(String name, String value) {
		this.exchange.getResponse().getHeaders().add(name, value);
	}

	@Override
	public boolean hasResponseCookie(String name) {
		return this.exchange.getResponse().getCookies().containsKey(name)
				|| responseHeader(HttpHeaders.SET_COOKIE).stream().anyMatch((cookie) -> cookie.startsWith(name + "="));
	}

	@Override
	public void addResponseCookie(ResponseCookie cookie) {
		this.exchange.getResponse().addCookie(cookie);
	}

	/**
	 * {@code HttpHeaders.get} has another signature in each of Spring Framework 6 and 7.
	 */
	private static List<String> values(HttpHeaders headers, String name) {
		return headers.headerSet()
			.stream()
			.filter((header) -> name.equalsIgnoreCase(header.getKey()))
			.findFirst()
			.map(Map.Entry::getValue)
			.orElse(List.of());
	}

}
