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

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.VisitorIds;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.interceptor.TrackGoalOperation.Entry;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.ResponseEntity;
import org.springframework.util.ClassUtils;
import org.springframework.util.ObjectUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Tracks the goals of a method after it has completed. Nothing that happens on the way
 * reaches the caller. Thread-safe.
 */
final class TrackGoalInterceptor implements MethodInterceptor {

	private static final Log logger = LogFactory.getLog(TrackGoalInterceptor.class);

	private final TrackGoalOperationSource operationSource;

	private final SingletonSupplier<DataFastGoals> goals;

	private final SingletonSupplier<GoalOutcomePublisher> outcomes;

	private final SingletonSupplier<InvocationTransactions> transactions;

	private @Nullable BeanFactory beanFactory;

	TrackGoalInterceptor(TrackGoalOperationSource operationSource, ObjectProvider<DataFastGoals> goals,
			ObjectProvider<GoalOutcomePublisher> outcomes, ObjectProvider<InvocationTransactions> transactions) {
		this.operationSource = operationSource;
		this.goals = SingletonSupplier.of(goals::getObject);
		this.outcomes = SingletonSupplier.of(outcomes::getObject);
		this.transactions = SingletonSupplier.of(() -> transactions.getIfAvailable(() -> InvocationTransactions.NONE));
	}

	void setBeanFactory(BeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Object result = invocation.proceed();
		if (isSuccess(result)) {
			track(invocation, result);
		}
		return result;
	}

	private static boolean isSuccess(@Nullable Object result) {
		return !(result instanceof ResponseEntity<?> response) || response.getStatusCode().value() < 400;
	}

	private void track(MethodInvocation invocation, @Nullable Object result) {
		Object target = invocation.getThis();
		Class<?> targetClass = (target != null) ? AopUtils.getTargetClass(target)
				: invocation.getMethod().getDeclaringClass();
		CompletedInvocation completed = new CompletedInvocation(invocation, targetClass, result, this.beanFactory);
		for (TrackGoalOperation operation : this.operationSource.getOperations(invocation.getMethod(), targetClass)) {
			track(operation, completed);
		}
	}

	private void track(TrackGoalOperation operation, CompletedInvocation invocation) {
		try {
			if (operation.condition() == null || invocation.isTrue(operation.condition())) {
				Goal goal = createGoal(operation, invocation);
				this.transactions.obtain().track(invocation.invocation(), () -> this.goals.obtain().track(goal));
			}
		}
		catch (Throwable ex) {
			publishFailed(operation, invocation, ex);
		}
	}

	private static Goal createGoal(TrackGoalOperation operation, CompletedInvocation invocation) {
		Goal goal = Goal.of(operation.name()).forVisitor(visitorId(operation, invocation));
		for (Entry entry : operation.metadata()) {
			goal = goal.with(entry.key(), ObjectUtils.unwrapOptional(value(entry, invocation)));
		}
		return goal;
	}

	private static @Nullable Object value(Entry entry, CompletedInvocation invocation) {
		if (entry.parameter() < 0) {
			return (entry.expression() != null) ? invocation.evaluate(entry.expression()) : null;
		}
		Object argument = ObjectUtils.unwrapOptional(invocation.getArgument(entry.parameter()));
		return (argument == null || entry.expression() == null) ? argument
				: invocation.evaluate(entry.expression(), argument);
	}

	private static @Nullable String visitorId(TrackGoalOperation operation, CompletedInvocation invocation) {
		if (operation.visitorId() != null) {
			Object value = ObjectUtils.unwrapOptional(invocation.evaluate(operation.visitorId()));
			String visitorId = (value != null) ? VisitorIds.wellFormedOrNull(value.toString()) : null;
			if (visitorId != null) {
				return visitorId;
			}
		}
		Object argument = (operation.visitorIdParameter() >= 0)
				? ObjectUtils.unwrapOptional(invocation.getArgument(operation.visitorIdParameter())) : null;
		return (argument != null) ? argument.toString() : null;
	}

	private void publishFailed(TrackGoalOperation operation, CompletedInvocation invocation, Throwable failure) {
		try {
			String message = "@TrackGoal(\"" + operation.name() + "\") on "
					+ ClassUtils.getQualifiedMethodName(invocation.getMethod(), invocation.getTargetClass())
					+ " dropped its goal: " + FailureDescription.of(failure);
			this.outcomes.obtain().publishFailed(Goal.of(operation.name()), message, null);
		}
		catch (Throwable ex) {
			logger.debug("A failure of @TrackGoal could not be reported", ex);
		}
	}

}
