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

package io.datafast.transaction;

import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.MethodMatcher;
import org.springframework.aop.Pointcut;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.ComposablePointcut;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.MethodMatchers;
import org.springframework.aop.support.StaticMethodMatcher;
import org.springframework.transaction.interceptor.TransactionInterceptor;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/**
 * The methods that an advice runs in transactions, or without that of their caller. It
 * says so of each; those about which it says nothing it leaves alone.
 */
final class TransactionalMethods extends StaticMethodMatcher {

	private final Advisor advisor;

	private final TransactionInterceptor advice;

	private TransactionalMethods(Advisor advisor, TransactionInterceptor advice) {
		this.advisor = advisor;
		this.advice = advice;
	}

	/**
	 * Those of a proxy.
	 * @param proxy the proxy
	 * @return those of each of its advices for transactions, the innermost first
	 */
	static List<TransactionalMethods> of(Advised proxy) {
		Deque<TransactionalMethods> all = new ArrayDeque<>();
		for (Advisor advisor : proxy.getAdvisors()) {
			if (advisor.getAdvice() instanceof TransactionInterceptor advice) {
				all.addFirst(new TransactionalMethods(advisor, advice));
			}
		}
		return List.copyOf(all);
	}

	@Override
	public boolean matches(Method method, Class<?> targetClass) {
		TransactionAttributeSource attributes = this.advice.getTransactionAttributeSource();
		return attributes != null && attributes.getTransactionAttribute(method, targetClass) != null;
	}

	/**
	 * Have methods observed within their transactions, each time that one is executed:
	 * the advice may do so more than once, as with each subscription to a reactive
	 * result. An advice further in would be called the first time only.
	 * @param proxy the proxy
	 * @param observed which of the methods; nothing changes for others
	 * @param observer called in place of the method
	 */
	void observe(Advised proxy, MethodMatcher observed, MethodInterceptor observer) {
		int index = proxy.indexOf(this.advisor);
		MethodMatcher both = MethodMatchers.intersection(observed, this);
		proxy.addAdvisor(index, new DefaultPointcutAdvisor(pointcut().intersection(both),
				(MethodInterceptor) (invocation) -> this.advice.invoke(observed(invocation, observer))));
		proxy.replaceAdvisor(this.advisor,
				new DefaultPointcutAdvisor(pointcut().intersection(MethodMatchers.negate(both)), this.advice));
	}

	private ComposablePointcut pointcut() {
		return new ComposablePointcut(
				(this.advisor instanceof PointcutAdvisor restricted) ? restricted.getPointcut() : Pointcut.TRUE);
	}

	private static MethodInvocation observed(MethodInvocation invocation, MethodInterceptor observer) {
		return (invocation instanceof ProxyMethodInvocation proxied) ? new ObservedInvocation(proxied, observer)
				: invocation;
	}

}
