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

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * An invocation each of whose executions is observed.
 */
final class ObservedInvocation implements ProxyMethodInvocation {

	private final ProxyMethodInvocation invocation;

	private final MethodInterceptor observer;

	/**
	 * Create an invocation.
	 * @param invocation the invocation to observe
	 * @param observer called in its place, with it
	 */
	ObservedInvocation(ProxyMethodInvocation invocation, MethodInterceptor observer) {
		this.invocation = invocation;
		this.observer = observer;
	}

	@Override
	public @Nullable Object proceed() throws Throwable {
		return this.observer.invoke(this.invocation);
	}

	@Override
	public MethodInvocation invocableClone() {
		return observed(this.invocation.invocableClone());
	}

	@Override
	public MethodInvocation invocableClone(@Nullable Object... arguments) {
		return observed(this.invocation.invocableClone(arguments));
	}

	private MethodInvocation observed(MethodInvocation clone) {
		return (clone instanceof ProxyMethodInvocation proxied) ? new ObservedInvocation(proxied, this.observer)
				: clone;
	}

	@Override
	public Method getMethod() {
		return this.invocation.getMethod();
	}

	@Override
	public @Nullable Object[] getArguments() {
		return this.invocation.getArguments();
	}

	@Override
	public void setArguments(@Nullable Object... arguments) {
		this.invocation.setArguments(arguments);
	}

	@Override
	public Object getProxy() {
		return this.invocation.getProxy();
	}

	@Override
	public @Nullable Object getThis() {
		return this.invocation.getThis();
	}

	@Override
	public AccessibleObject getStaticPart() {
		return this.invocation.getStaticPart();
	}

	@Override
	public @Nullable Object getUserAttribute(String key) {
		return this.invocation.getUserAttribute(key);
	}

	@Override
	public void setUserAttribute(String key, @Nullable Object value) {
		this.invocation.setUserAttribute(key, value);
	}

	@Override
	public String toString() {
		return this.invocation.toString();
	}

}
