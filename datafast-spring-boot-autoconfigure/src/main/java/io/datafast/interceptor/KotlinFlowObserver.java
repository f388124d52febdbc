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

import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.flow.SharedFlow;
import kotlinx.coroutines.flow.internal.FusibleFlow;

/**
 * Observes each collection of Kotlin's {@link Flow}. One that is shared, such as a
 * {@code StateFlow}, never completes and is returned as it is.
 */
final class KotlinFlowObserver implements ResultObserver {

	private final CollectorContexts contexts;

	KotlinFlowObserver(CollectorContexts contexts) {
		this.contexts = contexts;
	}

	static boolean supports(Class<?> type) {
		return Flow.class.isAssignableFrom(type);
	}

	@Override
	public Object observe(Object result, TrackedInvocation invocation) {
		if (result instanceof SharedFlow) {
			invocation.unobservable("a SharedFlow or StateFlow, which never completes");
			return result;
		}
		if (result instanceof FusibleFlow<?> flow) {
			return new ObservedFusibleFlow<>(flow, invocation, this.contexts, EmptyCoroutineContext.INSTANCE);
		}
		return new ObservedFlow<>((Flow<?>) result, invocation, this.contexts);
	}

}
