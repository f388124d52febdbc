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

import io.datafast.ReactiveVisitorIdResolver;
import io.datafast.VisitorIdResolver;
import io.datafast.web.VisitorCookie;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

import org.springframework.web.filter.reactive.ServerWebExchangeContextFilter;
import org.springframework.web.server.ServerWebExchange;

/**
 * The visitor of the exchange in the Reactor context, or of the exchange that the current
 * thread handles. Thread-safe.
 */
public final class ExchangeVisitorIdResolver implements ReactiveVisitorIdResolver, VisitorIdResolver {

	private static final ThreadLocal<@Nullable ServerWebExchange> currentExchange = new ThreadLocal<>();

	private final VisitorCookie cookie;

	/**
	 * Create a resolver.
	 * @param cookie finds the id in a request
	 */
	public ExchangeVisitorIdResolver(VisitorCookie cookie) {
		this.cookie = cookie;
	}

	/**
	 * The exchange that the thread handles, for imperative code where the application has
	 * Reactor propagate its context to threads.
	 * @return the thread-local, which holds {@code null} on threads that handle no
	 * exchange
	 */
	public static ThreadLocal<@Nullable ServerWebExchange> currentExchange() {
		return currentExchange;
	}

	@Override
	public @Nullable String resolveVisitorId(ContextView context) {
		return find(ServerWebExchangeContextFilter.getExchange(context).orElse(null));
	}

	/**
	 * The thread that called the method may handle another exchange.
	 */
	@Override
	public boolean hasPrecedence(ContextView context) {
		return context.hasKey(ServerWebExchangeContextFilter.EXCHANGE_CONTEXT_ATTRIBUTE);
	}

	@Override
	public @Nullable String resolveVisitorId() {
		return find(currentExchange.get());
	}

	private @Nullable String find(@Nullable ServerWebExchange exchange) {
		return (exchange != null) ? VisitorWebFilter.findVisitorId(exchange, this.cookie) : null;
	}

}
