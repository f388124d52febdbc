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
import java.util.function.IntSupplier;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.VisitorIdResolver;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.ThrottledLog;
import io.datafast.interceptor.TrackGoalOperation.Entry;
import io.datafast.interceptor.result.ResultValues;
import io.datafast.support.Lazy;
import io.datafast.support.TrackingContext;
import io.datafast.support.TrackingContext.CurrentTransaction;
import io.datafast.support.TrackingContext.HandlerResponse;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.ObjectUtils;
import org.springframework.validation.Errors;

/**
 * Tracks the goals of successful invocations. It looks its beans up with the first goal.
 * Nothing it does throws an exception. Thread-safe.
 */
final class GoalTracker {

	private static final Log logger = LogFactory.getLog(GoalTracker.class);

	private final ThrottledLog failures = new ThrottledLog(GoalTracker.class);

	private final Lazy<DataFastGoals> goals;

	private final Lazy<GoalOutcomePublisher> outcomes;

	private final Lazy<VisitorIdResolver> visitorIdResolver;

	private final Lazy<CurrentTransaction> transaction;

	private final Lazy<HandlerResponse> response;

	private final Lazy<ExpressionEnvironment> environment;

	GoalTracker(BeanFactory beanFactory) {
		this.goals = Lazy.of(beanFactory.getBeanProvider(DataFastGoals.class)::getObject);
		this.outcomes = Lazy.of(beanFactory.getBeanProvider(GoalOutcomePublisher.class)::getObject);
		this.visitorIdResolver = Lazy
			.of(() -> beanFactory.getBeanProvider(VisitorIdResolver.class).getIfAvailable(() -> () -> null));
		this.transaction = Lazy.of(() -> beanFactory.getBeanProvider(CurrentTransaction.class)
			.getIfAvailable(() -> () -> TrackingContext.Transaction.NONE));
		this.response = Lazy
			.of(() -> beanFactory.getBeanProvider(HandlerResponse.class).getIfAvailable(() -> (arguments) -> null));
		this.environment = Lazy.of(() -> ExpressionEnvironment.of(beanFactory));
	}

	/**
	 * The context of a call on this thread.
	 */
	TrackingContext captureContext(TrackGoalOperations operations, MethodInvocation invocation) {
		return TrackingContext.of(() -> this.visitorIdResolver.get().resolveVisitorId(), captureTransaction(),
				findResponse(operations, invocation));
	}

	/**
	 * The transaction of this thread.
	 */
	TrackingContext.Transaction captureTransaction() {
		try {
			return this.transaction.get().get();
		}
		catch (Throwable ex) {
			return (goal) -> {
				throw new IllegalStateException("The transaction of a call could not be observed", ex);
			};
		}
	}

	private @Nullable IntSupplier findResponse(TrackGoalOperations operations, MethodInvocation invocation) {
		try {
			return operations.handlerMethod() ? this.response.get().findStatus(invocation.getArguments()) : null;
		}
		catch (Throwable ex) {
			return () -> {
				throw new IllegalStateException("The response to a request could not be found", ex);
			};
		}
	}

	/**
	 * Track the goals of an invocation that has completed without an exception, on the
	 * thread that has made it.
	 * @param operations what to track
	 * @param invocation the invocation
	 * @param targetClass the class of the object it was made on
	 * @param value the value that it gave
	 */
	void track(TrackGoalOperations operations, MethodInvocation invocation, Class<?> targetClass,
			@Nullable Object value) {
		try {
			track(operations, invocation, targetClass, value, findResponse(operations, invocation));
		}
		catch (Throwable ex) {
			fail(operations, invocation, targetClass, FailureDescription.of(ex));
		}
	}

	/**
	 * Track the goals of an invocation that has completed without an exception.
	 * @param responseStatus reads the status of the response to the request that the
	 * invocation handles, or {@code null} if there is none
	 */
	void track(TrackGoalOperations operations, MethodInvocation invocation, Class<?> targetClass,
			@Nullable Object value, @Nullable IntSupplier responseStatus) {
		Object unboxed = ResultValues.unbox(value);
		if (isSuccess(operations, invocation, unboxed, responseStatus)) {
			CompletedInvocation completed = new CompletedInvocation(invocation, targetClass, operations.variables(),
					unboxed, this.environment.get());
			operations.list().forEach((operation) -> track(operation, completed));
		}
	}

