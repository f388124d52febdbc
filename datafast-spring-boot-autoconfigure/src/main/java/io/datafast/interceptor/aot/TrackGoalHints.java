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
import io.datafast.interceptor.TrackGoalOperation;
import io.datafast.interceptor.TrackGoalOperation.Entry;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.expression.Expression;

/**
 * Registers hints for annotated methods and for the types that their expressions touch.
 *
 * <p>
 * A type is touched if a value of it can be reached from the arguments, the result, the
 * target or a bean through members that the expressions name. That is a little more than
 * what they reach, and finds it through collections, asynchronous results and operators
 * alike. What counts is the declared type: a subclass's own members need hints of the
 * application.
 */
final class TrackGoalHints {

	/**
	 * Generic types can grow without end, as in {@code Node<List<T>> next()}.
	 */
	private static final int MAX_TYPES = 1000;

	private final RuntimeHints hints;

	private final BeanFactory beanFactory;

	TrackGoalHints(RuntimeHints hints, BeanFactory beanFactory) {
		this.hints = hints;
		this.beanFactory = beanFactory;
	}

	void register(Method method, Class<?> beanClass, List<TrackGoalOperation> operations) {
		this.hints.reflection().registerMethod(method, ExecutableMode.INVOKE);
		this.hints.proxies().registerJdkProxy(TrackGoal.class);
		this.hints.proxies().registerJdkProxy(GoalMetadata.class);
		ExpressionReferences references = new ExpressionReferences();
		operations.stream().flatMap(TrackGoalHints::expressions).forEach(references::add);
		if (!references.isEmpty()) {
			registerTouchedTypes(method, beanClass, references);
		}
	}

	private static Stream<Expression> expressions(TrackGoalOperation operation) {
		return Stream
			.concat(Stream.of(operation.condition(), operation.visitorId()),
					operation.metadata().stream().map(Entry::expression))
			.flatMap(Stream::ofNullable);
	}

	private void registerTouchedTypes(Method method, Class<?> beanClass, ExpressionReferences references) {
		Deque<ResolvableType> types = new ArrayDeque<>();
		types.add(ResolvableType.forClass(CompletedInvocation.class));
		types.add(ResolvableType.forClass(beanClass));
		types.add(ResolvableType.forMethodReturnType(method, beanClass));
		for (int i = 0; i < method.getParameterCount(); i++) {
			types.add(ResolvableType.forMethodParameter(method, i, beanClass));
		}
		references.beanTypes(this.beanFactory).map(ResolvableType::forClass).forEach(types::add);
		references.types(beanClass.getClassLoader()).map(ResolvableType::forClass).forEach(types::add);
		Set<String> seen = new HashSet<>();
		while (!types.isEmpty() && seen.size() < MAX_TYPES) {
			ResolvableType type = types.remove();
			if (seen.add(type.toString())) {
				types.addAll(List.of(type.getGenerics()));
				if (type.isArray()) {
					types.add(type.getComponentType());
				}
				register(type, references, types);
			}
		}
	}

	private void register(ResolvableType type, ExpressionReferences references, Deque<ResolvableType> types) {
		Class<?> raw = type.resolve();
		if (raw == null || raw.isPrimitive() || raw.isArray() || raw == Object.class) {
			return;
		}
		this.hints.reflection().registerType(raw, MemberCategory.INVOKE_PUBLIC_METHODS);
		if (references.constructs(raw)) {
			this.hints.reflection().registerType(raw, MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
		}
		Stream.of(raw.getMethods())
			.filter((member) -> references.names(member.getName()))
			.map((member) -> ResolvableType.forType(member.getGenericReturnType(), type.as(member.getDeclaringClass())))
			.forEach(types::add);
		Stream.of(raw.getFields()).filter((field) -> references.names(field.getName())).forEach((field) -> {
			this.hints.reflection().registerField(field);
			types.add(ResolvableType.forField(field, type.as(field.getDeclaringClass())));
		});
	}

}
