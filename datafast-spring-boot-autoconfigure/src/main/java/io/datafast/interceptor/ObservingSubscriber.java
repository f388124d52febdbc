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

import java.util.concurrent.atomic.AtomicBoolean;

import io.datafast.support.TrackingContext;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Passes every signal on, both ways, and tells the invocation of the first that means
 * success: of the value where there can be but one, else of the completion. An error or a
 * cancellation that comes before means that there is no success.
 *
 * @param <T> the type of the values
 */
class ObservingSubscriber<T> implements Subscriber<T>, Subscription {

	private final Subscriber<? super T> actual;

	private final boolean singleValue;

	private final TrackedInvocation invocation;

	private final TrackingContext context;

	private final AtomicBoolean over = new AtomicBoolean();

	private @Nullable Subscription upstream;

	ObservingSubscriber(Subscriber<? super T> actual, boolean singleValue, TrackedInvocation invocation,
			TrackingContext context) {
		this.actual = actual;
		this.singleValue = singleValue;
		this.invocation = invocation.startedHere();
		this.context = context;
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		this.upstream = subscription;
		this.actual.onSubscribe(this);
	}

	@Override
	public void onNext(T value) {
		if (this.singleValue) {
			succeeded(value);
		}
		this.actual.onNext(value);
	}

	@Override
	public void onComplete() {
		succeeded(null);
		this.actual.onComplete();
	}

	@Override
	public void onError(Throwable failure) {
		this.over.set(true);
		this.actual.onError(failure);
	}

	@Override
	public void request(long n) {
		if (this.upstream != null) {
			this.upstream.request(n);
		}
	}

	@Override
	public void cancel() {
		this.over.set(true);
		if (this.upstream != null) {
			this.upstream.cancel();
		}
	}

	private void succeeded(@Nullable Object value) {
		if (this.over.compareAndSet(false, true)) {
			this.invocation.succeeded(value, this.context);
		}
	}

	@Nullable Subscription upstream() {
		return this.upstream;
	}

}
