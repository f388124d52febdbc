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

import java.util.concurrent.atomic.AtomicInteger;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * Gives each subscription to a reactive result an invocation of its own, where the next
 * advice calls the method at each subscription, as that of reactive transactions does.
 * That advice proceeds with the same invocation each time, and an invocation that has
 * come to the method once calls it without the advice further in from then on. Stands
 * directly outside of each other advice, so that nothing but the next advice is repeated.
 * Thread-safe.
 */
final class ResubscriptionInterceptor implements MethodInterceptor {

	/**
	 * The attribute of an invocation that counts how often our advice was reached.
	 */
	private static final String REACHED = ResubscriptionInterceptor.class.getName() + ".reached";

	private final TrackedMethodSource source;

	ResubscriptionInterceptor(TrackedMethodSource source) {
		this.source = source;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		TrackedMethod method = this.source.find(invocation.getMethod(), TrackGoalInterceptor.targetClass(invocation));
		if (method == null || !(invocation instanceof ProxyMethodInvocation first)) {
			return invocation.proceed();
		}
		if (first.getUserAttribute(REACHED) == null) {
			first.setUserAttribute(REACHED, new AtomicInteger());
		}
		int reached = reached(first);
		ProxyMethodInvocation unused = (ProxyMethodInvocation) first.invocableClone();
		Object result = first.proceed();
		if (result == null || reached(first) != reached + 1) {
			// The next advice has proceeded at once.
			return result;
		}
		return method.resultHandler().resubscribing(result, () -> proceed(unused.invocableClone()));
	}

	/**
	 * Advice of ours has been reached.
	 * @return how often so far
	 */
	static int reached(MethodInvocation invocation) {
		return (invocation instanceof ProxyMethodInvocation proxied
				&& proxied.getUserAttribute(REACHED) instanceof AtomicInteger counter) ? counter.incrementAndGet() : 0;
	}

	private static @Nullable Object proceed(MethodInvocation invocation) throws Exception {
		try {
			return invocation.proceed();
		}
		catch (Exception | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

}
