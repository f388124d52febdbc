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

import java.util.function.IntSupplier;
import java.util.function.Supplier;

import io.datafast.ReactiveVisitorIdResolver;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Finds the visitor, the transaction and the response for the goals of a subscriber.
 * Thread-safe.
 */
public final class ReactiveTrackingContexts {

	private final Supplier<ReactiveVisitorIdResolver> visitorIdResolver;

	private final Supplier<HandlerResponse> responses;

	private final Supplier<ReactiveTransactions> transactions;

	/**
	 * Create an instance.
	 * @param visitorIdResolver finds the visitor of a Reactor context; asked for with the
	 * first subscription
	 * @param responses finds the response of a Reactor context; asked for with the first
	 * subscription
	 * @param transactions finds the transaction of a Reactor context; asked for with the
	 * first subscription
	 */
	public ReactiveTrackingContexts(Supplier<ReactiveVisitorIdResolver> visitorIdResolver,
			Supplier<HandlerResponse> responses, Supplier<ReactiveTransactions> transactions) {
		this.visitorIdResolver = Lazy.of(visitorIdResolver);
		this.responses = Lazy.of(responses);
		this.transactions = Lazy.of(transactions);
	}

	/**
	 * An instance that finds nothing in Reactor contexts.
	 * @return the instance
	 */
	public static ReactiveTrackingContexts none() {
		return new ReactiveTrackingContexts(() -> (context) -> null, () -> (context) -> null,
				() -> (context, otherwise) -> otherwise);
	}

	/**
	 * The context of a subscription. Never throws an exception. If reading the
	 * subscriber's context fails, the failure is thrown when a goal is tracked in the
	 * returned context.
	 * @param called the context of the call that returned the publisher. Its visitor
	 * counts unless that of the subscriber
	 * {@linkplain ReactiveVisitorIdResolver#hasPrecedence has precedence}; its
	 * transaction and its response count where the subscriber has none.
	 * @param subscriber the subscriber's Reactor context
	 * @return the context
	 */
	public TrackingContext forSubscriber(TrackingContext called, ContextView subscriber) {
		try {
			IntSupplier responseStatus = (called.responseStatus() != null) ? called.responseStatus()
					: this.responses.get().findStatus(subscriber);
			return TrackingContext.of(() -> findVisitor(called, subscriber),
					this.transactions.get().find(subscriber, called.transaction()), responseStatus);
		}
		catch (Throwable ex) {
			return called.withTransaction((goal) -> {
				throw new IllegalStateException("The context of a subscriber could not be read", ex);
			});
		}
	}

	private @Nullable String findVisitor(TrackingContext called, ContextView subscriber) {
		ReactiveVisitorIdResolver resolver = this.visitorIdResolver.get();
		String ofCall = resolver.hasPrecedence(subscriber) ? null : called.visitorId();
		return (ofCall != null) ? ofCall : resolver.resolveVisitorId(subscriber);
	}

	/**
	 * Finds the response to the request that a Reactor context belongs to. Thread-safe.
	 */
	@FunctionalInterface
	public interface HandlerResponse {

		/**
		 * Find the response.
		 * @param context the Reactor context of a subscriber
		 * @return reads the status code that has been set so far, on any thread, or
		 * {@code null} if there is no response
		 */
		@Nullable IntSupplier findStatus(ContextView context);

	}

	/**
	 * Finds the transaction of a Reactor context.
	 */
	@FunctionalInterface
	public interface ReactiveTransactions {

		/**
		 * Find the transaction.
		 * @param context the Reactor context of a subscriber
		 * @param otherwise the transaction where the context has none, or {@code null}
		 * for that of the thread that tracks
		 * @return the transaction, or {@code null} for that of the thread that tracks
		 */
		TrackingContext.@Nullable Transaction find(ContextView context,
				TrackingContext.@Nullable Transaction otherwise);

	}

}
