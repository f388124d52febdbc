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

import org.reactivestreams.Publisher;

import org.springframework.core.ReactiveAdapter;

/**
 * Observes each subscription to anything else that Spring can adapt to a
 * {@link Publisher} and back, such as RxJava's types.
 */
final class PublisherObserver implements ResultObserver {

	private final ReactiveAdapter adapter;

	private final SubscriberObserver subscribers;

	PublisherObserver(ReactiveAdapter adapter, SubscriberObserver subscribers) {
		this.adapter = adapter;
		this.subscribers = subscribers;
	}

	@Override
	public Object observe(Object result, TrackedInvocation invocation) {
		Publisher<Object> source = this.adapter.toPublisher(result);
		boolean singleValue = !this.adapter.isMultiValue();
		Publisher<Object> observed = (actual) -> source
			.subscribe(this.subscribers.observe(actual, singleValue, invocation));
		return this.adapter.fromPublisher(observed);
	}

}
