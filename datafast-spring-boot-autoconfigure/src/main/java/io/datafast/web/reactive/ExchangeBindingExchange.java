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

import java.security.Principal;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.codec.multipart.Part;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.util.MultiValueMap;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;
import org.springframework.web.server.WebSession;

/**
 * Whatever a handler method's arguments may wait for arrives with the exchange bound to
 * the thread, so that the method then runs with it.
 */
final class ExchangeBindingExchange extends ServerWebExchangeDecorator {

	private final ServerHttpRequest request;

	/**
	 * Create an exchange.
	 * @param delegate the exchange to bind
	 * @param waitsForBody whether an argument may be the body; otherwise the request is
	 * the very one
	 */
	ExchangeBindingExchange(ServerWebExchange delegate, boolean waitsForBody) {
		super(delegate);
		this.request = waitsForBody ? bindBody(delegate.getRequest()) : delegate.getRequest();
	}

	/**
	 * Built rather than decorated, since applications cast requests to
	 * {@code AbstractServerHttpRequest}.
	 */
	private ServerHttpRequest bindBody(ServerHttpRequest request) {
		return new ServerHttpRequestDecorator(request) {

			@Override
			public Flux<DataBuffer> getBody() {
				return Flux.from(bind(super.getBody()));
			}

		}.mutate().build();
	}

	@Override
	public ServerHttpRequest getRequest() {
		return this.request;
	}

	@Override
	public Mono<WebSession> getSession() {
		return Mono.from(bind(super.getSession()));
	}

	@Override
	public <T extends Principal> Mono<T> getPrincipal() {
		return Mono.from(bind(super.<T>getPrincipal()));
	}

	@Override
	public Mono<MultiValueMap<String, String>> getFormData() {
		return Mono.from(bind(super.getFormData()));
	}

	@Override
	public Mono<MultiValueMap<String, Part>> getMultipartData() {
		return Mono.from(bind(super.getMultipartData()));
	}

	private <T> Publisher<T> bind(Publisher<T> source) {
		return Operators.<T, T>lift((scannable, actual) -> new ExchangeSwitchingSubscriber<>(actual, getDelegate()))
			.apply(source);
	}

}
