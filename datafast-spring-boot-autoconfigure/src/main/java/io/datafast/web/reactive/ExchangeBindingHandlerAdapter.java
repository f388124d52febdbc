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

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.datafast.support.Lazy;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.HttpEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.HandlerAdapter;
import org.springframework.web.reactive.HandlerResult;
import org.springframework.web.server.ServerWebExchange;

/**
 * Lets the handler methods of annotated controllers run with the exchange bound to the
 * thread, since a method that returns no reactive type has no access to the Reactor
 * context. Everything else is left to Spring WebFlux's own adapter. Thread-safe.
 */
public final class ExchangeBindingHandlerAdapter implements HandlerAdapter, Ordered {

	private final Map<Class<?>, Boolean> controllers = new ConcurrentHashMap<>();

	private final Supplier<@Nullable HandlerAdapter> delegate;

	/**
	 * Create an adapter.
	 * @param delegate calls the methods; asked for with the first request; {@code null}
	 * if there is none
	 */
	public ExchangeBindingHandlerAdapter(Supplier<@Nullable HandlerAdapter> delegate) {
		this.delegate = Lazy.of(delegate);
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public boolean supports(Object handler) {
		if (handler instanceof HandlerMethod handlerMethod && isController(handlerMethod.getBeanType())) {
			HandlerAdapter adapter = this.delegate.get();
			return adapter != null && adapter.supports(handler);
		}
		return false;
	}

	private boolean isController(Class<?> beanType) {
		return this.controllers.computeIfAbsent(beanType,
				(type) -> AnnotatedElementUtils.hasAnnotation(type, Controller.class));
	}

	@Override
	public Mono<HandlerResult> handle(ServerWebExchange exchange, Object handler) {
		HandlerAdapter adapter = this.delegate.get();
		if (adapter == null) {
			return Mono.error(new IllegalStateException("There is no adapter for " + handler));
		}
		ServerWebExchange binding = new ExchangeBindingExchange(exchange, waitsForBody(handler));
		return new ExchangeBoundMono<>(adapter.handle(binding, handler), exchange);
	}

	private static boolean waitsForBody(Object handler) {
		return handler instanceof HandlerMethod handlerMethod && Stream.of(handlerMethod.getMethodParameters())
			.anyMatch((parameter) -> parameter.hasParameterAnnotation(RequestBody.class)
					|| HttpEntity.class.isAssignableFrom(parameter.getParameterType()));
	}

}
