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

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.AopUtils;

/**
 * Tracks the goals of a method after it has completed, in the way in which its return
 * type does. Nothing that happens on the way reaches the caller. Thread-safe.
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
		Object target = invocation.getThis();
		Class<?> targetClass = (target != null) ? AopUtils.getTargetClass(target)
				: invocation.getMethod().getDeclaringClass();
		TrackGoalOperations operations = this.operationSource.getOperations(invocation.getMethod(), targetClass);
		ResultObserver observer = operations.resultObserver();
		TrackedInvocation prepared = prepare(observer, invocation, targetClass, operations);
		Object result = invocation.proceed();
		if (observer != null && result != null) {
			TrackedInvocation tracked = (prepared != null) ? prepared
					: new TrackedInvocation(invocation, targetClass, operations.list(), this.tracker);
			return observe(result, observer, tracked);
		}
		this.tracker.track(operations.list(), invocation, targetClass, result);
		return result;
	}

	/**
	 * Only for what has to be observed before it returns.
	 */
	private @Nullable TrackedInvocation prepare(@Nullable ResultObserver observer, MethodInvocation invocation,
			Class<?> targetClass, TrackGoalOperations operations) {
		if (!(observer instanceof KotlinFunctionObserver functions)
				|| !(invocation instanceof ProxyMethodInvocation function)) {
			return null;
		}
		TrackedInvocation prepared = new TrackedInvocation(invocation, targetClass, operations.list(), this.tracker);
		functions.prepare(function, prepared);
		return prepared;
	}

	private static Object observe(Object result, ResultObserver observer, TrackedInvocation invocation) {
		try {
			return observer.observe(result, invocation);
		}
		catch (Throwable ex) {
			invocation.failed(ex);
			return result;
		}
	}

}
