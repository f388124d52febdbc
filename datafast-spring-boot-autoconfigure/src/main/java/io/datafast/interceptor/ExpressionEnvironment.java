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

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.expression.BeanResolver;
import org.springframework.expression.TypeLocator;
import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.expression.spel.support.StandardTypeLocator;

/**
 * What expressions see of the application: its beans and, on whatever thread they are
 * evaluated, its classes.
 */
final class ExpressionEnvironment {

	static final ExpressionEnvironment EMPTY = new ExpressionEnvironment(null, null);

	private final @Nullable BeanResolver beans;

	private final @Nullable TypeLocator types;

	private ExpressionEnvironment(@Nullable BeanResolver beans, @Nullable TypeLocator types) {
		this.beans = beans;
		this.types = types;
	}

	static ExpressionEnvironment of(BeanFactory beanFactory) {
		ClassLoader classLoader = (beanFactory instanceof ConfigurableBeanFactory configurable)
				? configurable.getBeanClassLoader() : null;
		return new ExpressionEnvironment(new BeanFactoryResolver(beanFactory),
				(classLoader != null) ? new StandardTypeLocator(classLoader) : null);
	}

	void applyTo(StandardEvaluationContext context) {
		if (this.beans != null) {
			context.setBeanResolver(this.beans);
		}
		if (this.types != null) {
			context.setTypeLocator(this.types);
		}
	}

}
