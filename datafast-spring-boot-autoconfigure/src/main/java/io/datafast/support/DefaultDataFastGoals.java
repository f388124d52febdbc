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

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.datafast.DataFastException;
import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.GoalFilter;
import io.datafast.GoalReceipt;
import io.datafast.MissingVisitorException;
import io.datafast.VisitorIdResolver;
import io.datafast.delivery.GoalDelivery;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.RetryPolicy;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Completes a goal with the current visitor and the default metadata, filters it, and
 * hands it over. Thread-safe.
 */
public final class DefaultDataFastGoals implements DataFastGoals {

	private final @Nullable String disabledReason;

	private final Supplier<VisitorIdResolver> visitorIdResolver;

	private final Map<String, String> defaultMetadata;

	private final Supplier<List<GoalFilter>> filters;

	private final Supplier<GoalDispatcher> dispatcher;

	private final GoalDelivery delivery;

	private final GoalOutcomePublisher outcomes;

	/**
	 * Create an instance. The suppliers are called with each goal and not before.
	 * @param disabledReason why all goals are skipped, or {@code null} if they are not
	 * @param visitorIdResolver finds the current visitor
	 * @param defaultMetadata put on every goal. A goal's own entry wins, and is kept when
	 * there would be more than 10.
	 * @param filters the filters, in the order in which they are applied
	 * @param dispatcher takes over the goals that are tracked
	 * @param delivery makes the call for the goals that are created
	 * @param outcomes told what became of each goal
	 * @throws io.datafast.InvalidGoalException if a key of the metadata breaks the rules,
	 * or there are too many entries
	 */
	public DefaultDataFastGoals(@Nullable String disabledReason, Supplier<VisitorIdResolver> visitorIdResolver,
			Map<String, String> defaultMetadata, Supplier<List<GoalFilter>> filters,
			Supplier<GoalDispatcher> dispatcher, GoalDelivery delivery, GoalOutcomePublisher outcomes) {
		this.disabledReason = disabledReason;
		this.visitorIdResolver = visitorIdResolver;
		this.defaultMetadata = (disabledReason != null || defaultMetadata.isEmpty()) ? Map.of()
				: Goal.of("defaults").with(defaultMetadata).metadata();
		this.filters = filters;
		this.dispatcher = dispatcher;
		this.delivery = delivery;
		this.outcomes = outcomes;
	}

	@Override
	public void track(Goal goal) {
		Assert.notNull(goal, "The goal must not be null");
		if (this.disabledReason == null && this.outcomes.isClosed()) {
			this.outcomes.publish(goal, new Dropped(Dropped.Reason.SHUTDOWN, null));
			return;
		}
		Preparation preparation = prepare(goal);
		if (preparation.outcome() != null) {
			return;
		}
		try {
			this.dispatcher.get().dispatch(preparation.goal());
		}
		catch (Throwable ex) {
			this.outcomes.publishFailed(preparation.goal(), "The GoalDispatcher failed", ex);
		}
	}

	@Override
	public GoalReceipt create(Goal goal) {
		Preparation preparation = prepare(goal);
		GoalOutcome outcome = preparation.outcome();
		if (outcome == null) {
			return deliver(preparation.goal());
		}
		if (outcome instanceof Skipped skipped && skipped.reason() == Skipped.Reason.NO_VISITOR) {
			throw new MissingVisitorException("Goal '" + goal.name() + "' has no visitor: the goal has no well-formed"
					+ " visitor id, and no current request has one in its cookie. Call forVisitor(...) on the goal.");
		}
		String skipReason = (this.disabledReason != null) ? this.disabledReason : "a GoalFilter vetoed the goal";
		return new GoalReceipt(null, "Not sent: "
				+ ((outcome instanceof Skipped) ? skipReason : "something failed before the call, see the log"));
	}

	private GoalReceipt deliver(Goal goal) {
		try {
			GoalReceipt receipt = this.delivery.send(goal);
			this.outcomes.publish(goal, new Created(receipt));
			return receipt;
		}
		catch (DataFastException ex) {
			this.outcomes.publish(goal, RetryPolicy.withoutRetry(ex));
			throw ex;
		}
		catch (RuntimeException | Error ex) {
			this.outcomes.publishFailed(goal, "Creating a goal failed", null);
			throw ex;
		}
	}

	private Preparation prepare(Goal goal) {
		Assert.notNull(goal, "The goal must not be null");
		if (this.disabledReason != null) {
			return skip(goal, Skipped.Reason.DISABLED);
		}
		Goal current = goal;
		Class<?> component = VisitorIdResolver.class;
		try {
			current = withDefaults(withVisitor(current));
			for (GoalFilter filter : this.filters.get()) {
				component = filter.getClass();
				Goal filtered = filter.filter(current);
				if (filtered == null) {
					return skip(current, Skipped.Reason.FILTERED);
				}
				current = filtered;
			}
		}
		catch (Throwable ex) {
			this.outcomes.publishFailed(current, component.getName() + " failed", ex);
			return new Preparation(current, new Dropped(Dropped.Reason.FAILED, null));
		}
		return (current.visitorId() != null) ? new Preparation(current, null)
				: skip(current, Skipped.Reason.NO_VISITOR);
	}

	private Preparation skip(Goal goal, Skipped.Reason reason) {
		GoalOutcome outcome = new Skipped(reason);
		this.outcomes.publish(goal, outcome);
		return new Preparation(goal, outcome);
	}

	private Goal withVisitor(Goal goal) {
		if (goal.visitorId() != null) {
			return goal;
		}
		TrackingContext context = TrackingContext.current();
		return goal
			.forVisitor((context != null) ? context.visitorId() : this.visitorIdResolver.get().resolveVisitorId());
	}

	private Goal withDefaults(Goal goal) {
		if (this.defaultMetadata.isEmpty()) {
			return goal;
		}
		Map<String, String> added = new LinkedHashMap<>();
		this.defaultMetadata.forEach((key, value) -> {
			if (!goal.metadata().containsKey(key) && goal.metadata().size() + added.size() < GoalRules.MAX_ENTRIES) {
				added.put(key, value);
			}
		});
		return added.isEmpty() ? goal : goal.with(added);
	}

	/**
	 * A goal after visitor, default metadata and filters. It is ready to be handed over
	 * or, if it has an outcome, is not sent.
	 */
	private record Preparation(Goal goal, @Nullable GoalOutcome outcome) {
	}

}
