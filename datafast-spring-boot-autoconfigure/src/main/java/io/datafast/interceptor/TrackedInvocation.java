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

import io.datafast.support.TrackingContext;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * A call whose result comes later. It remembers the visitor who was current on the
 * calling thread, but not the request, which may be over and used for another by then,
 * and the calling thread's transaction, which need not be that of the thread that has the
 * result. Nothing it does throws an exception. Thread-safe.
 */
final class TrackedInvocation {

	private final MethodInvocation invocation;

	private final Class<?> targetClass;

	private final List<TrackGoalOperation> operations;

	private final GoalTracker tracker;

	private final TrackingContext context;

	private final TrackingContext.Transaction transaction;

	TrackedInvocation(MethodInvocation invocation, Class<?> targetClass, List<TrackGoalOperation> operations,
			GoalTracker tracker) {
		this(invocation, targetClass, operations, tracker, tracker.captureContext());
	}

	private TrackedInvocation(MethodInvocation invocation, Class<?> targetClass, List<TrackGoalOperation> operations,
			GoalTracker tracker, TrackingContext context) {
		this.invocation = invocation;
		this.targetClass = targetClass;
		this.operations = operations;
		this.tracker = tracker;
		this.context = context;
		this.transaction = tracker.captureTransaction();
	}

	/**
	 * The same call, for a result that nobody works on before it is asked for.
	 * @return what to tell of the result that this thread asks for now, in its
	 * transaction
	 */
	TrackedInvocation startedHere() {
		return new TrackedInvocation(this.invocation, this.targetClass, this.operations, this.tracker, this.context);
	}

	/**
	 * The method that was called.
	 */
	Method method() {
		return this.invocation.getMethod();
	}

	/**
	 * The context of the call.
	 */
	TrackingContext context() {
		return this.context;
	}

	/**
	 * Track the goals, on behalf of whoever called.
	 * @param value the value inside the result, or {@code null} if there is none
	 */
	void succeeded(@Nullable Object value) {
		succeeded(value, this.context);
	}

	/**
	 * Track the goals.
	 * @param value the value inside the result, or {@code null} if there is none
	 * @param onBehalf on whose behalf
	 */
	void succeeded(@Nullable Object value, TrackingContext onBehalf) {
		try {
			onBehalf.run(() -> this.transaction
				.run(() -> this.tracker.track(this.operations, this.invocation, this.targetClass, value)));
		}
		catch (Throwable ex) {
			failed(ex);
		}
	}

	/**
	 * Count the goals as lost, since nobody will know whether the method succeeds.
	 * @param what the result, and what to do about it
	 */
	void unobservable(String what) {
		this.tracker.fail(this.operations, this.invocation, this.targetClass,
				"nothing tells when it completes, since it returned " + what);
	}

	/**
	 * Count the goals as lost.
	 * @param failure what kept the result from being observed
	 */
	void failed(Throwable failure) {
		this.tracker.fail(this.operations, this.invocation, this.targetClass, FailureDescription.of(failure));
	}

}
