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

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.expression.Expression;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * The members, types and beans that expressions name.
 */
final class ExpressionReferences {

	private final Set<String> members = new HashSet<>();

	private final Set<String> types = new HashSet<>();

	private final Set<String> constructedTypes = new HashSet<>();

	private final Set<String> beans = new HashSet<>();

	private boolean empty = true;

	void add(Expression expression) {
		if (expression instanceof SpelExpression spel) {
			this.empty = false;
			add(spel.getAST());
		}
	}

	private void add(SpelNode node) {
		if (node instanceof PropertyOrFieldReference property) {
			String name = StringUtils.capitalize(property.getName());
			this.members.addAll(Set.of(property.getName(), "get" + name, "is" + name));
		}
		else if (node instanceof MethodReference method) {
			this.members.add(method.getName());
		}
		else if (node instanceof BeanReference bean) {
			this.beans.add(bean.toStringAST().replaceAll("^[@&]+|'", ""));
		}
		else if (node instanceof TypeReference type) {
			this.types.add(type.getChild(0).toStringAST());
		}
		else if (node instanceof ConstructorReference constructor) {
			this.constructedTypes.add(constructor.getChild(0).toStringAST());
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			add(node.getChild(i));
		}
	}

	/**
	 * Whether there is no expression.
	 */
	boolean isEmpty() {
		return this.empty;
	}

	/**
	 * Whether a method or field of that name may be what an expression names.
	 */
	boolean names(String member) {
		return this.members.contains(member);
	}

	boolean constructs(Class<?> type) {
		return this.constructedTypes.stream().anyMatch((name) -> type == find(name, type.getClassLoader()));
	}

	Stream<Class<?>> types(@Nullable ClassLoader classLoader) {
		return Stream.concat(this.types.stream(), this.constructedTypes.stream())
			.flatMap((name) -> Stream.ofNullable(find(name, classLoader)));
	}

	Stream<Class<?>> beanTypes(BeanFactory beanFactory) {
		return this.beans.stream()
			.filter(beanFactory::containsBean)
			.flatMap((name) -> Stream.ofNullable(beanFactory.getType(name)));
	}

	/**
	 * Find a type, in {@code java.lang} too, as SpEL does.
	 */
	private static @Nullable Class<?> find(String name, @Nullable ClassLoader classLoader) {
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

}
