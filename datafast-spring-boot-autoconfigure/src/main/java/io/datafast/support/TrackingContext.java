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

import java.util.function.Supplier;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.VisitorIdResolver;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf a goal is tracked that is tracked later, or on another thread, than
 * where it began, such as when an asynchronous result is there. What
 * {@link DataFastGoals} does {@linkplain #run(Runnable) within} it is attributed to the
 * visitor who was current then, even if that is none, and never to whom the thread serves
 * meanwhile. Holds an id rather than a request, and is immutable.
 * <p>
 * This is what the library's own integrations are made of. An application passes the
 * visitor on with {@link Goal#forVisitor(String)}.
 */
public final class TrackingContext {

	private static final ThreadLocal<@Nullable TrackingContext> holder = new ThreadLocal<>();

	private final @Nullable String visitorId;

	private final @Nullable Throwable failure;

	private final @Nullable Transaction transaction;

	private TrackingContext(@Nullable String visitorId, @Nullable Throwable failure,
			@Nullable Transaction transaction) {
		this.visitorId = visitorId;
		this.failure = failure;
		this.transaction = transaction;
	}

	/**
	 * Ask a resolver for the current visitor. A failing resolver reaches nobody before
	 * there is a goal.
	 * @param visitorIdResolver the resolver
	 * @return the context
	 */
	public static TrackingContext capture(Supplier<? extends VisitorIdResolver> visitorIdResolver) {
		try {
			return new TrackingContext(visitorIdResolver.get().resolveVisitorId(), null, null);
		}
		catch (Throwable ex) {
			return new TrackingContext(null, ex, null);
		}
	}

	/**
	 * This context, in a transaction that the thread does not show.
	 * @param transaction the transaction, or {@code null} if there is none
	 * @return the context
	 */
	public TrackingContext within(@Nullable Transaction transaction) {
		return (this.transaction == transaction) ? this
				: new TrackingContext(this.visitorId, this.failure, transaction);
	}

	/**
	 * Run something that tracks goals in this context, on the calling thread.
	 * @param tracking what to run
	 */
	public void run(Runnable tracking) {
		call(() -> {
			if (this.transaction != null) {
				this.transaction.run(tracking);
			}
			else {
				tracking.run();
			}
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
	 * The transaction.
	 * @return the transaction, or {@code null} if the thread speaks for itself
	 */
	public @Nullable Transaction transaction() {
		return this.transaction;
	}

	/**
	 * The context that the thread is in.
	 * @return the context, or {@code null} if there is none and the thread speaks for
	 * itself
	 */
	public static @Nullable TrackingContext current() {
		return holder.get();
	}

	/**
	 * The visitor.
	 * @return the visitor's id as it was found, or {@code null} if there was none
	 */
	public @Nullable String visitorId() {
		if (this.failure instanceof RuntimeException runtimeException) {
			throw runtimeException;
		}
		if (this.failure != null) {
			throw new IllegalStateException(this.failure);
		}
		return this.visitorId;
	}

	/**
	 * A transaction that decides whether goals are sent.
	 */
	@FunctionalInterface
	public interface Transaction {

		/**
		 * Run something whose goals belong to the transaction.
		 * @param tracking what to run; runs once, on the calling thread
		 */
		void run(Runnable tracking);

	}

}
