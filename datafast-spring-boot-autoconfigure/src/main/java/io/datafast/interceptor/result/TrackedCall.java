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

package io.datafast.interceptor.result;

import io.datafast.support.TrackingContext;
import org.jspecify.annotations.Nullable;

/**
 * A call of a tracked method, which is told what becomes of its result. No method throws
 * an exception. Thread-safe.
 */
public interface TrackedCall {

	/**
	 * The context of the call: its visitor, transaction and response.
	 * @return the context
	 */
	TrackingContext context();

	/**
	 * The context of a result that this thread subscribes to or computes: the visitor and
	 * the response of the call, and the transaction of this thread.
	 * @return the context
	 */
	TrackingContext contextHere();

	/**
	 * The result is there.
	 * @param value the value inside the result, or {@code null} if there is none
	 * @param context the visitor, transaction and response of the goals
	 */
	void succeeded(@Nullable Object value, TrackingContext context);

	/**
	 * The library cannot know when the result is there.
	 * @param what what the method returned, and what to return instead
	 */
	void unobservable(String what);

}
