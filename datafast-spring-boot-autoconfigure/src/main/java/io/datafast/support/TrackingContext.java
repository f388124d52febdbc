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

package io.datafast.support;

import java.util.function.IntSupplier;
import java.util.function.Supplier;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import org.jspecify.annotations.Nullable;

/**
 * The visitor, the transaction and the response of a call whose goals are tracked later,
 * or on another thread. Goals that {@link DataFastGoals} tracks
 * {@linkplain #run(Runnable) within} a context belong to its visitor and its transaction.
 * If the context has no visitor, neither have the goals: the visitor whom the thread
 * serves meanwhile does not count. A context holds a visitor's id rather than a request.
 * Immutable.
 *
 * @param visitor gives the visitor's id as it was found, or {@code null} if there was
 * none, or throws the exception with which the search failed
 * @param transaction the transaction, or {@code null} for that of the thread that tracks
 * @param responseStatus reads the status of the response to the request of the call, as
 * it has been set so far, or {@code null} if there is no response
 */
public record TrackingContext(Supplier<@Nullable String> visitor, @Nullable Transaction transaction,
		@Nullable IntSupplier responseStatus) {

	private static final ThreadLocal<@Nullable TrackingContext> holder = new ThreadLocal<>();

	/**
	 * Create a context.
	 * @param visitorId finds the visitor; called at once. If it fails, the failure is
	 * thrown when a goal asks for the visitor.
	 * @param transaction the transaction, or {@code null} for that of the thread that
	 * tracks
	 * @param responseStatus reads the status of the response so far, or {@code null} if
	 * there is no response
	 * @return the context
	 */
	public static TrackingContext of(Supplier<@Nullable String> visitorId, @Nullable Transaction transaction,
			@Nullable IntSupplier responseStatus) {
		return new TrackingContext(find(visitorId), transaction, responseStatus);
	}

	private static Supplier<@Nullable String> find(Supplier<@Nullable String> visitorId) {
		try {
			String found = visitorId.get();
			return () -> found;
		}
		catch (Throwable ex) {
			return () -> {
				throw (ex instanceof RuntimeException failure) ? failure : new IllegalStateException(ex);
			};
		}
	}

	/**
	 * This context in another transaction.
	 * @param transaction the transaction, or {@code null} for that of the thread that
	 * tracks
	 * @return the context
	 */
	public TrackingContext withTransaction(@Nullable Transaction transaction) {
		return new TrackingContext(this.visitor, transaction, this.responseStatus);
	}

	/**
	 * Track goals for which no visitor is to be looked up: a goal without a visitor id of
	 * its own has none.
	 * @param tracking tracks the goals; runs once, on the calling thread
	 */
	public static void runWithoutVisitor(Runnable tracking) {
		TrackingContext current = current();
		new TrackingContext(() -> null, (current != null) ? current.transaction : null, null).run(tracking);
	}

	/**
	 * Run something that tracks goals in this context, on the calling thread.
	 * @param tracking what to run
	 */
	public void run(Runnable tracking) {
		call(() -> {
			tracking.run();
			return null;
		});
	}

	/**
	 * Call something in this context, on the calling thread.
	 * @param <T> what it returns
	 * @param tracking what to call
	 * @return what it returned
	 */
	public <T extends @Nullable Object> T call(Supplier<T> tracking) {
		TrackingContext previous = holder.get();
		holder.set(this);
		try {
			return tracking.get();
		}
		finally {
			if (previous != null) {
				holder.set(previous);
			}
			else {
				holder.remove();
			}
		}
	}

	/**
	 * The context of the calling thread.
	 * @return the context, or {@code null} if the visitor and the transaction are those
	 * of the thread
	 */
	public static @Nullable TrackingContext current() {
		return holder.get();
	}

	/**
	 * The visitor.
	 * @return the visitor's id as it was found, or {@code null} if there was none
	 * @throws RuntimeException if looking the visitor up failed
	 */
	public @Nullable String visitorId() {
		return this.visitor.get();
	}

	/**
	 * A transaction that decides whether goals are sent.
	 */
	@FunctionalInterface
	public interface Transaction {

		/**
		 * No transaction.
		 */
		Transaction NONE = (goal) -> false;

		/**
		 * Take a goal, to dispatch it when, and if, the transaction commits.
		 * @param goal the goal
		 * @return whether it was taken. If not, the caller dispatches it.
		 */
		boolean take(Goal goal);

	}

	/**
	 * Finds the transaction of the calling thread. Thread-safe.
	 */
	@FunctionalInterface
	public interface CurrentTransaction {

		/**
		 * Find the transaction.
		 * @return the transaction, or {@link Transaction#NONE}
		 */
		Transaction get();

	}

	/**
	 * Finds the response to the request that a handler method handles. Thread-safe.
	 */
	@FunctionalInterface
	public interface HandlerResponse {

		/**
		 * Find the response. Called on the thread that calls the handler method.
		 * @param arguments the handler method's arguments
		 * @return reads the status code that has been set so far, on any thread and also
		 * after the method has returned, or {@code null} if there is no response
		 */
		@Nullable IntSupplier findStatus(@Nullable Object[] arguments);

	}

}
