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
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.interceptor.CompletedInvocation;
import io.datafast.interceptor.TrackGoalBeanPostProcessor;
import io.datafast.interceptor.TrackedMethod;
import io.datafast.interceptor.result.ResultValues;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Contributes the hints that a bean with
 * {@link io.datafast.annotation.TrackGoal @TrackGoal} needs in a native image: for its
 * annotated methods, and for the types that their expressions touch.
 *
 * <p>
 * A type is touched if a value of it can be reached from the arguments, the result, the
 * target or a bean through members that the expressions name. These are a few more types
 * than the expressions reach, and they are found through collections, asynchronous
 * results and operators alike. The declared type counts: a subclass's own members need
 * hints of the application.
 */
final class TrackGoalBeanRegistrationAotProcessor implements BeanRegistrationAotProcessor {

	/**
	 * Generic types can grow without end, as in {@code Node<List<T>> next()}.
	 */
	private static final int MAX_TYPES = 1000;

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean registeredBean) {
		ConfigurableListableBeanFactory beanFactory = registeredBean.getBeanFactory();
		String[] postProcessors = beanFactory.getBeanNamesForType(TrackGoalBeanPostProcessor.class, true, false);
		if (postProcessors.length != 1) {
			return null;
		}
		TrackGoalBeanPostProcessor postProcessor = beanFactory.getBean(postProcessors[0],
				TrackGoalBeanPostProcessor.class);
		Class<?> beanClass = ClassUtils.getUserClass(registeredBean.getBeanClass());
		return !postProcessor.isEligible(beanClass) ? null
				: (generationContext, code) -> postProcessor.getTrackedMethods()
					.stream()
					.filter((tracked) -> tracked.beanClass() == beanClass)
					.forEach((tracked) -> register(tracked, generationContext.getRuntimeHints(), beanFactory));
	}

	private static void register(TrackedMethod tracked, RuntimeHints hints, BeanFactory beanFactory) {
		hints.reflection().registerMethod(tracked.method(), ExecutableMode.INVOKE);
		hints.proxies().registerJdkProxy(TrackGoal.class);
		hints.proxies().registerJdkProxy(GoalMetadata.class);
		ExpressionReferences references = new ExpressionReferences();
		tracked.expressions().forEach(references::add);
		Deque<ResolvableType> types = new ArrayDeque<>();
		types.add(ResolvableType.forMethodReturnType(tracked.method(), tracked.beanClass()));
		for (int i = 0; i < tracked.method().getParameterCount(); i++) {
			types.add(ResolvableType.forMethodParameter(tracked.method(), i, tracked.beanClass()));
		}
		Stream
			.of(Stream.of(CompletedInvocation.class, tracked.beanClass()), references.beanTypes(beanFactory),
					references.types(tracked.beanClass().getClassLoader()))
			.flatMap((found) -> found.map(ResolvableType::forClass))
			.forEach(types::add);
		Set<String> seen = new HashSet<>();
		while (!types.isEmpty() && seen.size() < MAX_TYPES) {
			ResolvableType type = types.remove();
			if (seen.add(type.toString())) {
				types.addAll(List.of(type.getGenerics()));
				if (type.isArray()) {
					types.add(type.getComponentType());
				}
				register(type, hints.reflection(), references, types);
			}
		}
	}

	private static void register(ResolvableType type, ReflectionHints hints, ExpressionReferences references,
			Deque<ResolvableType> types) {
		Class<?> raw = type.resolve();
		if (raw == null || raw.isPrimitive() || raw.isArray() || raw == Object.class) {
			return;
		}
		Method unbox = ResultValues.findUnboxMethod(raw);
		if (unbox != null) {
			hints.registerMethod(unbox, ExecutableMode.INVOKE);
		}
		if (references.isEmpty()) {
			return;
		}
		hints.registerType(raw, MemberCategory.INVOKE_PUBLIC_METHODS);
		if (references.constructs(raw)) {
			hints.registerType(raw, MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
		}
		Stream.of(raw.getMethods())
			.filter((member) -> references.names(member.getName()))
			.map((member) -> ResolvableType.forType(member.getGenericReturnType(), type.as(member.getDeclaringClass())))
			.forEach(types::add);
		Stream.of(raw.getFields()).filter((field) -> references.names(field.getName())).forEach((field) -> {
			hints.registerField(field);
			types.add(ResolvableType.forField(field, type.as(field.getDeclaringClass())));
		});
	}

}
