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

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.VisitorIdResolver;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.ThrottledLog;
import io.datafast.interceptor.TrackedMethod.Entry;
import io.datafast.interceptor.TrackedMethod.Operation;
import io.datafast.interceptor.result.ResultValues;
import io.datafast.interceptor.result.TrackedCall;
import io.datafast.support.Lazy;
import io.datafast.support.TrackingContext;
import io.datafast.support.TrackingContext.CurrentTransaction;
import io.datafast.support.TrackingContext.HandlerResponse;
import io.datafast.support.ValueTexts;
import org.aopalliance.intercept.MethodInvocation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.spel.SpelEvaluationException;
import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.util.ClassUtils;
import org.springframework.util.ObjectUtils;
import org.springframework.validation.Errors;

/**
 * Tracks the goals of successful invocations. It looks its beans up with the first goal.
 * Thread-safe.
 */
final class GoalTracker {

	private static final Log logger = LogFactory.getLog(GoalTracker.class);

	private final ThrottledLog failures = new ThrottledLog(GoalTracker.class);

	private final Lazy<DataFastGoals> goals;

	private final Lazy<GoalOutcomePublisher> outcomes;

	private final Lazy<VisitorIdResolver> visitorIdResolver;

	private final Lazy<CurrentTransaction> transaction;

	private final Lazy<HandlerResponse> response;

	private final StandardEvaluationContext expressions;

	GoalTracker(BeanFactory beanFactory) {
		this.goals = Lazy.of(beanFactory.getBeanProvider(DataFastGoals.class)::getObject);
		this.outcomes = Lazy.of(beanFactory.getBeanProvider(GoalOutcomePublisher.class)::getObject);
		this.visitorIdResolver = Lazy
			.of(() -> beanFactory.getBeanProvider(VisitorIdResolver.class).getIfAvailable(() -> () -> null));
		this.transaction = Lazy.of(() -> beanFactory.getBeanProvider(CurrentTransaction.class)
			.getIfAvailable(() -> () -> TrackingContext.Transaction.NONE));
		this.response = Lazy
			.of(() -> beanFactory.getBeanProvider(HandlerResponse.class).getIfAvailable(() -> (arguments) -> null));
		this.expressions = CompletedInvocation.sharedContext(beanFactory);
	}

	/**
	 * A call whose result comes later.
	 * @throws RuntimeException if the context of the call could not be read
	 */
	TrackedCall call(TrackedMethod method, MethodInvocation invocation) {
		return new LaterResult(method, invocation);
	}

	private @Nullable IntSupplier findResponse(TrackedMethod method, MethodInvocation invocation) {
		return method.handlerMethod() ? this.response.get().findStatus(invocation.getArguments()) : null;
	}

	/**
	 * Track the goals of an invocation that has completed without an exception. Throws no
	 * exception.
	 * @param method what to track
	 * @param invocation the invocation
	 * @param value the value that it gave
	 */
	void track(TrackedMethod method, MethodInvocation invocation, @Nullable Object value) {
		track(method, invocation, value, null);
	}

	private void track(TrackedMethod method, MethodInvocation invocation, @Nullable Object value,
			@Nullable TrackingContext later) {
		try {
			Object result = ResultValues.unbox(value);
			if (isSuccess(method, invocation, result,
					(later != null) ? later.responseStatus() : findResponse(method, invocation))) {
				CompletedInvocation completed = new CompletedInvocation(method, invocation, result, this.expressions);
				method.operations().forEach((operation) -> track(method, operation, completed));
			}
		}
		catch (Throwable ex) {
			fail(method, ex);
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
			if (operation.condition() != null
					&& !Boolean.TRUE.equals(invocation.evaluate(operation.condition(), invocation, Boolean.class))) {
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
			fail(method, operation, describe(ex));
		}
	}

	private static @Nullable String visitorId(TrackedMethod method, Operation operation,
			CompletedInvocation invocation) {
		Object visitorId = null;
		if (operation.visitorId() != null) {
			visitorId = invocation.evaluate(operation.visitorId(), invocation, Object.class);
		}
		else if (method.visitorIdParameter() >= 0) {
			visitorId = invocation.getArgument(method.visitorIdParameter());
		}
		return ValueTexts.toText(unwrap(visitorId));
	}

	private Goal addMetadata(Goal goal, TrackedMethod method, Operation operation, CompletedInvocation invocation) {
		Goal result = goal;
		for (Entry entry : operation.metadata()) {
			try {
				result = result.with(entry.key(), unwrap(value(entry, invocation)));
			}
			catch (Throwable ex) {
				String where = describe(method, operation) + " left metadata entry \"" + entry.key() + "\" out";
				this.failures.warn(where, where + ": " + describe(ex), null);
			}
		}
		return result;
	}

	private static @Nullable Object value(Entry entry, CompletedInvocation invocation) {
		Object root = (entry.parameter() < 0) ? invocation : unwrap(invocation.getArgument(entry.parameter()));
		return (root == null || entry.expression() == null) ? root
				: invocation.evaluate(entry.expression(), root, Object.class);
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
	 * @param failure what failed
	 */
	void fail(TrackedMethod method, Throwable failure) {
		fail(method, describe(failure));
	}

	private void fail(TrackedMethod method, String failure) {
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

	/**
	 * What failed and where, but without messages, which may quote metadata values.
	 */
	private static String describe(Throwable failure) {
		if (failure instanceof SpelEvaluationException spel && spel.getCause() == null) {
			return spel.getMessageCode() + " at position " + spel.getPosition();
		}
		if (failure instanceof EvaluationException evaluation && evaluation.getExpressionString() != null
				&& evaluation.getCause() != null) {
			return "expression \"" + evaluation.getExpressionString() + "\" failed: " + describe(evaluation.getCause());
		}
		Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
		StackTraceElement[] trace = cause.getStackTrace();
		return cause.getClass().getName() + ((trace.length > 0) ? " at " + trace[0] : "");
	}

	/**
	 * A call whose result comes later. It remembers the visitor, the transaction and the
	 * response of the calling thread: the thread that has the result may work on
	 * something else, and the request may be over by then. Thread-safe.
	 */
	private final class LaterResult implements TrackedCall {

		private final TrackedMethod method;

		private final MethodInvocation invocation;

		private final TrackingContext context;

		private LaterResult(TrackedMethod method, MethodInvocation invocation) {
			this.method = method;
			this.invocation = invocation;
			this.context = TrackingContext.of(() -> GoalTracker.this.visitorIdResolver.get().resolveVisitorId(),
					GoalTracker.this.transaction.get().get(), findResponse(method, invocation));
		}

		@Override
		public TrackingContext context() {
			return this.context;
		}

		@Override
		public TrackingContext contextHere() {
			return this.context.withTransaction(GoalTracker.this.transaction.get().get());
		}

		@Override
		public void succeeded(@Nullable Object value, TrackingContext context) {
			context.run(() -> track(this.method, this.invocation, value, context));
		}

		@Override
		public void unobservable(String what) {
			fail(this.method, "the library cannot know when it completes, since it returned " + what);
		}

	}

}
