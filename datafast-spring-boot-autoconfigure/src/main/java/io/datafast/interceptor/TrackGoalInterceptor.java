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

import org.springframework.aop.support.AopUtils;

/**
 * Tracks the goals of a method as the last statement of its body would: it is the
 * innermost advice. Nothing that happens on the way reaches the caller. Thread-safe.
 */
final class TrackGoalInterceptor implements MethodInterceptor {

	private final TrackedMethodSource source;

	private final GoalTracker tracker;

	TrackGoalInterceptor(TrackedMethodSource source, GoalTracker tracker) {
		this.source = source;
		this.tracker = tracker;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		ResubscriptionInterceptor.countReached(invocation);
		TrackedMethod method = this.source.find(invocation.getMethod(), targetClass(invocation));
		Object result = invocation.proceed();
		if (method == null) {
			return result;
		}
		try {
			if (TrackGoalAdvisor.isAdvised(invocation.getThis())) {
				// A target that is known only now, such as a prototype, itself tracks.
				return result;
			}
			if (result != null && method.resultHandler().mayComeLater()) {
				return method.resultHandler().handle(result, this.tracker.call(method, invocation));
			}
			this.tracker.track(method, invocation, result);
		}
		catch (Throwable ex) {
			this.tracker.fail(method, ex);
		}
		return result;
	}

	static Class<?> targetClass(MethodInvocation invocation) {
		Object target = invocation.getThis();
		return (target != null) ? AopUtils.getTargetClass(target) : invocation.getMethod().getDeclaringClass();
	}

}