	private static boolean isSuccess(TrackGoalOperations operations, MethodInvocation invocation,
			@Nullable Object value, @Nullable IntSupplier responseStatus) {
		if (operations.errorStatus() || ResultValues.isError(value)) {
			return false;
		}
		return !operations.handlerMethod() || !(hasErrors(invocation.getArguments())
				|| (responseStatus != null && responseStatus.getAsInt() >= ResultValues.LOWEST_ERROR_STATUS));
	}

	private static boolean hasErrors(@Nullable Object[] arguments) {
		for (Object argument : arguments) {
			if (argument instanceof Errors errors && errors.hasErrors()) {
				return true;
			}
		}
		return false;
	}

	private void track(TrackGoalOperation operation, CompletedInvocation invocation) {
		try {
			if (operation.condition() != null && !invocation.isTrue(operation.condition())) {
				return;
			}
			Goal goal = addMetadata(Goal.of(operation.name()).forVisitor(visitorId(operation, invocation)), operation,
					invocation);
			if (operation.visitorId() != null && goal.visitorId() == null) {
				TrackingContext.runWithoutVisitor(() -> this.goals.get().track(goal));
			}
			else {
				this.goals.get().track(goal);
			}
		}
		catch (Throwable ex) {
			publishFailed(operation, invocation.getMethod(), invocation.getTargetClass(), FailureDescription.of(ex));
		}
	}

	private static @Nullable String visitorId(TrackGoalOperation operation, CompletedInvocation invocation) {
		Object visitorId = null;
		if (operation.visitorId() != null) {
			visitorId = invocation.evaluate(operation.visitorId());
		}
		else if (operation.visitorIdParameter() >= 0) {
			visitorId = invocation.getArgument(operation.visitorIdParameter());
		}
		Object value = ResultValues.unbox(ObjectUtils.unwrapOptional(visitorId));
		return (value != null) ? value.toString() : null;
	}

	private Goal addMetadata(Goal goal, TrackGoalOperation operation, CompletedInvocation invocation) {
		Goal result = goal;
		for (Entry entry : operation.metadata()) {
			try {
				result = result.with(entry.key(),
						ResultValues.unbox(ObjectUtils.unwrapOptional(value(entry, invocation))));
			}
			catch (Exception ex) {
				String where = describe(operation, invocation.getMethod(), invocation.getTargetClass())
						+ " left metadata entry \"" + entry.key() + "\" out";
				this.failures.warn(where, where + ": " + FailureDescription.of(ex), null);
			}
		}
		return result;
	}

	private static @Nullable Object value(Entry entry, CompletedInvocation invocation) {
		if (entry.parameter() < 0) {
			return (entry.expression() != null) ? invocation.evaluate(entry.expression()) : null;
		}
		Object argument = ObjectUtils.unwrapOptional(invocation.getArgument(entry.parameter()));
		return (argument == null || entry.expression() == null) ? argument
				: invocation.evaluate(entry.expression(), argument);
	}

	/**
	 * Count the goals of an invocation as lost.
	 * @param failure why, without data
	 */
	void fail(TrackGoalOperations operations, MethodInvocation invocation, Class<?> targetClass, String failure) {
		operations.list()
			.forEach((operation) -> publishFailed(operation, invocation.getMethod(), targetClass, failure));
	}

	private void publishFailed(TrackGoalOperation operation, Method method, Class<?> targetClass, String failure) {
		try {
			this.outcomes.get()
				.publishFailed(Goal.of(operation.name()),
						describe(operation, method, targetClass) + " dropped its goal: " + failure, null);
		}
		catch (Throwable ex) {
			logger.debug("A failure of @TrackGoal could not be reported", ex);
		}
	}

	private static String describe(TrackGoalOperation operation, Method method, Class<?> targetClass) {
		return "@TrackGoal(\"" + operation.name() + "\") on " + ClassUtils.getQualifiedMethodName(method, targetClass);
	}

}
