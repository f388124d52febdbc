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
import io.datafast.delivery.TransactionalGoalDispatcher;
import io.datafast.support.TrackingContext;
import io.datafast.support.TransactionalGoalWriter;
import org.jspecify.annotations.Nullable;

/**
 * The goals of one transaction, in the order in which they were tracked. A
 * {@link TransactionalGoalDispatcher} gets them right before the transaction commits, any
 * other dispatcher gets them after that. Each goal leaves once: to its dispatcher or with
 * an outcome. Thread-safe.
 */
final class TransactionGoals implements TrackingContext.Transaction {

	private static final int SAVEPOINTS_BEFORE_PRUNING = 64;

	private final OpenTransactions transactions;

	private final GoalOutcomePublisher outcomes;

	private final List<WaitingGoal> waiting = new ArrayList<>();

	/**
	 * What a dispatcher has taken as a part of the transaction.
	 */
	private final List<Goal> taken = new ArrayList<>();

	private final List<Savepoint> savepoints = new ArrayList<>();

	private int savepointsBeforePruning = SAVEPOINTS_BEFORE_PRUNING;

	private boolean committing;

	private @Nullable Fate fate;

	TransactionGoals(OpenTransactions transactions, GoalOutcomePublisher outcomes) {
		this.transactions = transactions;
		this.outcomes = outcomes;
	}

	/**
	 * Add a goal. It waits for the transaction or, if that has been completed, shares its
	 * fate at once.
	 */
	@Override
	public void dispatch(Goal goal, GoalDispatcher dispatcher) {
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
		this.waiting.add(goal);
		return null;
	}

	/**
	 * The transaction is about to commit: a dispatcher may take the goals as a part of
	 * it.
	 * @throws RuntimeException if the transaction must not be committed
	 */
	void beforeCommit() {
		List<WaitingGoal> goals = startCommit();
		if (goals.isEmpty()) {
			return;
		}
		GoalDispatcher dispatcher = goals.get(0).dispatcher();
		if (dispatcher instanceof TransactionalGoalWriter writer) {
			write(goals, writer);
		}
		else if (dispatcher instanceof TransactionalGoalDispatcher) {
			taken(goals);
			goals.forEach((goal) -> handOver(goal.goal(), dispatcher));
		}
	}

	private synchronized List<WaitingGoal> startCommit() {
		this.committing = true;
		return List.copyOf(this.waiting);
	}

	private void write(List<WaitingGoal> goals, TransactionalGoalWriter writer) {
		if (writer.writeInTransaction(goals.stream().map(WaitingGoal::goal).toList())) {
			taken(goals);
		}
	}

	private synchronized void taken(List<WaitingGoal> goals) {
		this.savepoints.clear();
		this.waiting.subList(0, goals.size()).clear();
		this.transactions.release(goals.size());
		goals.forEach((goal) -> this.taken.add(goal.goal()));
	}

	/**
	 * The transaction has been completed, or the application ends before it. The first
	 * call counts.
	 * @param fate what becomes of the goals
	 */
	void complete(Fate fate) {
		List<Goal> rolledBack = new ArrayList<>();
		List<WaitingGoal> completed = takeAll(fate, rolledBack);
		rolledBack.forEach(this::skip);
		completed.forEach((goal) -> settle(goal, fate));
	}

	private synchronized List<WaitingGoal> takeAll(Fate fate, List<Goal> rolledBack) {
		if (fate == Fate.SHUTDOWN && this.committing) {
			// The goals are being handed over, and the end of the transaction is near.
			return List.of();
		}
		if (this.fate == null) {
			this.fate = fate;
			this.savepoints.clear();
			if (fate == Fate.ROLLED_BACK) {
				rolledBack.addAll(this.taken);
			}
			this.taken.clear();
		}
		return takeAfter(0);
	}

	synchronized boolean isCompleted() {
		return this.fate != null;
	}

	/**
	 * Remember which goals came before a savepoint. A savepoint that is not remembered
	 * was set before the first goal.
	 */
	synchronized void savepoint(Object savepoint) {
		if (this.waiting.isEmpty()) {
			return;
		}
		if (this.savepoints.size() >= this.savepointsBeforePruning) {
			this.savepoints.removeIf(Savepoint::isReleased);
			this.savepointsBeforePruning = Math.max(SAVEPOINTS_BEFORE_PRUNING, 2 * this.savepoints.size());
		}
		this.savepoints.add(new Savepoint(new WeakReference<>(savepoint), this.waiting.size()));
	}

	/**
	 * Skip the goals that came after a savepoint.
	 */
	void rollBackTo(Object savepoint) {
		takeAfter(savepoint).forEach((goal) -> skip(goal.goal()));
	}

	private synchronized List<WaitingGoal> takeAfter(Object savepoint) {
		int index = this.savepoints.size() - 1;
		while (index >= 0 && !this.savepoints.get(index).is(savepoint)) {
			index--;
		}
		// Later savepoints are released with this one, which can be rolled back to again.
		int kept = (index >= 0) ? this.savepoints.get(index).goalsBefore() : 0;
		this.savepoints.subList(index + 1, this.savepoints.size()).clear();
		return takeAfter(kept);
	}

	private List<WaitingGoal> takeAfter(int kept) {
		List<WaitingGoal> tail = this.waiting.subList(kept, this.waiting.size());
		List<WaitingGoal> goals = List.copyOf(tail);
		tail.clear();
		this.transactions.release(goals.size());
		return goals;
	}

	private void settle(WaitingGoal settled, Fate fate) {
		Goal goal = settled.goal();
		switch (fate) {
			case COMMITTED -> handOver(goal, settled.dispatcher());
			case ROLLED_BACK, UNKNOWN -> skip(goal);
			case SHUTDOWN -> this.outcomes.publish(goal, new Dropped(Dropped.Reason.SHUTDOWN, null));
			case NO_ROOM -> this.outcomes.publish(goal, new Dropped(Dropped.Reason.QUEUE_FULL, null));
		}
	}

	private void skip(Goal goal) {
		this.outcomes.publish(goal, new Skipped(Skipped.Reason.ROLLED_BACK));
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
	 * What becomes of the goals.
	 */
	enum Fate {

		COMMITTED, ROLLED_BACK,

		/**
		 * The commit failed, and it is unknown whether the transaction has been
		 * committed. What waited is not sent. What a dispatcher has taken as a part of
		 * the transaction exists if the transaction does, and has its outcome then.
		 */
		UNKNOWN,

		SHUTDOWN, NO_ROOM

	}

	private record WaitingGoal(Goal goal, GoalDispatcher dispatcher) {
	}

	/**
	 * A savepoint. Spring does not tell when it is released; what may roll back to it
	 * holds it.
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
