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

package io.datafast;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Finds out on whose behalf a subscriber's goals are tracked. Part of what the library's
 * own integrations are made of. Thread-safe.
 */
public final class ReactiveTrackingContexts {

	private static final boolean TRANSACTIONS_PRESENT = ClassUtils.isPresent(
			"org.springframework.transaction.reactive.TransactionSynchronizationManager",
			ReactiveTrackingContexts.class.getClassLoader());

	private final Supplier<ReactiveVisitorIdResolver> visitorIdResolver;

	/**
	 * Create an instance.
	 * @param visitorIdResolver finds the visitor of a Reactor context; asked for with the
	 * first subscription
	 */
	public ReactiveTrackingContexts(Supplier<ReactiveVisitorIdResolver> visitorIdResolver) {
		this.visitorIdResolver = SingletonSupplier.of(visitorIdResolver);
	}

	/**
	 * The context of a subscription.
	 * @param called the context in which the method was called that returned what is
	 * subscribed to; its visitor has precedence
	 * @param subscriber the subscriber's Reactor context
	 * @return the context
	 */
	public TrackingContext forSubscriber(TrackingContext called, ContextView subscriber) {
		TrackingContext context = called.orElse(() -> () -> this.visitorIdResolver.get().resolveVisitorId(subscriber));
		return context.within(transaction(subscriber));
	}

	private static TrackingContext.@Nullable Transaction transaction(ContextView subscriber) {
		return (TRANSACTIONS_PRESENT && !subscriber.isEmpty()) ? new ReactiveTransaction(subscriber) : null;
	}

}
