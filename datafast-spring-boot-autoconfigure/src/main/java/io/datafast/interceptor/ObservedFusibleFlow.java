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

import kotlin.coroutines.CoroutineContext;
import kotlinx.coroutines.channels.BufferOverflow;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.flow.internal.FusibleFlow;

/**
 * An {@link ObservedFlow} that has {@code buffer}, {@code flowOn} and the like change the
 * original, as they would without it, rather than put a second channel behind its own.
 *
 * @param <T> the type of the elements
 */
final class ObservedFusibleFlow<T> extends ObservedFlow<T> implements FusibleFlow<T> {

	private final CoroutineContext context;

	/**
	 * Create a flow.
	 * @param flow the original
	 * @param invocation told of collections
	 * @param contexts finds out on whose behalf they are
	 * @param context what the original was given in addition to its collector's context
	 */
	ObservedFusibleFlow(FusibleFlow<T> flow, TrackedInvocation invocation, CollectorContexts contexts,
			CoroutineContext context) {
		super(flow, invocation, contexts);
		this.context = context;
	}

	@Override
	CoroutineContext contextOfFlow(CoroutineContext collector) {
		return collector.plus(this.context);
	}

	@Override
	public Flow<T> fuse(CoroutineContext context, int capacity, BufferOverflow onBufferOverflow) {
		Flow<T> fused = ((FusibleFlow<T>) flow()).fuse(context, capacity, onBufferOverflow);
		CoroutineContext added = context.plus(this.context);
		return (fused instanceof FusibleFlow<T> fusible)
				? new ObservedFusibleFlow<>(fusible, invocation(), contexts(), added)
				: new ObservedFlow<>(fused, invocation(), contexts());
	}

}
