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

import io.datafast.interceptor.result.ResultHandler;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;

/**
 * Tracks the goals of a method as the last statement of its body would: it is the
 * innermost advice. Nothing that happens on the way reaches the caller. Thread-safe.
 */
final class TrackGoalInterceptor implements MethodInterceptor {

	private final TrackGoalOperationSource operationSource;

	private final GoalTracker tracker;

	TrackGoalInterceptor(TrackGoalOperationSource operationSource, GoalTracker tracker) {
		this.operationSource = operationSource;
		this.tracker = tracker;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		ResubscriptionInterceptor.reached(invocation);
		Class<?> targetClass = targetClass(invocation);
		TrackGoalOperations operations = this.operationSource.getOperations(invocation.getMethod(), targetClass);
		Object result = invocation.proceed();
		ResultHandler handler = operations.resultHandler();
		if (handler == null || result == null) {
			this.tracker.track(operations, invocation, targetClass, result);
			return result;
		}
		return handle(result, handler, new TrackedInvocation(invocation, targetClass, operations, this.tracker));
	}

	static Class<?> targetClass(MethodInvocation invocation) {
		Object target = invocation.getThis();
		return (target != null) ? AopUtils.getTargetClass(target) : invocation.getMethod().getDeclaringClass();
	}

	private static Object handle(Object result, ResultHandler handler, TrackedInvocation invocation) {
		try {
			return handler.handle(result, invocation);
		}
		catch (Throwable ex) {
			invocation.failed(ex);
			return result;
		}
	}

}
