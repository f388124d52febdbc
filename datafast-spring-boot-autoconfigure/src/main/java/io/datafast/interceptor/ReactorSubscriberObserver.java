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

package io.datafast.interceptor;

import io.datafast.support.ReactiveTrackingContexts;
import io.datafast.support.TrackingContext;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

/**
 * Observes Reactor's subscribers on behalf of the visitor, and within the transaction, of
 * their Reactor context.
 */
final class ReactorSubscriberObserver implements SubscriberObserver {

	private final ReactorContexts contexts;

	ReactorSubscriberObserver(ReactorContexts contexts) {
		this.contexts = contexts;
	}

	@Override
	public Subscriber<Object> observe(Subscriber<? super Object> actual, boolean singleValue,
			TrackedInvocation invocation) {
		return (actual instanceof CoreSubscriber<? super Object> coreSubscriber)
				? observe(coreSubscriber, singleValue, invocation) : PLAIN.observe(actual, singleValue, invocation);
	}

	CoreSubscriber<Object> observe(CoreSubscriber<? super Object> actual, boolean singleValue,
			TrackedInvocation invocation) {
		TrackingContext context = this.contexts.of(invocation.context(), actual.currentContext());
		return new ObservingCoreSubscriber<>(actual, singleValue, invocation, context,
				upstreamContext(actual, invocation, context));
	}

	private static @Nullable Context upstreamContext(CoreSubscriber<?> actual, TrackedInvocation invocation,
			TrackingContext context) {
		try {
			return (context.transaction() != null)
					? ReactiveTrackingContexts.expose(context, invocation.method(), actual.currentContext()) : null;
		}
		catch (Throwable ex) {
			return null;
		}
	}

}
