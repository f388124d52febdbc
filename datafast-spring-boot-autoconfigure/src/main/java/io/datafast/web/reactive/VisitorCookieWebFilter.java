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

import io.datafast.web.VisitorCookie;
import io.datafast.web.VisitorIdGenerator;
import reactor.core.publisher.Mono;

import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Issues the visitor cookie to requests that have none, or a malformed one. DataFast's
 * script takes over a cookie that is already there, so both sides share one id from the
 * first request. Thread-safe.
 */
public final class VisitorCookieWebFilter implements WebFilter {

	private final VisitorIdGenerator visitorIds = new VisitorIdGenerator();

	private final VisitorCookie cookie;

	/**
	 * Create a filter.
	 * @param cookie the cookie
	 */
	public VisitorCookieWebFilter(VisitorCookie cookie) {
		this.cookie = cookie;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		if (ExchangeVisitorIds.find(exchange, this.cookie) == null) {
			String visitorId = this.visitorIds.generate();
			exchange.getAttributes().put(VisitorCookie.ISSUED_ATTRIBUTE, visitorId);
			exchange.getResponse().addCookie(this.cookie.issue(visitorId, isSecure(exchange.getRequest())));
		}
		return chain.filter(exchange);
	}

	private static boolean isSecure(ServerHttpRequest request) {
		return "https".equalsIgnoreCase(request.getURI().getScheme());
	}

}
