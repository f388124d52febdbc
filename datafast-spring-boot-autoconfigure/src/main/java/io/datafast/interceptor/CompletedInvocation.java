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
import java.util.Map;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.EvaluationContext;
import org.springframework.expression.Expression;
import org.springframework.expression.spel.support.StandardEvaluationContext;

/**
 * An invocation that has succeeded, as expressions see it: its getters are the root
 * object's properties.
 */
public class CompletedInvocation {

	private final MethodInvocation invocation;

	private final Class<?> targetClass;

	private final Map<String, Integer> variables;

	private final @Nullable Object result;

	private final ExpressionEnvironment environment;

	private @Nullable EvaluationContext evaluationContext;

	CompletedInvocation(MethodInvocation invocation, Class<?> targetClass, Map<String, Integer> variables,
			@Nullable Object result, ExpressionEnvironment environment) {
		this.invocation = invocation;
		this.targetClass = targetClass;
		this.variables = variables;
		this.result = result;
		this.environment = environment;
	}

	/**
	 * The method that was called.
	 * @return the method, possibly an interface's
	 */
	public Method getMethod() {
		return this.invocation.getMethod();
	}

	/**
	 * The arguments.
	 * @return the arguments
	 */
	public @Nullable Object[] getArgs() {
		return this.invocation.getArguments();
	}

	/**
	 * The object that was called.
	 * @return the object behind the proxy
	 */
	public @Nullable Object getTarget() {
		return this.invocation.getThis();
	}

	/**
	 * The class of the object that was called.
	 * @return the class
	 */
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
			StandardEvaluationContext context = new InvocationContext();
			this.environment.applyTo(context);
			this.evaluationContext = context;
		}
		return this.evaluationContext;
	}

	private final class InvocationContext extends StandardEvaluationContext {

		private InvocationContext() {
			super(CompletedInvocation.this);
		}

		@Override
		public @Nullable Object lookupVariable(String name) {
			if (name.equals(TrackGoalParser.RESULT)) {
				return CompletedInvocation.this.result;
			}
			Integer index = CompletedInvocation.this.variables.get(name);
			return (index != null) ? getArgument(index) : super.lookupVariable(name);
		}

	}

}
