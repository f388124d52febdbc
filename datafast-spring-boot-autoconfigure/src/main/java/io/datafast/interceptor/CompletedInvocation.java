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

import java.lang.reflect.Method;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.Expression;

/**
 * A call that has succeeded, as expressions see it: its getters are the root object's
 * properties.
 */
class CompletedInvocation {

	private final MethodInvocation invocation;

	private final Class<?> targetClass;

	private final @Nullable Object result;

	private final @Nullable BeanFactory beanFactory;

	private @Nullable EvaluationContext evaluationContext;

	CompletedInvocation(MethodInvocation invocation, Class<?> targetClass, @Nullable Object result,
			@Nullable BeanFactory beanFactory) {
		this.invocation = invocation;
		this.targetClass = targetClass;
		this.result = result;
		this.beanFactory = beanFactory;
	}

	MethodInvocation invocation() {
		return this.invocation;
	}

	public Method getMethod() {
		return this.invocation.getMethod();
	}

	public @Nullable Object[] getArgs() {
		return this.invocation.getArguments();
	}

	public @Nullable Object getTarget() {
		return this.invocation.getThis();
	}

	public Class<?> getTargetClass() {
		return this.targetClass;
	}

	@Nullable Object getArgument(int index) {
		return this.invocation.getArguments()[index];
	}

	boolean isTrue(Expression condition) {
		try {
			return Boolean.TRUE.equals(condition.getValue(evaluationContext(), Boolean.class));
		}
		catch (Exception ex) {
			throw new ExpressionFailedException(condition, ex);
		}
	}

	@Nullable Object evaluate(Expression expression) {
		return evaluate(expression, this);
	}

	@Nullable Object evaluate(Expression expression, Object root) {
		try {
			return expression.getValue(evaluationContext(), root);
		}
		catch (Exception ex) {
			throw new ExpressionFailedException(expression, ex);
		}
	}

	private EvaluationContext evaluationContext() {
		if (this.evaluationContext == null) {
			Method specificMethod = AopUtils.getMostSpecificMethod(getMethod(), this.targetClass);
			MethodBasedEvaluationContext context = new MethodBasedEvaluationContext(this, specificMethod, getArgs(),
					ParameterNames.INSTANCE);
			context.setVariable("result", this.result);
			if (this.beanFactory != null) {
				context.setBeanResolver(new BeanFactoryResolver(this.beanFactory));
			}
			this.evaluationContext = context;
		}
		return this.evaluationContext;
	}

}
