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

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.datafast.delivery.GoalDelivery;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcomePublisher;

/**
 * Builds {@link DataFastGoals}. The auto-configuration does so; an application seldom has
 * to. Not thread-safe.
 */
public final class DataFastGoalsBuilder {

	private final GoalOutcomePublisher outcomes;

	private Supplier<VisitorIdResolver> visitorIdResolver = () -> () -> null;

	private Map<String, String> defaultMetadata = Map.of();

	private Supplier<List<GoalFilter>> filters = List::of;

	/**
	 * Create a builder.
	 * @param outcomes told what became of each goal
	 */
	public DataFastGoalsBuilder(GoalOutcomePublisher outcomes) {
		this.outcomes = outcomes;
	}

	/**
	 * Set what finds the current visitor. By default there is none.
	 * @param visitorIdResolver the resolver
	 * @return this builder
	 */
	public DataFastGoalsBuilder visitorIdResolver(Supplier<VisitorIdResolver> visitorIdResolver) {
		this.visitorIdResolver = visitorIdResolver;
		return this;
	}

	/**
	 * Set metadata for every goal. A goal's own entry wins, and wins the place when there
	 * would be more than 10.
	 * @param defaultMetadata the entries
	 * @return this builder
	 * @throws InvalidGoalException if a key breaks the rules or there are too many
	 * entries
	 */
	public DataFastGoalsBuilder defaultMetadata(Map<String, String> defaultMetadata) {
		this.defaultMetadata = Goal.of("defaults").with(defaultMetadata).metadata();
		return this;
	}

	/**
	 * Set the filters, in the order in which they are applied.
	 * @param filters the filters
	 * @return this builder
	 */
	public DataFastGoalsBuilder filters(Supplier<List<GoalFilter>> filters) {
		this.filters = filters;
		return this;
	}

	/**
	 * Build an instance that sends goals.
	 * @param dispatcher takes over the goals that are tracked
	 * @param delivery makes the call for the goals that are created
	 * @return the instance
	 */
	public DataFastGoals build(Supplier<GoalDispatcher> dispatcher, GoalDelivery delivery) {
		return new DefaultDataFastGoals(this.visitorIdResolver, this.defaultMetadata, this.filters, dispatcher,
				delivery, this.outcomes);
	}

	/**
	 * Build an instance that sends nothing.
	 * @param reason why not, for the receipts of {@link DataFastGoals#create(Goal)}
	 * @return the instance
	 */
	public DataFastGoals buildDisabled(String reason) {
		return new DisabledDataFastGoals(reason, this.outcomes);
	}

}
