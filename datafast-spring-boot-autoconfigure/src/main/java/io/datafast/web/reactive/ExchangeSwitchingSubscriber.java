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
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

import org.springframework.web.server.ServerWebExchange;

/**
 * Passes signals on with another exchange bound to the thread.
 *
 * @param <T> the type of the values
 */
final class ExchangeSwitchingSubscriber<T> implements CoreSubscriber<T> {

	private final CoreSubscriber<? super T> actual;

	private final @Nullable ServerWebExchange exchange;

	ExchangeSwitchingSubscriber(CoreSubscriber<? super T> actual, @Nullable ServerWebExchange exchange) {
		this.actual = actual;
		this.exchange = exchange;
	}

	@Override
	public Context currentContext() {
		return this.actual.currentContext();
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		run(this.exchange, () -> this.actual.onSubscribe(subscription));
	}

	@Override
	public void onNext(T value) {
		run(this.exchange, () -> this.actual.onNext(value));
	}

	@Override
	public void onError(Throwable failure) {
		run(this.exchange, () -> this.actual.onError(failure));
	}

	@Override
	public void onComplete() {
		run(this.exchange, this.actual::onComplete);
	}

	static void run(@Nullable ServerWebExchange exchange, Runnable signal) {
		ServerWebExchange previous = CurrentExchange.get();
		CurrentExchange.set(exchange);
		try {
			signal.run();
		}
		finally {
			CurrentExchange.set(previous);
		}
	}

}
