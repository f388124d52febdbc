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
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlin.coroutines.intrinsics.IntrinsicsKt;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.flow.FlowCollector;

/**
 * Tells the invocation of each collection that gets to the flow's end. The original is
 * collected by the collector itself, so that nothing about its elements, its context, its
 * failures or its cancellation changes.
 *
 * @param <T> the type of the elements
 */
class ObservedFlow<T> implements Flow<T> {

	private final Flow<T> flow;

	private final TrackedInvocation invocation;

	private final CollectorContexts contexts;

	ObservedFlow(Flow<T> flow, TrackedInvocation invocation, CollectorContexts contexts) {
		this.flow = flow;
		this.invocation = invocation;
		this.contexts = contexts;
	}

	@Override
	public Object collect(FlowCollector<? super T> collector, Continuation<? super Unit> continuation) {
		TrackedInvocation started = this.invocation.startedHere();
		TrackingContext context = this.contexts.of(this.invocation.context(), contextOfFlow(continuation.getContext()));
		Object result = this.flow.collect(collector, new ObservedContinuation(continuation, (end) -> {
			started.succeeded(null, context);
			return end;
		}));
		if (result != IntrinsicsKt.getCOROUTINE_SUSPENDED()) {
			started.succeeded(null, context);
		}
		return result;
	}

	/**
	 * The coroutine context in which the original is collected.
	 */
	CoroutineContext contextOfFlow(CoroutineContext collector) {
		return collector;
	}

	Flow<T> flow() {
		return this.flow;
	}

	TrackedInvocation invocation() {
		return this.invocation;
	}

	CollectorContexts contexts() {
		return this.contexts;
	}

	@Override
	public String toString() {
		return this.flow.toString();
	}

}
