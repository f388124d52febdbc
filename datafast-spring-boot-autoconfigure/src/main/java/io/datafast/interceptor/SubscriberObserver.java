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

import org.reactivestreams.Subscriber;

/**
 * Gets between a publisher and a subscriber.
 */
@FunctionalInterface
interface SubscriberObserver {

	/**
	 * Observes any subscriber, on behalf of whoever called the method.
	 */
	SubscriberObserver PLAIN = (actual, singleValue, invocation) -> new ObservingSubscriber<>(actual, singleValue,
			invocation, invocation.context());

	/**
	 * Observe a subscriber.
	 * @param actual the subscriber
	 * @param singleValue whether there can be but one value
	 * @param invocation told when there is success
	 * @return what to subscribe in its place
	 */
	Subscriber<Object> observe(Subscriber<? super Object> actual, boolean singleValue, TrackedInvocation invocation);

}
