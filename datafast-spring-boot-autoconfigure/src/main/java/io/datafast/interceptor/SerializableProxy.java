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

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.util.Objects;

import org.aopalliance.intercept.MethodInterceptor;

import org.springframework.aop.Pointcut;
import org.springframework.aop.framework.AbstractAdvisingBeanPostProcessor;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.support.AbstractBeanFactory;
import org.springframework.util.SerializationUtils;

/**
 * Makes Java's serialization write a bean in the place of its proxy. The class of a proxy
 * exists only in the process that made it, but a session may be read by another process,
 * or after a restart. A bean that is read is advised again, so its methods are tracked.
 */
final class SerializableProxy {

	/**
	 * One for all proxies: a proxy with another pointcut would get a class of its own.
	 */
	private static final Pointcut REPLACEMENT = new StaticMethodMatcherPointcut() {

		@Override
		public boolean matches(Method method, Class<?> targetClass) {
			return method.getDeclaringClass() == Replaced.class;
		}

	};

	private SerializableProxy() {
	}

	/**
	 * Prepare the proxy of a serializable bean.
	 * @param proxyFactory makes the proxy, a subclass of the bean's class
	 * @param beanFactory the bean factory
	 */
	static void prepare(ProxyFactory proxyFactory, BeanFactory beanFactory) {
		byte[] reference;
		try {
			// Written now: a bean factory has no reference once its context has closed,
			// and web servers write their sessions after that.
			reference = Objects.requireNonNull(SerializationUtils.serialize(beanFactory));
		}
		catch (IllegalArgumentException ex) {
			// The bean factory has no reference.
			return;
		}
		MethodInterceptor advice = (invocation) -> new SerializedBean(Objects.requireNonNull(invocation.getThis()),
				reference);
		proxyFactory.addInterface(Replaced.class);
		proxyFactory.addAdvisor(0, new DefaultPointcutAdvisor(REPLACEMENT, advice));
	}

	/**
	 * Makes {@code writeReplace} a method of the proxy, which Java's serialization calls.
	 */
	public interface Replaced {

		/**
		 * The object to write.
		 * @return the object
		 */
		Object writeReplace();

	}

	@SuppressWarnings("serial")
	private record SerializedBean(Object bean, byte[] beanFactory) implements Serializable {

		/**
		 * Other post-processors register beans, as listeners or for a schedule, and would
		 * register this one a second time.
		 */
		private Object readResolve() throws IOException, ClassNotFoundException {
			Object advised = this.bean;
			ObjectInputStream stream = new ObjectInputStream(new ByteArrayInputStream(this.beanFactory));
			if (stream.readObject() instanceof AbstractBeanFactory factory) {
				for (BeanPostProcessor postProcessor : factory.getBeanPostProcessors()) {
					if (postProcessor instanceof AbstractAdvisingBeanPostProcessor
							|| postProcessor instanceof TrackGoalBeanPostProcessor.Innermost) {
						advised = Objects.requireNonNull(
								postProcessor.postProcessAfterInitialization(advised, this.bean.getClass().getName()));
					}
				}
			}
			return advised;
		}

	}

}
