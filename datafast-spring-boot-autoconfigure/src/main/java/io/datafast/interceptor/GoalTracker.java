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

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.VisitorIdResolver;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.interceptor.TrackGoalOperation.Entry;
import io.datafast.support.Lazy;
import io.datafast.support.TrackingContext;
import io.datafast.support.VisitorIds;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.ResponseEntity;
import org.springframework.util.ClassUtils;
import org.springframework.util.ObjectUtils;

/**
 * Tracks the goals of completed invocations. Nothing it does throws an exception.
 * Thread-safe.
 */
final class GoalTracker {

	private static final Log logger = LogFactory.getLog(GoalTracker.class);

	private final Lazy<DataFastGoals> goals;

	private final Lazy<GoalOutcomePublisher> outcomes;

	private final Lazy<VisitorIdResolver> visitorIdResolver;

	private final Lazy<InvocationTransactions> transactions;

	private ExpressionEnvironment environment = ExpressionEnvironment.EMPTY;

	GoalTracker(ObjectProvider<DataFastGoals> goals, ObjectProvider<GoalOutcomePublisher> outcomes,
			ObjectProvider<VisitorIdResolver> visitorIdResolver, ObjectProvider<InvocationTransactions> transactions) {
		this.goals = Lazy.of(goals::getObject);
		this.outcomes = Lazy.of(outcomes::getObject);
		this.visitorIdResolver = Lazy.of(() -> visitorIdResolver.getIfAvailable(() -> () -> null));
		this.transactions = Lazy.of(() -> transactions.getIfAvailable(() -> InvocationTransactions.NONE));
	}

	void setBeanFactory(BeanFactory beanFactory) {
		this.environment = ExpressionEnvironment.of(beanFactory);
	}

	/**
	 * The visitor who is current on this thread.
	 */
	TrackingContext captureContext() {
		return TrackingContext.capture(this.visitorIdResolver::get);
	}

	/**
	 * The transaction of this thread.
	 */
	TrackingContext.Transaction captureTransaction() {
		try {
			return this.transactions.get().ofThread();
		}
		catch (Throwable ex) {
			logger.debug("Tracking a goal without knowing the transaction of its call", ex);
			return Runnable::run;
		}
	}

	/**
	 * Track the goals of an invocation that has completed without an exception.
	 * @param operations what to track
	 * @param invocation the invocation
	 * @param targetClass the class of the object it was made on
	 * @param value the value that it gave
	 */
	void track(List<TrackGoalOperation> operations, MethodInvocation invocation, Class<?> targetClass,
			@Nullable Object value) {
		if (isSuccess(value)) {
			CompletedInvocation completed = new CompletedInvocation(invocation, targetClass, value, this.environment);
			for (TrackGoalOperation operation : operations) {
				track(operation, completed);
			}
		}
	}

	private static boolean isSuccess(@Nullable Object value) {
		return !(value instanceof ResponseEntity<?> response) || response.getStatusCode().value() < 400;
	}

	private void track(TrackGoalOperation operation, CompletedInvocation invocation) {
		try {
			if (operation.condition() == null || invocation.isTrue(operation.condition())) {
				Goal goal = createGoal(operation, invocation);
				this.transactions.get().track(invocation.invocation(), () -> this.goals.get().track(goal));
			}
		}
		catch (Throwable ex) {
			publishFailed(operation, invocation, FailureDescription.of(ex));
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

	/**
	 * Count the goals of an invocation as lost.
	 * @param operations what was to be tracked
	 * @param invocation the invocation
	 * @param targetClass the class of the object it was made on
	 * @param failure why, without data
	 */
	void fail(List<TrackGoalOperation> operations, MethodInvocation invocation, Class<?> targetClass, String failure) {
		CompletedInvocation completed = new CompletedInvocation(invocation, targetClass, null, this.environment);
		for (TrackGoalOperation operation : operations) {
			publishFailed(operation, completed, failure);
		}
	}

	private void publishFailed(TrackGoalOperation operation, CompletedInvocation invocation, String failure) {
		try {
			String message = "@TrackGoal(\"" + operation.name() + "\") on "
					+ ClassUtils.getQualifiedMethodName(invocation.getMethod(), invocation.getTargetClass())
					+ " dropped its goal: " + failure;
			this.outcomes.get().publishFailed(Goal.of(operation.name()), message, null);
		}
		catch (Throwable ex) {
			logger.debug("A failure of @TrackGoal could not be reported", ex);
		}
	}

}
