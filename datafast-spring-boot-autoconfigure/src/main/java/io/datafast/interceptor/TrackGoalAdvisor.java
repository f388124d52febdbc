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

import io.datafast.interceptor.result.ResultHandler;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;
import org.springframework.beans.factory.BeanFactory;

/**
 * An advisor of the post-processor. It is serialized as a reference, so that proxies of
 * session beans stay serializable and track again when they are read.
 */
@SuppressWarnings("serial")
final class TrackGoalAdvisor extends StaticMethodMatcherPointcutAdvisor {

	private final transient TrackedMethodSource source;

	private final transient Reference reference;

	/**
	 * Create an advisor.
	 * @param innermost whether to track goals, as the innermost advice. Otherwise, to
	 * give each subscription to the results of reactive methods an invocation of its own.
	 */
	TrackGoalAdvisor(TrackedMethodSource source, boolean innermost, BeanFactory beanFactory) {
		super(innermost ? new TrackGoalInterceptor(source, new GoalTracker(beanFactory))
				: new ResubscriptionInterceptor(source));
		this.source = source;
		this.reference = new Reference(beanFactory, innermost);
	}

	@Override
	public boolean matches(Method method, Class<?> targetClass) {
		TrackedMethod tracked = this.source.find(method, targetClass);
		return tracked != null && (this.reference.innermost() || ResultHandler.isReactive(tracked.method()));
	}

	/**
	 * Spring compares pointcuts by their texts to find the class of a proxy. The
	 * annotations alone decide what matches, so contexts can share the class.
	 */
	@Override
	public String toString() {
		return TrackGoalAdvisor.class.getName();
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
