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

import java.util.concurrent.atomic.AtomicBoolean;

import io.datafast.interceptor.result.ResultHandlers;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.AopUtils;

/**
 * Gives each subscription to a reactive result an invocation of its own, where other
 * advice calls the method at each subscription, as that of reactive transactions does.
 * That advice proceeds with the same invocation each time, and an invocation that has
 * come to the method once calls it without the innermost advice from then on. So this is
 * the outermost advice. Thread-safe.
 */
final class ResubscriptionInterceptor implements MethodInterceptor {

	private final ResultHandlers resultHandlers;

	ResubscriptionInterceptor(ResultHandlers resultHandlers) {
		this.resultHandlers = resultHandlers;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		if (!(invocation instanceof ProxyMethodInvocation first)) {
			return invocation.proceed();
		}
		AtomicBoolean called = new AtomicBoolean();
		first.setUserAttribute(TrackGoalInterceptor.CALLED, called);
		ProxyMethodInvocation unused = (ProxyMethodInvocation) first.invocableClone();
		Object result = first.proceed();
		if (called.get()) {
			return result;
		}
		return this.resultHandlers.resubscribing(
				AopUtils.getMostSpecificMethod(invocation.getMethod(), TrackGoalInterceptor.targetClass(invocation)),
				result, () -> proceed(unused.invocableClone()));
	}

	private static Object proceed(MethodInvocation invocation) throws Exception {
		try {
			Object result = invocation.proceed();
			if (result == null) {
				throw new IllegalStateException(invocation.getMethod() + " returned no publisher");
			}
			return result;
		}
		catch (Exception | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

}
