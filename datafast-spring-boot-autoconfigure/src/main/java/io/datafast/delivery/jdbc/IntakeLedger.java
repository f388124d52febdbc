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

package io.datafast.delivery.jdbc;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.jdbc.GoalTable.NewGoal;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Keeps account of the goals that are on their way into the table: each one gets there or
 * has an outcome. No more than the capacity are on their way or there. Thread-safe, and
 * nothing here throws an exception.
 */
final class IntakeLedger {

	private final Log log = LogFactory.getLog(JdbcGoalDispatcher.class);

	private final Backlog backlog;

	private final GoalOutcomePublisher outcomes;

	private final Runnable wakeUp;

	/**
	 * By their ids. Whoever removes one says what became of it; whoever comes later has
	 * nothing to say.
	 */
	private final Map<String, Whereabouts> onTheirWay = new ConcurrentHashMap<>();

	/**
	 * Create a ledger.
	 * @param backlog knows how many goals wait
	 * @param outcomes told about those that do not get into the table
	 * @param wakeUp called when goals are there to be delivered
	 */
	IntakeLedger(Backlog backlog, GoalOutcomePublisher outcomes, Runnable wakeUp) {
		this.backlog = backlog;
		this.outcomes = outcomes;
		this.wakeUp = wakeUp;
	}

	/**
	 * Whether there is room for a goal; if not, it has had its outcome. Whoever gets it
	 * admitted says what becomes of it.
	 */
	boolean admit(NewGoal goal) {
		if (this.backlog.tryAdd()) {
			this.onTheirWay.put(goal.id(), Whereabouts.UNKNOWN);
			return true;
		}
		this.outcomes.publish(goal.goal(), new Dropped(Dropped.Reason.QUEUE_FULL, null));
		return false;
	}

	/**
	 * This node has taken a goal from the table to deliver it. Whoever has written it may
	 * not know yet that it is there.
	 */
	void arrived(String id) {
		this.onTheirWay.replace(id, Whereabouts.ARRIVED);
	}

	/**
	 * Whether any of these goals has got into the table for certain, although nobody has
	 * said so.
	 */
	boolean hasAnyArrived(List<NewGoal> goals) {
		return goals.stream().anyMatch((goal) -> this.onTheirWay.get(goal.id()) == Whereabouts.ARRIVED);
	}

	void stored(List<NewGoal> goals) {
		this.backlog.stored(
				(int) goals.stream().map((goal) -> this.onTheirWay.remove(goal.id())).filter(Objects::nonNull).count());
		try {
			this.wakeUp.run();
		}
		catch (RuntimeException ex) {
			this.log.debug("Goals are there to be delivered, but will be noticed only with the next poll", ex);
		}
	}

	void failed(List<NewGoal> goals, Throwable failure) {
		end(goals, (goal) -> this.outcomes.publishFailed(goal, "Storing a goal failed", failure));
	}

	/**
	 * The database has not answered for so long, or there is so little time left, that
	 * they are given up.
	 */
	void unknown(List<NewGoal> goals, @Nullable Throwable failure) {
		end(goals, (goal) -> this.outcomes.publishFailed(goal, "It is unknown whether a goal was stored, which counts"
				+ " as a failure; if it was, it is delivered all the same", failure));
	}

	void ended(List<NewGoal> goals, GoalOutcome outcome) {
		end(goals, (goal) -> this.outcomes.publish(goal, outcome));
	}

	/**
	 * What has arrived gets its outcome there.
	 */
	private void end(List<NewGoal> goals, Consumer<Goal> publication) {
		for (NewGoal goal : goals) {
			Whereabouts whereabouts = this.onTheirWay.remove(goal.id());
			if (whereabouts == Whereabouts.ARRIVED) {
				this.backlog.stored(1);
			}
			else if (whereabouts != null) {
				this.backlog.abandoned();
				publication.accept(goal.goal());
			}
		}
	}

	private enum Whereabouts {

		UNKNOWN, ARRIVED

	}

}
