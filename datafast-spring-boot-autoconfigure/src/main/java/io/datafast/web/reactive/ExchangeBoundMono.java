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

import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

import org.springframework.web.server.ServerWebExchange;

/**
 * Binds an exchange to the thread while what is upstream works, and no longer: what is
 * downstream sees what was bound before.
 *
 * @param <T> the type of the value
 */
final class ExchangeBoundMono<T> extends MonoOperator<T, T> {

	private final ServerWebExchange exchange;

	ExchangeBoundMono(Mono<T> source, ServerWebExchange exchange) {
		super(source);
		this.exchange = exchange;
	}

	@Override
	public void subscribe(CoreSubscriber<? super T> actual) {
		@Nullable ServerWebExchange outside = CurrentExchange.get();
		ExchangeSwitchingSubscriber.run(this.exchange,
				() -> this.source.subscribe(new ExchangeSwitchingSubscriber<>(actual, outside)));
	}

}
