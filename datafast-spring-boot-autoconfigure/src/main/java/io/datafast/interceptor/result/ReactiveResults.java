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

package io.datafast.interceptor.result;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.datafast.support.ReactiveTrackingContexts;
import io.datafast.support.TrackingContext;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.core.ReactiveAdapter;

/**
 * Results of reactive types: an operator of Reactor between two adapters. Used where
 * Reactor is present.
 */
final class ReactiveResults {

	private ReactiveResults() {
	}

	/**
	 * Returns a result each of whose subscriptions tracks the goals: with its value for
	 * types that have at most one, and on completion for all others.
	 */
	static Object observe(Object result, ReactiveAdapter adapter, TrackedCall call,
			Supplier<ReactiveTrackingContexts> contexts) {
		Publisher<Object> source = adapter.toPublisher(result);
		return adapter.fromPublisher(adapter.isMultiValue()
				? Flux.deferContextual((subscriber) -> Subscription.of(call, contexts, subscriber).observe(source))
				: Mono.deferContextual(
						(subscriber) -> Subscription.of(call, contexts, subscriber).observe(Mono.fromDirect(source))));
	}

	/**
	 * Returns a result whose later subscriptions get a result of their own.
	 */
	static Object resubscribing(Object result, ReactiveAdapter adapter, ProxyMethodInvocation again) {
		AtomicBoolean subscribed = new AtomicBoolean();
		Flux<Object> results = Flux.defer(() -> subscribed.compareAndSet(false, true) ? adapter.toPublisher(result)
				: proceed(again.invocableClone(), adapter));
		return adapter.fromPublisher(adapter.isMultiValue() ? results : Mono.fromDirect(results));
	}

	private static Publisher<Object> proceed(MethodInvocation invocation, ReactiveAdapter adapter) {
		try {
			return adapter.toPublisher(invocation.proceed());
		}
		catch (Throwable ex) {
			return Mono.error(ex);
		}
	}

	/**
	 * Reports to the call, unless the subscription has been cancelled.
	 */
	private record Subscription(TrackedCall call, TrackingContext context, AtomicBoolean cancelled) {

		static Subscription of(TrackedCall call, Supplier<ReactiveTrackingContexts> contexts, ContextView subscriber) {
			return new Subscription(call, contexts.get().forSubscriber(call.contextHere(), subscriber),
					new AtomicBoolean());
		}

		<T> Flux<T> observe(Publisher<T> source) {
			return Flux.from(source).doOnCancel(() -> this.cancelled.set(true)).doOnComplete(() -> succeeded(null));
		}

		<T> Mono<T> observe(Mono<T> source) {
			return source.doOnCancel(() -> this.cancelled.set(true)).doOnSuccess(this::succeeded);
		}

		private void succeeded(@Nullable Object value) {
			if (!this.cancelled.get()) {
				this.call.succeeded(value, this.context);
			}
		}

	}

}
