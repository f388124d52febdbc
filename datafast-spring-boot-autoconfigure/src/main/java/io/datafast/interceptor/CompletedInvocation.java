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
import java.util.List;
import java.util.Map;

import io.datafast.interceptor.result.ResultValues;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.expression.AccessException;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.Expression;
import org.springframework.expression.PropertyAccessor;
import org.springframework.expression.TypedValue;
import org.springframework.expression.spel.support.ReflectivePropertyAccessor;
import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.expression.spel.support.StandardTypeLocator;

/**
 * An invocation that has succeeded, as expressions see it: its getters are the root
 * object's properties.
 */
public class CompletedInvocation {

	private final TrackedMethod trackedMethod;

	private final MethodInvocation invocation;

	private final @Nullable Object result;

	private final StandardEvaluationContext shared;

	private @Nullable EvaluationContext evaluationContext;

	CompletedInvocation(TrackedMethod trackedMethod, MethodInvocation invocation, @Nullable Object result,
			StandardEvaluationContext shared) {
		this.trackedMethod = trackedMethod;
		this.invocation = invocation;
		this.result = result;
		this.shared = shared;
	}

	/**
	 * What all invocations share: access to the application's beans, to the entries of
	 * maps and, on any thread, to the application's classes.
	 */
	static StandardEvaluationContext sharedContext(BeanFactory beanFactory) {
		StandardEvaluationContext context = new StandardEvaluationContext();
		context.setBeanResolver(new BeanFactoryResolver(beanFactory));
		context.setPropertyAccessors(List.of(new MapAwareAccessor()));
		if (beanFactory instanceof ConfigurableBeanFactory configurable) {
			context.setTypeLocator(new StandardTypeLocator(configurable.getBeanClassLoader()));
		}
		return context;
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
		return this.trackedMethod.beanClass();
	}

	/**
	 * An argument. Of a Kotlin value class, it is the value inside.
	 */
	@Nullable Object getArgument(int index) {
		return ResultValues.unbox(this.invocation.getArguments()[index]);
	}

	/**
	 * Evaluate an expression.
	 * @throws EvaluationException if it fails; names the expression
	 */
	@Nullable Object evaluate(Expression expression, Object root, Class<?> type) {
		try {
			return expression.getValue(evaluationContext(), root, type);
		}
		catch (Exception ex) {
			EvaluationException failure = new EvaluationException(expression.getExpressionString(), "It failed");
			failure.initCause(ex);
			throw failure;
		}
	}

	private EvaluationContext evaluationContext() {
		if (this.evaluationContext == null) {
			StandardEvaluationContext context = new InvocationContext();
			this.shared.applyDelegatesTo(context);
			context.setBeanResolver(this.shared.getBeanResolver());
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
			Integer index = CompletedInvocation.this.trackedMethod.variables().get(name);
			return (index != null) ? getArgument(index) : super.lookupVariable(name);
		}

	}

	/**
	 * Reads maps by key. A key that is absent, and is no property of the map's class,
	 * reads as {@code null}.
	 */
	private static final class MapAwareAccessor extends ReflectivePropertyAccessor {

		@Override
		public boolean canRead(EvaluationContext context, @Nullable Object target, String name) throws AccessException {
			return target instanceof Map || super.canRead(context, target, name);
		}

		@Override
		public TypedValue read(EvaluationContext context, @Nullable Object target, String name) throws AccessException {
			return (target instanceof Map<?, ?> map && (map.containsKey(name) || !super.canRead(context, target, name)))
					? new TypedValue(map.get(name)) : super.read(context, target, name);
		}

		@Override
		public PropertyAccessor createOptimalAccessor(EvaluationContext context, @Nullable Object target, String name) {
			return (target instanceof Map) ? this : super.createOptimalAccessor(context, target, name);
		}

	}

}
