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

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.expression.AccessException;
import org.springframework.expression.BeanResolver;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.PropertyAccessor;
import org.springframework.expression.TypeLocator;
import org.springframework.expression.TypedValue;
import org.springframework.expression.spel.support.ReflectivePropertyAccessor;
import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.expression.spel.support.StandardTypeLocator;

/**
 * What expressions see of the application: its beans, the entries of its maps and, on
 * whatever thread they are evaluated, its classes. Thread-safe.
 */
final class ExpressionEnvironment {

	private final BeanResolver beans;

	private final @Nullable TypeLocator types;

	private final List<PropertyAccessor> properties;

	private ExpressionEnvironment(BeanResolver beans, @Nullable TypeLocator types) {
		this.beans = beans;
		this.types = types;
		ReflectivePropertyAccessor reflective = new ReflectivePropertyAccessor();
		this.properties = List.of(new MapAccessor(reflective), reflective);
	}

	static ExpressionEnvironment of(BeanFactory beanFactory) {
		ClassLoader classLoader = (beanFactory instanceof ConfigurableBeanFactory configurable)
				? configurable.getBeanClassLoader() : null;
		return new ExpressionEnvironment(new BeanFactoryResolver(beanFactory),
				(classLoader != null) ? new StandardTypeLocator(classLoader) : null);
	}

	void applyTo(StandardEvaluationContext context) {
		context.setBeanResolver(this.beans);
		context.setPropertyAccessors(this.properties);
		if (this.types != null) {
			context.setTypeLocator(this.types);
		}
	}

	/**
	 * Reads maps by key. An absent key that is no property of the map's class reads as
	 * {@code null}, as an entry that the application leaves out would.
	 */
	private record MapAccessor(ReflectivePropertyAccessor reflective) implements PropertyAccessor {

		@Override
		public Class<?>[] getSpecificTargetClasses() {
			return new Class<?>[] { Map.class };
		}

		@Override
		public boolean canRead(EvaluationContext context, @Nullable Object target, String name) throws AccessException {
			return target instanceof Map<?, ?> map
					&& (map.containsKey(name) || !this.reflective.canRead(context, target, name));
		}

		@Override
		public TypedValue read(EvaluationContext context, @Nullable Object target, String name) {
			return (target instanceof Map<?, ?> map) ? new TypedValue(map.get(name)) : TypedValue.NULL;
		}

		@Override
		public boolean canWrite(EvaluationContext context, @Nullable Object target, String name) {
			return false;
		}

		@Override
		public void write(EvaluationContext context, @Nullable Object target, String name, @Nullable Object newValue) {
			throw new UnsupportedOperationException();
		}

	}

}
