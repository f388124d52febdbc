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
 * Gives each subscription to a reactive result an invocation of its own. Some advice,
 * such as that of reactive transactions, proceeds at each subscription, with the same
 * invocation each time. An invocation that has reached the method skips all further
 * advice when it proceeds again. So this interceptor stands directly outside of each
 * other advice, and has that advice run with a copy of the invocation for each later
 * subscription. Thread-safe.
 */
final class ResubscriptionInterceptor implements MethodInterceptor {

	/**
	 * The attribute of an invocation that counts how often the advice of this library was
	 * reached.
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
		int reached = countReached(first);
		ProxyMethodInvocation copy = (ProxyMethodInvocation) first.invocableClone();
		Object result = first.proceed();
		if (result == null || countReached(first) != reached + 1) {
			// The next advice has proceeded at once.
			return result;
		}
		return method.resultHandler().resubscribing(result, copy);
	}

	/**
	 * Count that the advice of this library has been reached.
	 * @return how often, this time included; 0 if it is not counted for this invocation
	 */
	static int countReached(MethodInvocation invocation) {
		return (invocation instanceof ProxyMethodInvocation proxied
				&& proxied.getUserAttribute(REACHED) instanceof AtomicInteger counter) ? counter.incrementAndGet() : 0;
	}

}
