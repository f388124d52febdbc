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

import java.util.function.Supplier;

import io.datafast.interceptor.InvocationTransactions;
import io.datafast.support.Lazy;
import io.datafast.support.TrackingContext;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.MethodMatcher;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.MethodMatchers;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.KotlinDetector;
import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.util.ClassUtils;

/**
 * Remembers with an invocation which transaction it ran in. So the goal of a method whose
 * transaction was rolled back without an exception is skipped, and that of one with a
 * transaction of its own does not wait for the caller's. Thread-safe.
 */
public final class MethodTransactions implements InvocationTransactions {

	private static final Log logger = LogFactory.getLog(MethodTransactions.class);

	private static final boolean REACTIVE = ClassUtils.isPresent("reactor.core.publisher.Mono",
			MethodTransactions.class.getClassLoader());

	private static final String ATTRIBUTE = MethodTransactions.class.getName();

	private final Supplier<OpenTransactions> transactions;

	/**
	 * Create an instance.
	 * @param transactions keeps the goals of open transactions; asked for with the first
	 * invocation
	 */
	public MethodTransactions(ObjectProvider<OpenTransactions> transactions) {
		this.transactions = Lazy.of(transactions::getObject);
	}

	@Override
	public void observe(Advised proxy, MethodMatcher tracked) {
		MethodMatcher left = tracked;
		for (TransactionalMethods methods : TransactionalMethods.of(proxy)) {
			methods.observe(proxy, left, this::proceed);
			left = MethodMatchers.intersection(left, MethodMatchers.negate(methods));
		}
	}

	private @Nullable Object proceed(MethodInvocation invocation) throws Throwable {
		if (KotlinDetector.isSuspendingFunction(invocation.getMethod())) {
			// Another thread may have the result before this one comes back.
			remember(invocation);
		}
		Object result = invocation.proceed();
		remember(invocation);
		return REACTIVE ? ReactiveMethods.observe(result, invocation.getMethod()) : result;
	}

	private void remember(MethodInvocation invocation) {
		try {
			if (invocation instanceof ProxyMethodInvocation proxied) {
				boolean rollbackOnly = TransactionAspectSupport.currentTransactionStatus().isRollbackOnly();
				proxied.setUserAttribute(ATTRIBUTE, this.transactions.get().ofRunningMethod(rollbackOnly));
			}
		}
		catch (NoTransactionException ex) {
			// A reactive transaction is not the thread's.
		}
		catch (Throwable ex) {
			// Here it would roll the method's transaction back.
			logger.debug("Tracking a goal without the transaction of its method", ex);
		}
	}

	@Override
	public void track(MethodInvocation invocation, Runnable tracking) {
		Object goals = (invocation instanceof ProxyMethodInvocation proxied) ? proxied.getUserAttribute(ATTRIBUTE)
				: null;
		if (goals instanceof TransactionGoals ofMethod) {
			this.transactions.get().runFor(ofMethod, tracking);
		}
		else {
			tracking.run();
		}
	}

	@Override
	public TrackingContext.Transaction ofThread() {
		OpenTransactions transactions = this.transactions.get();
		TransactionGoals goals = transactions.ofOpenTransaction();
		return (tracking) -> transactions.runApartUnlessIn(goals, tracking);
	}

}
