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
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

import org.springframework.core.ReactiveAdapter;

/**
 * Observes each subscription to a {@link Mono} or {@link Flux}.
 */
final class ReactorObserver implements ResultObserver {

	private final boolean singleValue;

	private final ReactorSubscriberObserver subscribers;

	ReactorObserver(ReactiveAdapter adapter, ReactorSubscriberObserver subscribers) {
		this.singleValue = !adapter.isMultiValue();
		this.subscribers = subscribers;
	}

	static boolean supports(ReactiveAdapter adapter) {
		return adapter.getReactiveType() == Mono.class || adapter.getReactiveType() == Flux.class;
	}

	@Override
	@SuppressWarnings("unchecked")
	public Object observe(Object result, TrackedInvocation invocation) {
		return Operators
			.<Object, Object>lift((source, actual) -> this.subscribers.observe(actual, this.singleValue, invocation))
			.apply((Publisher<Object>) result);
	}

}
