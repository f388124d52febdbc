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

import java.lang.reflect.Method;

import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.intrinsics.IntrinsicsKt;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;

/**
 * Observes Kotlin's suspending functions where Spring calls them as they are, rather than
 * through Reactor. One that is suspended hands its result to its last argument.
 */
final class KotlinFunctionObserver implements ResultObserver {

	private final ResultObserver values;

	/**
	 * Create an observer.
	 * @param values observes what functions return, which may itself be a result that
	 * comes later
	 */
	KotlinFunctionObserver(ResultObserver values) {
		this.values = values;
	}

	/**
	 * What a function returns, as it is declared in Kotlin.
	 */
	static Class<?> declaredType(Method function) {
		MethodParameter continuation = new MethodParameter(function, function.getParameterCount() - 1);
		return ResolvableType.forMethodParameter(continuation).getGeneric().resolve(Object.class);
	}

	/**
	 * Have the invocation told of the result should the function be suspended.
	 * @param function the function that is about to be called
	 * @param invocation told of its result
	 */
	void prepare(ProxyMethodInvocation function, TrackedInvocation invocation) {
		@Nullable Object[] arguments = function.getArguments().clone();
		int last = arguments.length - 1;
		if (arguments[last] instanceof Continuation<?> continuation) {
			arguments[last] = new ObservedContinuation(continuation, (value) -> resumed(value, invocation));
			function.setArguments(arguments);
		}
	}

	@Override
	public Object observe(Object result, TrackedInvocation invocation) {
		return (result == IntrinsicsKt.getCOROUTINE_SUSPENDED()) ? result : observeValue(result, invocation);
	}

	private @Nullable Object resumed(@Nullable Object value, TrackedInvocation invocation) {
		if (value == null) {
			invocation.succeeded(null);
			return null;
		}
		return observeValue(value, invocation);
	}

	private Object observeValue(Object value, TrackedInvocation invocation) {
		if (value == Unit.INSTANCE) {
			invocation.succeeded(null);
			return value;
		}
		try {
			return this.values.observe(value, invocation);
		}
		catch (Throwable ex) {
			invocation.failed(ex);
			return value;
		}
	}

}
