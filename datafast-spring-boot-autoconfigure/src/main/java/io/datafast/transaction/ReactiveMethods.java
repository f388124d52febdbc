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

package io.datafast.transaction;

import java.lang.reflect.Method;

import io.datafast.support.ReactiveTrackingContexts;
import io.datafast.support.TrackingContext;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Remembers for each subscription to a method's result in which reactive transaction the
 * method runs. Used where Reactor is present.
 */
final class ReactiveMethods {

	private static final Log logger = LogFactory.getLog(ReactiveMethods.class);

	private ReactiveMethods() {
	}

	/**
	 * Observe a result from inside the method's transaction.
	 * @param result what the method returned
	 * @param method the method
	 * @return the result, or one that behaves in the same way
	 */
	static @Nullable Object observe(@Nullable Object result, Method method) {
		Object observed = result;
		if (result instanceof Mono<?> mono) {
			observed = Mono.deferContextual((context) -> {
				runs(method, context);
				return mono;
			});
		}
		else if (result instanceof Flux<?> flux) {
			observed = Flux.deferContextual((context) -> {
				runs(method, context);
				return flux;
			});
		}
		return method.getReturnType().isInstance(observed) ? observed : result;
	}

	private static void runs(Method method, ContextView context) {
		try {
			TrackingContext tracking = ReactiveTrackingContexts.exposed(context, method);
			if (tracking != null && tracking.transaction() instanceof ReactiveTransaction transaction) {
				transaction.methodRunsIn(context);
			}
		}
		catch (Throwable ex) {
			logger.debug("Tracking a goal without the transaction of its method", ex);
		}
	}

}
