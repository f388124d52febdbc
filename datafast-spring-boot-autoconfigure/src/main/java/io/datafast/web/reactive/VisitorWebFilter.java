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
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Supplier;

import io.datafast.web.PendingVisitorCookie;
import io.datafast.web.VisitorCookie;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.filter.reactive.ServerWebExchangeContextFilter;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Puts the exchange into the Reactor context, where its visitor is found, and issues and
 * renews the visitor cookie. DataFast's script takes over a cookie that is already there,
 * so both sides share one id from the first request. Thread-safe.
 */
public final class VisitorWebFilter implements WebFilter {

	private static final String COOKIE_ATTRIBUTE = VisitorWebFilter.class.getName() + ".cookie";

	private static final String OVER_ATTRIBUTE = VisitorWebFilter.class.getName() + ".over";

	private final @Nullable VisitorCookie cookie;

	/**
	 * Create a filter.
	 * @param cookie the cookie, or {@code null} if requests are to pass untouched
	 */
	public VisitorWebFilter(@Nullable VisitorCookie cookie) {
		this.cookie = cookie;
	}

	/**
	 * Find the visitor of an exchange. An exchange that has been handled has none: a
	 * context that is kept, or propagated to a thread, can still hold the exchange, and
	 * some servers reuse its request.
	 */
	static @Nullable String findVisitorId(ServerWebExchange exchange, VisitorCookie cookie) {
		ServerHttpRequest request = exchange.getRequest();
		String visitorId = cookie.findVisitorId(headers(request), cookies(request));
		if (visitorId == null && exchange.getAttribute(COOKIE_ATTRIBUTE) instanceof PendingVisitorCookie pending) {
			visitorId = pending.visitorId(headersAndCookies(exchange.getResponse()));
		}
		// Checked last, since the exchange may end meanwhile.
		return (exchange.getAttribute(OVER_ATTRIBUTE) == null) ? visitorId : null;
	}

	private static Function<String, List<String>> headers(ServerHttpRequest request) {
		return (name) -> PendingVisitorCookie.values(request.getHeaders(), name);
	}

	private static Function<String, List<String>> cookies(ServerHttpRequest request) {
		return (name) -> request.getCookies().getOrDefault(name, List.of()).stream().map(HttpCookie::getValue).toList();
	}

	private static HttpHeaders headersAndCookies(ServerHttpResponse response) {
		HttpHeaders headers = new HttpHeaders();
		response.getHeaders().forEach(headers::addAll);
		response.getCookies()
			.forEach((name, cookies) -> cookies
				.forEach((cookie) -> headers.add(HttpHeaders.SET_COOKIE, cookie.toString())));
		return headers;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		if (this.cookie == null) {
			return chain.filter(exchange);
		}
		ServerWebExchange filtered = prepare(exchange, this.cookie);
		return chain.filter(filtered)
			.contextWrite((context) -> context.put(ServerWebExchangeContextFilter.EXCHANGE_CONTEXT_ATTRIBUTE, filtered))
			.doOnTerminate(() -> exchange.getAttributes().put(OVER_ATTRIBUTE, true))
			.doOnCancel(() -> exchange.getAttributes().put(OVER_ATTRIBUTE, true));
	}

	private static ServerWebExchange prepare(ServerWebExchange exchange, VisitorCookie cookie) {
		ServerHttpRequest request = exchange.getRequest();
		PendingVisitorCookie pending = cookie.prepare(request.getMethod().name(), headers(request), cookies(request),
				request.getURI().getHost(), "https".equalsIgnoreCase(request.getURI().getScheme()));
		if (pending == null) {
			return exchange;
		}
		exchange.getAttributes().put(COOKIE_ATTRIBUTE, pending);
		return exchange.mutate().response(new CookieResponse(exchange.getResponse(), pending)).build();
	}

	/**
	 * Writes the cookie after all other actions before the commit, since these can set
	 * caching headers, as Spring Security's does.
	 */
	private static final class CookieResponse extends ServerHttpResponseDecorator {

		private final Queue<Supplier<? extends Mono<Void>>> actions = new ConcurrentLinkedQueue<>();

		private CookieResponse(ServerHttpResponse response, PendingVisitorCookie cookie) {
			super(response);
			response.beforeCommit(() -> Flux.fromIterable(this.actions)
				.concatMap(Supplier::get)
				.then(Mono.fromRunnable(() -> write(response, cookie))));
		}

		/**
		 * A response with status 304 stands for one that a cache has stored, perhaps for
		 * all visitors.
		 */
		private static void write(ServerHttpResponse response, PendingVisitorCookie cookie) {
			if (response.getStatusCode() != HttpStatus.NOT_MODIFIED) {
				cookie.write(headersAndCookies(response), response.getHeaders()::add, response::addCookie);
			}
		}

		@Override
		public void beforeCommit(Supplier<? extends Mono<Void>> action) {
			this.actions.add(action);
		}

	}

}
