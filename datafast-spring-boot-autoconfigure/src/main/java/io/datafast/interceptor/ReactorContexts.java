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

import java.util.function.Supplier;

import io.datafast.support.Lazy;
import io.datafast.support.ReactiveTrackingContexts;
import io.datafast.support.TrackingContext;
import reactor.util.context.ContextView;

/**
 * Finds the visitor and the transaction of a Reactor context. Thread-safe.
 */
final class ReactorContexts {

	private final Supplier<ReactiveTrackingContexts> contexts;

	ReactorContexts(Supplier<ReactiveTrackingContexts> contexts) {
		this.contexts = Lazy.of(contexts);
	}

	/**
	 * On whose behalf a result is awaited.
	 * @param called the context of the call
	 * @param context the Reactor context of who awaits the result
	 * @return the context
	 */
	TrackingContext of(TrackingContext called, ContextView context) {
		try {
			return this.contexts.get().forSubscriber(called, context);
		}
		catch (Throwable ex) {
			// Reaches nobody before the method succeeds, and then costs the goal.
			return called.within((tracking) -> {
				throw new IllegalStateException(ex);
			});
		}
	}

}
