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

package io.datafast.support;

import java.util.function.IntSupplier;

import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Finds the response to the request that a Reactor context belongs to. Thread-safe.
 */
@FunctionalInterface
public interface ReactiveHandlerResponse {

	/**
	 * Find the response.
	 * @param context the Reactor context of a subscriber
	 * @return reads the status code that has been set so far, on any thread, or
	 * {@code null} if there is no response
	 */
	@Nullable IntSupplier findStatus(ContextView context);

}
