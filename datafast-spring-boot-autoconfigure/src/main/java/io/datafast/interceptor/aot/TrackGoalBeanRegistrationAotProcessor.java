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

import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
import org.springframework.util.StringUtils;

/**
 * Contributes the hints that a bean with
 * {@link io.datafast.annotation.TrackGoal @TrackGoal} needs in a native image: for its
 * annotated methods, and for the types that their expressions touch.
 *
 * <p>
 * A type is touched if a value of it can be reached from the arguments, the result, the
 * target or a bean through members that the expressions name. Any word of an expression
 * may name a member, a bean or a type. These are a few more types than the expressions
 * reach, and they are found through collections, asynchronous results and operators
 * alike. The declared type counts: a subclass's own members need hints of the
 * application.
 */
final class TrackGoalBeanRegistrationAotProcessor implements BeanRegistrationAotProcessor {

	private static final Pattern NAME = Pattern.compile("[\\w$]+([.-][\\w$]+)*");

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
		Set<String> names = tracked.expressions()
			.flatMap((expression) -> NAME.matcher(expression.getExpressionString()).results())
			.map(MatchResult::group)
			.flatMap((name) -> Stream.concat(Stream.of(name), Stream.of(name.split("[.-]"))))
			.collect(Collectors.toSet());
		Deque<ResolvableType> types = new ArrayDeque<>();
		types.add(ResolvableType.forMethodReturnType(tracked.method(), tracked.beanClass()));
		for (int i = 0; i < tracked.method().getParameterCount(); i++) {
			types.add(ResolvableType.forMethodParameter(tracked.method(), i, tracked.beanClass()));
		}
		types.add(ResolvableType.forClass(CompletedInvocation.class));
		types.add(ResolvableType.forClass(tracked.beanClass()));
		for (String name : names) {
			if (beanFactory.containsBean(name)) {
				types.add(ResolvableType.forClass(beanFactory.getType(name)));
			}
			Class<?> type = findType(name, tracked.beanClass().getClassLoader());
			if (type != null) {
				hints.reflection().registerType(type, MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
				types.add(ResolvableType.forClass(type));
			}
		}
		Set<String> seen = new HashSet<>();
		while (!types.isEmpty() && seen.size() < MAX_TYPES) {
			ResolvableType type = types.remove();
			if (seen.add(type.toString())) {
				types.addAll(List.of(type.getGenerics()));
				if (type.isArray()) {
					types.add(type.getComponentType());
				}
				register(type, hints.reflection(), names, types);
			}
		}
	}

	/**
	 * Find a type, in {@code java.lang} too, as SpEL does.
	 */
	private static @Nullable Class<?> findType(String name, @Nullable ClassLoader classLoader) {
		for (String candidate : new String[] { name, "java.lang." + name }) {
			try {
				return ClassUtils.forName(candidate, classLoader);
			}
			catch (ClassNotFoundException | LinkageError ex) {
				// Try the next name.
			}
		}
		return null;
	}

	private static void register(ResolvableType type, ReflectionHints hints, Set<String> names,
			Deque<ResolvableType> types) {
		Class<?> raw = type.resolve();
		if (raw == null || raw.isPrimitive() || raw.isArray() || raw == Object.class) {
			return;
		}
		Method unbox = ResultValues.findUnboxMethod(raw);
		if (unbox != null) {
			hints.registerMethod(unbox, ExecutableMode.INVOKE);
		}
		if (names.isEmpty()) {
			return;
		}
		hints.registerType(raw, MemberCategory.INVOKE_PUBLIC_METHODS);
		Stream.of(raw.getMethods())
			.filter((method) -> isNamed(method, names))
			.map((method) -> ResolvableType.forType(method.getGenericReturnType(), type.as(method.getDeclaringClass())))
			.forEach(types::add);
		Stream.of(raw.getFields()).filter((field) -> isNamed(field, names)).forEach((field) -> {
			hints.registerField(field);
			types.add(ResolvableType.forField(field, type.as(field.getDeclaringClass())));
		});
	}

	private static boolean isNamed(Member member, Set<String> names) {
		String property = member.getName().replaceFirst("^(get|is)", "");
		return names.contains(member.getName()) || names.contains(StringUtils.uncapitalizeAsProperty(property));
	}

}
