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

import java.util.Arrays;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.VisitorIdResolver;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.ThrottledLog;
import io.datafast.interceptor.TrackedMethod.Entry;
import io.datafast.interceptor.TrackedMethod.Operation;
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
 * No method throws an exception. Thread-safe.
 */
final class GoalTracker {

	private static final Log logger = LogFactory.getLog(GoalTracker.class);

	private final ThrottledLog failures = new ThrottledLog(GoalTracker.class);

	private final Lazy<DataFastGoals> goals;

	private final Lazy<GoalOutcomePublisher> outcomes;

	private final Lazy<VisitorIdResolver> visitorIdResolver;

	private final Lazy<CurrentTransaction> transaction;

	private final Lazy<HandlerResponse> response;

	private final CompletedInvocation.Environment environment;

	GoalTracker(BeanFactory beanFactory) {
		this.goals = Lazy.of(beanFactory.getBeanProvider(DataFastGoals.class)::getObject);
		this.outcomes = Lazy.of(beanFactory.getBeanProvider(GoalOutcomePublisher.class)::getObject);
		this.visitorIdResolver = Lazy
			.of(() -> beanFactory.getBeanProvider(VisitorIdResolver.class).getIfAvailable(() -> () -> null));
		this.transaction = Lazy.of(() -> beanFactory.getBeanProvider(CurrentTransaction.class)
			.getIfAvailable(() -> () -> TrackingContext.Transaction.NONE));
		this.response = Lazy
			.of(() -> beanFactory.getBeanProvider(HandlerResponse.class).getIfAvailable(() -> (arguments) -> null));
		this.environment = new CompletedInvocation.Environment(beanFactory);
	}

	/**
	 * Capture the context of a call on this thread. If that fails, the failure is thrown
	 * when a goal is tracked in the context.
	 */
	TrackingContext captureContext(TrackedMethod method, MethodInvocation invocation) {
		IntSupplier response;
		try {
			response = findResponse(method, invocation);
		}
		catch (Throwable ex) {
			response = () -> {
				throw new IllegalStateException("The response to a request could not be found", ex);
			};
		}
		return TrackingContext.of(() -> this.visitorIdResolver.get().resolveVisitorId(), captureTransaction(),
				response);
	}

	/**
	 * Capture the transaction of this thread. If that fails, the failure is thrown when a
	 * goal is tracked in the transaction.
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

	private @Nullable IntSupplier findResponse(TrackedMethod method, MethodInvocation invocation) {
		return method.handlerMethod() ? this.response.get().findStatus(invocation.getArguments()) : null;
	}

	/**
	 * Track the goals of an invocation that has completed without an exception, on the
	 * thread that has made it.
	 * @param method what to track
	 * @param invocation the invocation
	 * @param value the value that it gave
	 */
	void track(TrackedMethod method, MethodInvocation invocation, @Nullable Object value) {
		track(method, invocation, value, () -> findResponse(method, invocation));
	}

	/**
	 * Track the goals of an invocation that has completed without an exception.
	 * @param method what to track
	 * @param invocation the invocation
	 * @param value the value that it gave
	 * @param response finds what reads the status of the response to the request that the
	 * invocation handles, or {@code null} if there is none
	 */
	void track(TrackedMethod method, MethodInvocation invocation, @Nullable Object value,
			Supplier<@Nullable IntSupplier> response) {
		try {
			Object result = ResultValues.unbox(value);
			if (isSuccess(method, invocation, result, response.get())) {
				CompletedInvocation completed = new CompletedInvocation(method, invocation, result, this.environment);
				method.operations().forEach((operation) -> track(method, operation, completed));
			}
		}
		catch (Throwable ex) {
			fail(method, FailureDescription.of(ex));
		}
	}

	private static boolean isSuccess(TrackedMethod method, MethodInvocation invocation, @Nullable Object result,
			@Nullable IntSupplier responseStatus) {
		if (method.errorStatus() || ResultValues.isError(result)) {
			return false;
		}
		return !method.handlerMethod() || (Arrays.stream(invocation.getArguments())
			.noneMatch((argument) -> argument instanceof Errors errors && errors.hasErrors())
				&& (responseStatus == null || responseStatus.getAsInt() < ResultValues.LOWEST_ERROR_STATUS));
	}

	private void track(TrackedMethod method, Operation operation, CompletedInvocation invocation) {
		try {
			if (operation.condition() != null && !invocation.isTrue(operation.condition())) {
				return;
			}
			Goal goal = addMetadata(Goal.of(operation.name()).forVisitor(visitorId(method, operation, invocation)),
					method, operation, invocation);
			if (operation.visitorId() != null && goal.visitorId() == null) {
				TrackingContext.runWithoutVisitor(() -> this.goals.get().track(goal));
			}
			else {
				this.goals.get().track(goal);
			}
		}
		catch (Throwable ex) {
			fail(method, operation, FailureDescription.of(ex));
		}
	}

	private static @Nullable String visitorId(TrackedMethod method, Operation operation,
			CompletedInvocation invocation) {
		Object visitorId = null;
		if (operation.visitorId() != null) {
			visitorId = invocation.evaluate(operation.visitorId());
		}
		else if (method.visitorIdParameter() >= 0) {
			visitorId = invocation.getArgument(method.visitorIdParameter());
		}
		Object value = unwrap(visitorId);
		return (value != null) ? value.toString() : null;
	}

	private Goal addMetadata(Goal goal, TrackedMethod method, Operation operation, CompletedInvocation invocation) {
		Goal result = goal;
		for (Entry entry : operation.metadata()) {
			try {
				result = result.with(entry.key(), unwrap(value(entry, invocation)));
			}
			catch (Exception ex) {
				String where = describe(method, operation) + " left metadata entry \"" + entry.key() + "\" out";
				this.failures.warn(where, where + ": " + FailureDescription.of(ex), null);
			}
		}
		return result;
	}

	private static @Nullable Object value(Entry entry, CompletedInvocation invocation) {
		if (entry.parameter() < 0) {
			return (entry.expression() != null) ? invocation.evaluate(entry.expression()) : null;
		}
		Object argument = unwrap(invocation.getArgument(entry.parameter()));
		return (argument == null || entry.expression() == null) ? argument
				: invocation.evaluate(entry.expression(), argument);
	}

	/**
	 * The value inside an {@code Optional} and inside a value class of Kotlin.
	 */
	private static @Nullable Object unwrap(@Nullable Object value) {
		return ResultValues.unbox(ObjectUtils.unwrapOptional(value));
	}

	/**
	 * Count the goals of an invocation as lost.
	 * @param method what would have been tracked
	 * @param failure why, without data
	 */
	void fail(TrackedMethod method, String failure) {
		method.operations().forEach((operation) -> fail(method, operation, failure));
	}

	private void fail(TrackedMethod method, Operation operation, String failure) {
		try {
			this.outcomes.get()
				.publishFailed(Goal.of(operation.name()), describe(method, operation) + " dropped its goal: " + failure,
						null);
		}
		catch (Throwable ex) {
			logger.debug("A failure of @TrackGoal could not be reported", ex);
		}
	}

	private static String describe(TrackedMethod method, Operation operation) {
		return "@TrackGoal(\"" + operation.name() + "\") on "
				+ ClassUtils.getQualifiedMethodName(method.method(), method.beanClass());
	}

}
