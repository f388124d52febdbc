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

package io.datafast.interceptor.aot;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.stream.Collectors;

import io.datafast.interceptor.TrackGoalBeanPostProcessor;
import io.datafast.interceptor.TrackGoalOperationSource;
import io.datafast.interceptor.TrackedMethod;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.util.ClassUtils;

/**
 * Contributes the hints that a bean with
 * {@link io.datafast.annotation.TrackGoal @TrackGoal} needs in a native image.
 */
final class TrackGoalBeanRegistrationAotProcessor implements BeanRegistrationAotProcessor {

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean registeredBean) {
		ConfigurableListableBeanFactory beanFactory = registeredBean.getBeanFactory();
		String[] postProcessors = beanFactory.getBeanNamesForType(TrackGoalBeanPostProcessor.class, true, false);
		if (postProcessors.length != 1) {
			return null;
		}
		TrackGoalOperationSource operationSource = beanFactory
			.getBean(postProcessors[0], TrackGoalBeanPostProcessor.class)
			.getOperationSource();
		Class<?> beanClass = registeredBean.getBeanClass();
		if (!operationSource.hasOperations(beanClass)) {
			return null;
		}
		return (generationContext, code) -> {
			TrackGoalHints hints = new TrackGoalHints(generationContext.getRuntimeHints(), beanFactory);
			Class<?> userClass = ClassUtils.getUserClass(beanClass);
			for (Method method : trackedMethods(operationSource, userClass)) {
				hints.register(method, userClass, operationSource.getOperations(method, userClass).list());
			}
		};
	}

	private static Set<Method> trackedMethods(TrackGoalOperationSource operationSource, Class<?> beanClass) {
		return operationSource.trackedMethods()
			.stream()
			.filter((tracked) -> tracked.beanClass() == beanClass)
			.map(TrackedMethod::method)
			.collect(Collectors.toSet());
	}

}
