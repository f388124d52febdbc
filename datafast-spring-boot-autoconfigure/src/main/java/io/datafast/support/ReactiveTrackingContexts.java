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

package io.datafast.support;

import java.lang.reflect.Method;
import java.util.function.Function;
import java.util.function.Supplier;

import io.datafast.ReactiveVisitorIdResolver;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Finds out on whose behalf a subscriber's goals are tracked. Part of what the library's
 * own integrations are made of. Thread-safe.
 */
public final class ReactiveTrackingContexts {

	private final Supplier<ReactiveVisitorIdResolver> visitorIdResolver;

	private final Function<ContextView, TrackingContext.@Nullable Transaction> transactions;

	/**
	 * Create an instance.
	 * @param visitorIdResolver finds the visitor of a Reactor context; asked for with the
	 * first subscription
	 * @param transactions finds the transaction of a Reactor context
	 */
	public ReactiveTrackingContexts(Supplier<ReactiveVisitorIdResolver> visitorIdResolver,
			Function<ContextView, TrackingContext.@Nullable Transaction> transactions) {
		this.visitorIdResolver = Lazy.of(visitorIdResolver);
		this.transactions = transactions;
	}

	/**
	 * An instance for applications in which a Reactor context says nothing.
	 * @return the instance
	 */
	public static ReactiveTrackingContexts none() {
		return new ReactiveTrackingContexts(() -> (context) -> null, (context) -> null);
	}

	/**
	 * The context of a subscription.
	 * @param called the context in which the method was called that returned what is
	 * subscribed to; its visitor counts unless that of the subscriber
	 * {@linkplain ReactiveVisitorIdResolver#hasPrecedence has precedence}
	 * @param subscriber the subscriber's Reactor context
	 * @return the context
	 */
	public TrackingContext forSubscriber(TrackingContext called, ContextView subscriber) {
		TrackingContext context = TrackingContext.capture(() -> () -> findVisitor(called, subscriber));
		return context.within(this.transactions.apply(subscriber));
	}

	/**
	 * Let a method know, where it runs, in which context its goals will be tracked.
	 * @param tracking that context
	 * @param method the method
	 * @param subscriber the Reactor context of the subscriber to the method's result
	 * @return the Reactor context for what is upstream of the subscriber
	 */
	public static Context expose(TrackingContext tracking, Method method, Context subscriber) {
		return subscriber.put(new Key(method), tracking);
	}

	/**
	 * The context in which the goals of a method will be tracked.
	 * @param upstream the Reactor context in which the method runs
	 * @param method the method
	 * @return the context, or {@code null} if it is unknown
	 */
	public static @Nullable TrackingContext exposed(ContextView upstream, Method method) {
		return upstream.<@Nullable TrackingContext>getOrDefault(new Key(method), null);
	}

	private @Nullable String findVisitor(TrackingContext called, ContextView subscriber) {
		ReactiveVisitorIdResolver resolver = this.visitorIdResolver.get();
		String ofCall = resolver.hasPrecedence(subscriber) ? null : called.visitorId();
		return (ofCall != null) ? ofCall : resolver.resolveVisitorId(subscriber);
	}

	private record Key(Method method) {
	}

}
