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
import kotlin.coroutines.CoroutineContext;
import kotlinx.coroutines.reactor.ReactorContext;

/**
 * Looks into the Reactor context of a coroutine, where it has one.
 */
final class ReactorCollectorContexts implements CollectorContexts {

	private final ReactorContexts contexts;

	ReactorCollectorContexts(ReactorContexts contexts) {
		this.contexts = contexts;
	}

	@Override
	public TrackingContext of(TrackingContext called, CoroutineContext collector) {
		ReactorContext reactor = collector.get(ReactorContext.Key);
		return (reactor != null) ? this.contexts.of(called, reactor.getContext()) : called;
	}

}
