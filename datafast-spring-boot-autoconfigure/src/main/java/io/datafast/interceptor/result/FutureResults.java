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

package io.datafast.interceptor.result;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import io.datafast.support.TrackingContext;

/**
 * Results of the JDK's types.
 */
final class FutureResults {

	private FutureResults() {
	}

	/**
	 * Returns a stage that completes after the goals have been tracked.
	 */
	static <T> CompletionStage<T> observe(CompletionStage<T> stage, TrackedCall call) {
		TrackingContext context = call.context();
		return stage.whenComplete((value, failure) -> {
			if (failure == null) {
				call.succeeded(value, context);
			}
		});
	}

	/**
	 * Make a stage fit for a web framework, which then waits until the goals have been
	 * tracked: if it had the original stage, it could set the status of the response
	 * first. A cancellation is passed on to the original stage.
	 */
	static Object withCancellation(CompletionStage<?> dependent, CompletionStage<?> stage) {
		if (stage instanceof CompletableFuture<?> future) {
			dependent.whenComplete((value, failure) -> {
				if (failure instanceof CancellationException) {
					future.cancel(true);
				}
			});
		}
		return dependent;
	}

	/**
	 * Track the goals of a {@link Future} that is done.
	 */
	static void observe(Future<?> future, TrackedCall call) {
		if (!future.isDone()) {
			call.unobservable("a " + future.getClass().getName() + " that is not done: return a CompletableFuture");
			return;
		}
		try {
			call.succeeded(future.get(), call.context());
		}
		catch (ExecutionException | CancellationException ex) {
			// It failed: there is no goal.
		}
		catch (InterruptedException ex) {
			// Some futures ask for the flag also when they are done.
			Thread.currentThread().interrupt();
			call.unobservable("a " + future.getClass().getName() + " while the thread is interrupted");
		}
	}

	/**
	 * Returns a {@link Callable} whose first successful call tracks the goals, unless
	 * Spring MVC has given up on the request before.
	 */
	static Callable<Object> tracking(Callable<?> task, TrackedCall call) {
		AtomicBoolean over = new AtomicBoolean();
		SpringMvcResults.onTimeoutOrError(() -> over.set(true));
		return () -> {
			TrackingContext context = call.contextHere();
			Object value = task.call();
			if (over.compareAndSet(false, true)) {
				call.succeeded(value, context);
			}
			return value;
		};
	}

}
