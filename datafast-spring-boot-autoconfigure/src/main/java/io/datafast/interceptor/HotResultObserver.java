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

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

import org.springframework.core.ReactiveAdapter;

/**
 * Observes a result that comes whether or not anybody asks for it, of a type that the
 * application has told Spring about, and returns it as it is.
 */
final class HotResultObserver implements ResultObserver {

	private final ReactiveAdapter adapter;

	HotResultObserver(ReactiveAdapter adapter) {
		this.adapter = adapter;
	}

	@Override
	public Object observe(Object result, TrackedInvocation invocation) {
		this.adapter.<Object>toPublisher(result).subscribe(new ResultSubscriber(invocation));
		return result;
	}

	private static final class ResultSubscriber implements Subscriber<Object> {

		private final TrackedInvocation invocation;

		private final AtomicBoolean over = new AtomicBoolean();

		private ResultSubscriber(TrackedInvocation invocation) {
			this.invocation = invocation;
		}

		@Override
		public void onSubscribe(Subscription subscription) {
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(Object value) {
			succeeded(value);
		}

		@Override
		public void onComplete() {
			succeeded(null);
		}

		@Override
		public void onError(Throwable failure) {
			this.over.set(true);
		}

		private void succeeded(@Nullable Object value) {
			if (this.over.compareAndSet(false, true)) {
				this.invocation.succeeded(value);
			}
		}

	}

}
