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

import java.util.function.IntSupplier;

import io.datafast.interceptor.result.TrackedCall;
import io.datafast.support.TrackingContext;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * A call whose result comes later. It remembers the visitor, the transaction and the
 * response of the calling thread: the thread that has the result may work on something
 * else, and the request may be over by then. Thread-safe.
 */
final class TrackedInvocation implements TrackedCall {

	private final MethodInvocation invocation;

	private final Class<?> targetClass;

	private final TrackGoalOperations operations;

	private final GoalTracker tracker;

	private final TrackingContext context;

	TrackedInvocation(MethodInvocation invocation, Class<?> targetClass, TrackGoalOperations operations,
			GoalTracker tracker) {
		this.invocation = invocation;
		this.targetClass = targetClass;
		this.operations = operations;
		this.tracker = tracker;
		this.context = tracker.captureContext(operations, invocation);
	}

	@Override
	public TrackingContext context() {
		return this.context;
	}

	@Override
	public TrackingContext contextHere() {
		return this.context.withTransaction(this.tracker.captureTransaction());
	}

	@Override
	public void succeeded(@Nullable Object value, TrackingContext context) {
		try {
			IntSupplier status = context.responseStatus();
			context.run(() -> this.tracker.track(this.operations, this.invocation, this.targetClass, value, status));
		}
		catch (Throwable ex) {
			failed(ex);
		}
	}

	@Override
	public void unobservable(String what) {
		this.tracker.fail(this.operations, this.invocation, this.targetClass,
				"nothing tells when it completes, since it returned " + what);
	}

	@Override
	public void failed(Throwable failure) {
		this.tracker.fail(this.operations, this.invocation, this.targetClass, FailureDescription.of(failure));
	}

}
