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

import java.io.Serializable;
import java.lang.reflect.Method;
import java.util.function.BiPredicate;

import org.aopalliance.aop.Advice;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.Pointcut;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AbstractPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.BeanFactory;

/**
 * An advisor of the post-processor. It is serialized as a reference, so that proxies of
 * session beans stay serializable and track again when they are read.
 */
@SuppressWarnings("serial")
final class TrackGoalAdvisor extends AbstractPointcutAdvisor {

	private final transient Pointcut pointcut;

	private final transient MethodInterceptor advice;

	private final transient Reference reference;

	TrackGoalAdvisor(BiPredicate<Method, Class<?>> methods, MethodInterceptor advice, boolean innermost,
			BeanFactory beanFactory) {
		this.pointcut = new StaticMethodMatcherPointcut() {

			@Override
			public boolean matches(Method method, Class<?> targetClass) {
				return methods.test(method, targetClass);
			}

			/**
			 * Spring compares pointcuts by their texts to find the class of a proxy. The
			 * annotations alone decide what matches, so contexts can share the class.
			 */
			@Override
			public String toString() {
				return TrackGoalAdvisor.class.getName();
			}

		};
		this.advice = advice;
		this.reference = new Reference(beanFactory, innermost);
	}

	@Override
	public Pointcut getPointcut() {
		return this.pointcut;
	}

	@Override
	public Advice getAdvice() {
		return this.advice;
	}

	/**
	 * Whether a bean is a proxy with an advisor of this kind, of whichever application
	 * context, or a proxy around such a proxy.
	 */
	static boolean isAdvised(@Nullable Object bean) {
		if (!(bean instanceof Advised advised)) {
			return false;
		}
		for (Advisor advisor : advised.getAdvisors()) {
			if (advisor instanceof TrackGoalAdvisor) {
				return true;
			}
		}
		return isAdvised(AopProxyUtils.getSingletonTarget(advised));
	}

	private Object writeReplace() {
		return this.reference;
	}

	/**
	 * Stands for an advisor. Spring's bean factory is itself serialized as a reference.
	 */
	private record Reference(BeanFactory beanFactory, boolean innermost) implements Serializable {

		private Object readResolve() {
			return this.beanFactory.getBean(TrackGoalBeanPostProcessor.class).getAdvisor(this.innermost);
		}

	}

}
