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

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.GoalReceipt;
import io.datafast.ReactiveDataFastGoals;
import io.datafast.VisitorIdResolver;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.util.Assert;

/**
 * Delegates to {@link DataFastGoals}, for each subscriber in its context. Thread-safe.
 */
public final class DefaultReactiveDataFastGoals implements ReactiveDataFastGoals {

	private final DataFastGoals goals;

	private final Supplier<VisitorIdResolver> visitorIdResolver;

	private final ReactiveTrackingContexts contexts;

	/**
	 * Create an instance.
	 * @param goals tracks and creates the goals
	 * @param visitorIdResolver finds the visitor who is current where a method is called
	 * @param contexts finds the visitor and the transaction of a subscriber
	 */
	public DefaultReactiveDataFastGoals(DataFastGoals goals, Supplier<VisitorIdResolver> visitorIdResolver,
			ReactiveTrackingContexts contexts) {
		this.goals = goals;
		this.visitorIdResolver = visitorIdResolver;
		this.contexts = contexts;
	}

	@Override
	public Mono<Void> track(Goal goal) {
		Assert.notNull(goal, "The goal must not be null");
		TrackingContext callContext = captureCallContext();
		return Mono.deferContextual((subscriber) -> {
			this.contexts.forSubscriber(callContext, subscriber).run(() -> this.goals.track(goal));
			return Mono.empty();
		});
	}

	private TrackingContext captureCallContext() {
		return TrackingContext.of(() -> this.visitorIdResolver.get().resolveVisitorId(), null, null);
	}

	@Override
	public Mono<GoalReceipt> create(Goal goal) {
		Assert.notNull(goal, "The goal must not be null");
		TrackingContext callContext = captureCallContext();
		return Mono.deferContextual((subscriber) -> {
			TrackingContext context = this.contexts.forSubscriber(callContext, subscriber);
			// Cancelling the future keeps the call from beginning, and does not interrupt
			// it: its outcome would be unknown.
			return Mono.fromFuture(CompletableFuture.supplyAsync(() -> context.call(() -> this.goals.create(goal)),
					Schedulers.boundedElastic()::schedule));
		});
	}

}
