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

import java.util.function.UnaryOperator;

import kotlin.ResultKt;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.jvm.internal.ContinuationImpl;
import org.jspecify.annotations.Nullable;

/**
 * What is resumed when a suspending function that has been suspended ends. It is what
 * Kotlin's compiler makes of a suspending function that calls another and then returns;
 * any other {@link Continuation} would be resumed on whatever thread there is.
 */
@SuppressWarnings("serial")
final class ObservedContinuation extends ContinuationImpl {

	private final transient UnaryOperator<@Nullable Object> succeeded;

	/**
	 * Create a continuation.
	 * @param continuation what the result goes to
	 * @param succeeded given the result, unless it is a failure; returns what to go on
	 * with
	 */
	@SuppressWarnings("unchecked")
	ObservedContinuation(Continuation<?> continuation, UnaryOperator<@Nullable Object> succeeded) {
		super((Continuation<Object>) continuation);
		this.succeeded = succeeded;
	}

	@Override
	protected @Nullable Object invokeSuspend(@Nullable Object result) {
		ResultKt.throwOnFailure(result);
		return this.succeeded.apply(result);
	}

}
