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

import java.util.function.IntSupplier;

import io.datafast.support.ReactiveTrackingContexts;
import io.datafast.support.TrackingContext;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.filter.reactive.ServerWebExchangeContextFilter;
import org.springframework.web.server.ServerWebExchange;

/**
 * Finds the response of an exchange: by the arguments of a handler method, where one is
 * the exchange or the response, and by the Reactor context. Thread-safe.
 */
public final class ExchangeResponses
		implements TrackingContext.HandlerResponse, ReactiveTrackingContexts.HandlerResponse {

	@Override
	public @Nullable IntSupplier findStatus(@Nullable Object[] arguments) {
		for (Object argument : arguments) {
			if (argument instanceof ServerWebExchange exchange) {
				return status(exchange.getResponse());
			}
			if (argument instanceof ServerHttpResponse response) {
				return status(response);
			}
		}
		return null;
	}

	@Override
	public @Nullable IntSupplier findStatus(ContextView context) {
		return ServerWebExchangeContextFilter.getExchange(context)
			.map((exchange) -> status(exchange.getResponse()))
			.orElse(null);
	}

	private static IntSupplier status(ServerHttpResponse response) {
		return () -> {
			HttpStatusCode status = response.getStatusCode();
			return (status != null) ? status.value() : HttpStatus.OK.value();
		};
	}

}
