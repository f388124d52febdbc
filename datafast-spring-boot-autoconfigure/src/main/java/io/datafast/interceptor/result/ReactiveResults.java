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

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.datafast.support.ReactiveTrackingContexts;
import io.datafast.support.TrackingContext;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

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
		if (!adapter.getDescriptor().isDeferred()) {
			new Subscription(call, call.context()).observe(Flux.from(adapter.toPublisher(result)), adapter)
				.subscribe((value) -> {
				}, (failure) -> {
				});
			return result;
		}
		if (result instanceof Mono<?> mono && adapter.getReactiveType() == Mono.class) {
			return Mono.deferContextual(
					(context) -> new Subscription(call, contexts.get().forSubscriber(call.contextHere(), context))
						.observe(mono));
		}
		Publisher<Object> source = adapter.toPublisher(result);
		return adapter.fromPublisher(Flux.deferContextual(
				(context) -> new Subscription(call, contexts.get().forSubscriber(call.contextHere(), context))
					.observe(Flux.from(source), adapter)));
	}

	/**
	 * Returns a result whose later subscriptions get a result of their own.
	 */
	static Object resubscribing(Object result, ReactiveAdapter adapter, Callable<? extends @Nullable Object> again) {
		AtomicBoolean subscribed = new AtomicBoolean();
		if (result instanceof Mono<?> mono && adapter.getReactiveType() == Mono.class) {
			return Mono.defer(() -> subscribed.compareAndSet(false, true) ? mono
					: Mono.fromCallable(again).flatMap((next) -> (Mono<?>) next));
		}
		return adapter.fromPublisher(Flux.defer(() -> subscribed.compareAndSet(false, true)
				? adapter.toPublisher(result) : Mono.fromCallable(again).flatMapMany(adapter::toPublisher)));
	}

	/**
	 * Reports the first signal that means success to the call. After an error or a
	 * cancellation, nothing is reported.
	 */
	private record Subscription(TrackedCall call, TrackingContext context, AtomicBoolean over) {

		Subscription(TrackedCall call, TrackingContext context) {
			this(call, context, new AtomicBoolean());
		}

		<T> Mono<T> observe(Mono<T> mono) {
			return mono.doOnCancel(this::cancelled).doOnSuccess(this::succeeded);
		}

		<T> Flux<T> observe(Flux<T> flux, ReactiveAdapter adapter) {
			Flux<T> observed = flux.doOnCancel(this::cancelled).doOnComplete(() -> succeeded(null));
			return adapter.isMultiValue() ? observed : observed.doOnNext(this::succeeded);
		}

		private void cancelled() {
			this.over.set(true);
		}

		private void succeeded(@Nullable Object value) {
			if (this.over.compareAndSet(false, true)) {
				this.call.succeeded(value, this.context);
			}
		}

	}

}
