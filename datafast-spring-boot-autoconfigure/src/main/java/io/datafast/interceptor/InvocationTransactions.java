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

import io.datafast.support.TrackingContext;
import org.aopalliance.intercept.MethodInvocation;

import org.springframework.aop.MethodMatcher;
import org.springframework.aop.framework.Advised;

/**
 * Knows in which transaction an advised method ran. Its goals are tracked further out,
 * where that transaction may have ended and another, or none, may be the current one.
 */
public interface InvocationTransactions {

	/**
	 * For applications without transactions.
	 */
	InvocationTransactions NONE = new InvocationTransactions() {

		@Override
		public void observe(Advised proxy, MethodMatcher tracked) {
		}

		@Override
		public void track(MethodInvocation invocation, Runnable tracking) {
			tracking.run();
		}

		@Override
		public TrackingContext.Transaction ofThread() {
			return Runnable::run;
		}

	};

	/**
	 * Have methods observed from inside their transactions.
	 * @param proxy a proxy; its advisors may change, but not what they do
	 * @param tracked the methods that have goals; those of them that the proxy runs in
	 * transactions are observed
	 */
	void observe(Advised proxy, MethodMatcher tracked);

	/**
	 * Track goals in the transaction in which a method ran, if it was observed.
	 * @param invocation the method's invocation
	 * @param tracking tracks the goals; runs once, on the calling thread
	 */
	void track(MethodInvocation invocation, Runnable tracking);

	/**
	 * The transaction that is the thread's now, for goals that are tracked later, when
	 * the thread that tracks them may have another, of which they are no part.
	 * @return the transaction, or one that is none
	 */
	TrackingContext.Transaction ofThread();

}
