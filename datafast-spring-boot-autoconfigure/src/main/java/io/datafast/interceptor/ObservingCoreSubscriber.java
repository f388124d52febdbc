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

import io.datafast.support.TrackingContext;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.Fuseable;
import reactor.core.Scannable;
import reactor.util.context.Context;

/**
 * An {@link ObservingSubscriber} that hands Reactor's context on. It is a queue, as
 * operators expect it where the source is one, but never agrees to be used as such: then
 * no signal would pass by.
 *
 * @param <T> the type of the values
 */
final class ObservingCoreSubscriber<T> extends ObservingSubscriber<T>
		implements CoreSubscriber<T>, Fuseable.QueueSubscription<T>, Scannable {

	private final CoreSubscriber<? super T> actual;

	private final @Nullable Context upstreamContext;

	ObservingCoreSubscriber(CoreSubscriber<? super T> actual, boolean singleValue, TrackedInvocation invocation,
			TrackingContext context, @Nullable Context upstreamContext) {
		super(actual, singleValue, invocation, context);
		this.actual = actual;
		this.upstreamContext = upstreamContext;
	}

	@Override
	public Context currentContext() {
		return (this.upstreamContext != null) ? this.upstreamContext : this.actual.currentContext();
	}

	@Override
	public int requestFusion(int requestedMode) {
		return Fuseable.NONE;
	}

	@Override
	public @Nullable T poll() {
		return null;
	}

	@Override
	public int size() {
		return 0;
	}

	@Override
	public boolean isEmpty() {
		return true;
	}

	@Override
	public void clear() {
		// Nothing is ever in it.
	}

	@Override
	@SuppressWarnings("rawtypes")
	public @Nullable Object scanUnsafe(Attr key) {
		if (key == Attr.ACTUAL) {
			return this.actual;
		}
		if (key == Attr.PARENT) {
			return upstream();
		}
		return (key == Attr.RUN_STYLE) ? Attr.RunStyle.SYNC : null;
	}

}
