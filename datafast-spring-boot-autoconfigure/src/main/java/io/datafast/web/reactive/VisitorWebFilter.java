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

import io.datafast.web.PendingVisitorCookie;
import io.datafast.web.VisitorCookie;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
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
	 * Whether an exchange has been handled. A context that is kept, or propagated to a
	 * thread, can still show it.
	 */
	static boolean isOver(ServerWebExchange exchange) {
		return exchange.getAttribute(OVER_ATTRIBUTE) != null;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		if (this.cookie == null) {
			return chain.filter(exchange);
		}
		PendingVisitorCookie pending = this.cookie.prepare(new ReactiveVisitorExchange(exchange));
		return ((pending != null) ? filter(exchange, chain, pending) : filterInContext(exchange, chain))
			.doFinally((signal) -> exchange.getAttributes().put(OVER_ATTRIBUTE, true));
	}

	private static Mono<Void> filterInContext(ServerWebExchange exchange, WebFilterChain chain) {
		return chain.filter(exchange)
			.contextWrite(
					(context) -> context.put(ServerWebExchangeContextFilter.EXCHANGE_CONTEXT_ATTRIBUTE, exchange));
	}

	/**
	 * An error is answered further out, so the cookie has to be there before.
	 */
	private static Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain, PendingVisitorCookie pending) {
		CookieResponse response = new CookieResponse(exchange.getResponse(), pending);
		return filterInContext(exchange.mutate().response(response).build(), chain)
			.doOnTerminate(response::registerCookie);
	}

	/**
	 * Has the cookie written as the last of the actions before the commit, when all
	 * others, such as Spring Security's, have set the caching headers.
	 */
	private static final class CookieResponse extends ServerHttpResponseDecorator {

		private final PendingVisitorCookie cookie;

		private CookieResponse(ServerHttpResponse delegate, PendingVisitorCookie cookie) {
			super(delegate);
			this.cookie = cookie;
		}

		private void registerCookie() {
			if (!isCommitted()) {
				getDelegate().beforeCommit(() -> Mono.fromRunnable(this.cookie::beforeCommit));
			}
		}

		@Override
		public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
			return Mono.defer(() -> {
				registerCookie();
				return super.writeWith(body);
			});
		}

		@Override
		public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
			return Mono.defer(() -> {
				registerCookie();
				return super.writeAndFlushWith(body);
			});
		}

		@Override
		public Mono<Void> setComplete() {
			return Mono.defer(() -> {
				registerCookie();
				return super.setComplete();
			});
		}

	}

}
