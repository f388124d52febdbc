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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.Method;

import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Pointcut;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.ProxyProcessorSupport;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.support.AbstractBeanFactory;
import org.springframework.util.Assert;

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
	 * @param beanName the name of the bean
	 * @param beanFactory the bean factory
	 */
	static void prepare(ProxyFactory proxyFactory, String beanName, BeanFactory beanFactory) {
		// Written now: a bean factory has no reference once its context has closed, and
		// web servers write their sessions after that.
		byte[] reference = write(beanFactory);
		if (reference == null) {
			return;
		}
		MethodInterceptor advice = (invocation) -> {
			Object bean = invocation.getThis();
			Assert.state(bean != null, "There is no bean");
			return new SerializedBean(bean, beanName, reference);
		};
		proxyFactory.addInterface(Replaced.class);
		proxyFactory.addAdvisor(0, new DefaultPointcutAdvisor(REPLACEMENT, advice));
	}

	/**
	 * Serialize the bean factory. Spring's bean factory writes a reference in its place.
	 */
	private static byte @Nullable [] write(BeanFactory beanFactory) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream stream = new ObjectOutputStream(bytes)) {
			stream.writeObject(beanFactory);
			return bytes.toByteArray();
		}
		catch (IOException ex) {
			// The bean factory has no reference.
			return null;
		}
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
	private record SerializedBean(Object bean, String beanName, byte[] beanFactory) implements Serializable {

		private Object readResolve() throws IOException, ClassNotFoundException {
			Object processed = this.bean;
			try (ObjectInputStream stream = new ObjectInputStream(new ByteArrayInputStream(this.beanFactory))) {
				if (stream.readObject() instanceof AbstractBeanFactory factory) {
					for (BeanPostProcessor postProcessor : factory.getBeanPostProcessors()) {
						if (isAdvising(postProcessor)) {
							Object result = postProcessor.postProcessAfterInitialization(processed, this.beanName);
							processed = (result != null) ? result : processed;
						}
					}
				}
			}
			return processed;
		}

		/**
		 * Others register beans, as listeners or for a schedule, and would register this
		 * one a second time.
		 */
		private static boolean isAdvising(BeanPostProcessor postProcessor) {
			return postProcessor instanceof ProxyProcessorSupport
					|| postProcessor instanceof TrackGoalBeanPostProcessor.Innermost;
		}

	}

}
