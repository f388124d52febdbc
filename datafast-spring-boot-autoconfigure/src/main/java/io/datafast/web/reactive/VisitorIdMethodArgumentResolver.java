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
import io.datafast.annotation.VisitorId;
import io.datafast.web.VisitorIdArgument;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import org.springframework.core.MethodParameter;
import org.springframework.web.filter.reactive.ServerWebExchangeContextFilter;
import org.springframework.web.reactive.BindingContext;
import org.springframework.web.reactive.result.method.HandlerMethodArgumentResolver;
import org.springframework.web.server.ServerWebExchange;

/**
 * Resolves {@link VisitorId @VisitorId} parameters of Spring WebFlux's handler methods.
 * Thread-safe.
 */
public final class VisitorIdMethodArgumentResolver implements HandlerMethodArgumentResolver {

	private final VisitorIdArgument argument = new VisitorIdArgument();

	private final ReactiveVisitorIdResolver visitorIdResolver;

	/**
	 * Create a resolver.
	 * @param visitorIdResolver finds the visitor
	 */
	public VisitorIdMethodArgumentResolver(ReactiveVisitorIdResolver visitorIdResolver) {
		this.visitorIdResolver = visitorIdResolver;
	}

	@Override
	public boolean supportsParameter(MethodParameter parameter) {
		return parameter.hasParameterAnnotation(VisitorId.class);
	}

	/**
	 * {@inheritDoc} The exchange is in no context where no filter has put it there.
	 * @return the id as a {@code String} or an {@code Optional}, empty if there is none,
	 * or an {@code IllegalStateException} if the parameter is neither a {@code String}
	 * nor an {@code Optional<String>}
	 */
	@Override
	public Mono<Object> resolveArgument(MethodParameter parameter, BindingContext bindingContext,
			ServerWebExchange exchange) {
		return Mono.deferContextual((context) -> Mono
			.justOrEmpty(this.argument.resolve(parameter, () -> this.visitorIdResolver.resolveVisitorId(
					Context.of(context).put(ServerWebExchangeContextFilter.EXCHANGE_CONTEXT_ATTRIBUTE, exchange)))));
	}

}
