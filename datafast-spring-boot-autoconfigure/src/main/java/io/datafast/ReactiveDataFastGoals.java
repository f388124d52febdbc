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

package io.datafast;

import java.util.Map;

import reactor.core.publisher.Mono;

/**
 * Records goals in DataFast from reactive code, as {@link DataFastGoals} does from
 * imperative code: nothing happens before the subscription, each subscription records
 * once, and nothing blocks.
 * <p>
 * A goal is attributed to its {@linkplain Goal#visitorId() own visitor} or, where it has
 * none, to the visitor of the {@code ServerWebExchange} in the subscriber's Reactor
 * context. Where the context has no exchange, the goal belongs to the visitor who is
 * current on the thread that calls the method, or else to the one that the
 * {@link ReactiveVisitorIdResolver} finds in the context.
 * <p>
 * Implementations are thread-safe.
 */
public interface ReactiveDataFastGoals {

	/**
	 * Track a goal in the background, as {@link DataFastGoals#track(Goal)} does, when the
	 * result is subscribed to. The {@link GoalFilter} beans run on the subscribing
	 * thread. Where the subscriber's Reactor context holds a transaction, the goal is
	 * handed over after its commit, and skipped if it is rolled back.
	 * @param goal the goal
	 * @return completes when the goal is handed over, and never with an error: what
	 * happens to the goal is an outcome
	 * @throws IllegalArgumentException if the goal is {@code null}
	 */
	Mono<Void> track(Goal goal);

	/**
	 * Track a goal of the current visitor in the background, as {@link #track(Goal)}
	 * does.
	 * @param name the goal's name, 1 to 64 of {@code a-z 0-9 _ - :}
	 * @return completes when the goal is handed over, and never with an error
	 * @throws InvalidGoalException if the name breaks DataFast's rules
	 */
	default Mono<Void> track(String name) {
		return track(Goal.of(name));
	}

	/**
	 * Track a goal of the current visitor in the background, as {@link #track(Goal)}
	 * does.
	 * @param name the goal's name, 1 to 64 of {@code a-z 0-9 _ - :}
	 * @param metadata at most 10 entries; keys of 1 to 64 of {@code a-z 0-9 _ -}, values
	 * as {@link Goal#with(String, Object)} takes them
	 * @return completes when the goal is handed over, and never with an error
	 * @throws InvalidGoalException if the name or a key breaks DataFast's rules, or there
	 * are too many entries
	 */
	default Mono<Void> track(String name, Map<String, ?> metadata) {
		return track(Goal.of(name).with(metadata));
	}

	/**
	 * Create a goal, as {@link DataFastGoals#create(Goal)} does, when the result is
	 * subscribed to. The call, and with it the {@link GoalFilter} beans, runs on a thread
	 * of Reactor's bounded elastic scheduler, which may block. If the subscription is
	 * cancelled before the call has begun, no call is made. A call that has begun is
	 * finished, and its result is discarded.
	 * @param goal the goal
	 * @return what DataFast said, or an error as {@link DataFastGoals#create(Goal)}
	 * throws it
	 * @throws IllegalArgumentException if the goal is {@code null}
	 */
	Mono<GoalReceipt> create(Goal goal);

}
