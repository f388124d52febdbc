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

package io.datafast.transaction;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

import io.datafast.Goal;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.delivery.GoalOutcomePublisher;
import org.jspecify.annotations.Nullable;

/**
 * The goals of one transaction, in the order in which they were tracked. Each goal leaves
 * once: to its dispatcher or with an outcome. Nothing here throws an exception, since it
 * would reach the application or its transaction. Thread-safe.
 */
final class TransactionGoals {

	private static final int SAVEPOINTS_BEFORE_PRUNING = 64;

	private final OpenTransactions transactions;

	private final GoalOutcomePublisher outcomes;

	private final List<WaitingGoal> goals = new ArrayList<>();

	private final List<Savepoint> savepoints = new ArrayList<>();

	private int savepointsBeforePruning = SAVEPOINTS_BEFORE_PRUNING;

	private final boolean reactive;

	private @Nullable Fate fate;

	private volatile @Nullable Throwable failure;

	TransactionGoals(OpenTransactions transactions, GoalOutcomePublisher outcomes, boolean reactive) {
		this.transactions = transactions;
		this.outcomes = outcomes;
		this.reactive = reactive;
	}

	/**
	 * Whether the transaction belongs to a Reactor context rather than to a thread, so
	 * that no dispatcher can take part in it.
	 */
	boolean isReactive() {
		return this.reactive;
	}

	/**
	 * Add a goal. It waits for the transaction or, if that has been completed, shares its
	 * fate at once.
	 */
	void add(Goal goal, GoalDispatcher dispatcher) {
		WaitingGoal added = new WaitingGoal(goal, dispatcher);
		Fate known = tryToWait(added);
		if (known != null) {
			settle(added, known);
		}
	}

	private synchronized @Nullable Fate tryToWait(WaitingGoal goal) {
		if (this.fate != null) {
			return this.fate;
		}
		if (!this.transactions.admit()) {
			return Fate.NO_ROOM;
		}
		this.goals.add(goal);
		return null;
	}

	/**
	 * The transaction has been completed, or the application ends before it. The first
	 * call counts.
	 * @param fate what becomes of the goals
	 * @return how many there were
	 */
	int complete(Fate fate) {
		List<WaitingGoal> completed = takeAll(fate);
		completed.forEach((goal) -> settle(goal, fate));
		return completed.size();
	}

	/**
	 * The transaction cannot be observed.
	 * @param failure why not
	 */
	void fail(Throwable failure) {
		this.failure = failure;
		complete(Fate.UNKNOWN);
	}

	private synchronized List<WaitingGoal> takeAll(Fate fate) {
		if (this.fate == null) {
			this.fate = fate;
			this.savepoints.clear();
		}
		return takeAfter(0);
	}

	synchronized boolean isCompleted() {
		return this.fate != null;
	}

	synchronized boolean isRolledBack() {
		return this.fate == Fate.ROLLED_BACK;
	}

	/**
	 * Remember which goals came before a savepoint. One that is not remembered was made
	 * before the first of them.
	 */
	synchronized void savepoint(Object savepoint) {
		if (this.goals.isEmpty()) {
			return;
		}
		if (this.savepoints.size() >= this.savepointsBeforePruning) {
			this.savepoints.removeIf(Savepoint::isReleased);
			this.savepointsBeforePruning = Math.max(SAVEPOINTS_BEFORE_PRUNING, 2 * this.savepoints.size());
		}
		this.savepoints.add(new Savepoint(new WeakReference<>(savepoint), this.goals.size()));
	}

	/**
	 * Skip the goals that came after a savepoint.
	 */
	void rollBackTo(Object savepoint) {
		takeAfter(savepoint).forEach((goal) -> settle(goal, Fate.ROLLED_BACK));
	}

	private synchronized List<WaitingGoal> takeAfter(Object savepoint) {
		int index = this.savepoints.size() - 1;
		while (index >= 0 && !this.savepoints.get(index).is(savepoint)) {
			index--;
		}
		// Later savepoints are gone with it; it can itself be rolled back to once more.
		int kept = (index >= 0) ? this.savepoints.get(index).goalsBefore() : 0;
		this.savepoints.subList(index + 1, this.savepoints.size()).clear();
		return takeAfter(kept);
	}

	private List<WaitingGoal> takeAfter(int kept) {
		List<WaitingGoal> tail = this.goals.subList(kept, this.goals.size());
		List<WaitingGoal> taken = List.copyOf(tail);
		tail.clear();
		this.transactions.release(taken.size());
		return taken;
	}

	private void settle(WaitingGoal settled, Fate fate) {
		Goal goal = settled.goal();
		switch (fate) {
			case COMMITTED -> handOver(goal, settled.dispatcher());
			case ROLLED_BACK -> this.outcomes.publish(goal, new Skipped(Skipped.Reason.ROLLED_BACK));
			case SHUTDOWN -> this.outcomes.publish(goal, new Dropped(Dropped.Reason.SHUTDOWN, null));
			case NO_ROOM -> this.outcomes.publish(goal, new Dropped(Dropped.Reason.QUEUE_FULL, null));
			case UNKNOWN -> this.outcomes.publishFailed(goal, "A transaction could not be observed", this.failure);
		}
	}

	private void handOver(Goal goal, GoalDispatcher dispatcher) {
		try {
			dispatcher.dispatch(goal);
		}
		catch (Throwable ex) {
			this.outcomes.publishFailed(goal, "The GoalDispatcher failed", ex);
		}
	}

	/**
	 * What becomes of a goal.
	 */
	enum Fate {

		COMMITTED, ROLLED_BACK, SHUTDOWN, NO_ROOM, UNKNOWN

	}

	private record WaitingGoal(Goal goal, GoalDispatcher dispatcher) {
	}

	/**
	 * A savepoint. Nobody says when it is released; whoever may roll back to it holds it.
	 *
	 * @param reference to the savepoint
	 * @param goalsBefore how many goals came before it
	 */
	private record Savepoint(WeakReference<Object> reference, int goalsBefore) {

		boolean is(Object savepoint) {
			return this.reference.refersTo(savepoint);
		}

		boolean isReleased() {
			return this.reference.refersTo(null);
		}

	}

}
