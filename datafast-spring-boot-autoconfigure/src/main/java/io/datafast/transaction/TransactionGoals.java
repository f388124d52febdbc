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
 * once: to the dispatcher or with an outcome. Nothing here throws an exception, since it
 * would reach the application or its transaction. Thread-safe.
 */
final class TransactionGoals {

	private final OpenTransactions transactions;

	private final GoalDispatcher dispatcher;

	private final GoalOutcomePublisher outcomes;

	private final List<Goal> goals = new ArrayList<>();

	private final List<Savepoint> savepoints = new ArrayList<>();

	private int savepointsToPrune = 64;

	private boolean completed;

	TransactionGoals(OpenTransactions transactions, GoalDispatcher dispatcher, GoalOutcomePublisher outcomes) {
		this.transactions = transactions;
		this.dispatcher = dispatcher;
		this.outcomes = outcomes;
	}

	/**
	 * Add a goal, or give it its outcome if it cannot wait.
	 */
	void add(Goal goal) {
		Dropped.Reason refusal = tryAdd(goal);
		if (refusal != null) {
			this.outcomes.publish(goal, new Dropped(refusal, null));
		}
	}

	private synchronized Dropped.@Nullable Reason tryAdd(Goal goal) {
		if (this.completed) {
			return Dropped.Reason.SHUTDOWN;
		}
		if (!this.transactions.admit()) {
			return Dropped.Reason.QUEUE_FULL;
		}
		this.goals.add(goal);
		return null;
	}

	synchronized boolean isCompleted() {
		return this.completed;
	}

	/**
	 * Remember which goals came before a savepoint. One that is not remembered was made
	 * before the first of them.
	 */
	synchronized void savepoint(Object savepoint) {
		if (this.goals.isEmpty()) {
			return;
		}
		if (this.savepoints.size() >= this.savepointsToPrune) {
			this.savepoints.removeIf(Savepoint::isReleased);
			this.savepointsToPrune = Math.max(this.savepointsToPrune, 2 * this.savepoints.size());
		}
		this.savepoints.add(new Savepoint(new WeakReference<>(savepoint), this.goals.size()));
	}

	/**
	 * Skip the goals that came after a savepoint.
	 */
	void rollBackTo(Object savepoint) {
		skip(takeAfter(savepoint));
	}

	private synchronized List<Goal> takeAfter(Object savepoint) {
		int index = this.savepoints.size() - 1;
		while (index >= 0 && !this.savepoints.get(index).is(savepoint)) {
			index--;
		}
		// Later savepoints are gone with it; it can itself be rolled back to once more.
		int kept = (index >= 0) ? this.savepoints.get(index).goals() : 0;
		this.savepoints.subList(index + 1, this.savepoints.size()).clear();
		return take(kept);
	}

	/**
	 * The transaction has been committed: hand the goals over.
	 */
	void commit() {
		for (Goal goal : complete()) {
			try {
				this.dispatcher.dispatch(goal);
			}
			catch (Throwable ex) {
				this.outcomes.publishFailed(goal, "The GoalDispatcher failed", ex);
			}
		}
	}

	/**
	 * The transaction has not been committed: skip the goals.
	 */
	void rollBack() {
		skip(complete());
	}

	/**
	 * The application ends before the transaction has completed: drop the goals.
	 * @return how many there were
	 */
	int drop() {
		List<Goal> dropped = complete();
		dropped.forEach((goal) -> this.outcomes.publish(goal, new Dropped(Dropped.Reason.SHUTDOWN, null)));
		return dropped.size();
	}

	private void skip(List<Goal> skipped) {
		skipped.forEach((goal) -> this.outcomes.publish(goal, new Skipped(Skipped.Reason.ROLLED_BACK)));
	}

	private synchronized List<Goal> complete() {
		this.completed = true;
		this.savepoints.clear();
		this.transactions.completed(this);
		return take(0);
	}

	private List<Goal> take(int kept) {
		List<Goal> tail = this.goals.subList(kept, this.goals.size());
		List<Goal> taken = List.copyOf(tail);
		tail.clear();
		this.transactions.release(taken.size());
		return taken;
	}

	/**
	 * A savepoint. Nobody says when it is released; whoever may roll back to it holds it.
	 *
	 * @param reference to the savepoint
	 * @param goals how many goals came before it
	 */
	private record Savepoint(WeakReference<Object> reference, int goals) {

		boolean is(Object savepoint) {
			return this.reference.refersTo(savepoint);
		}

		boolean isReleased() {
			return this.reference.refersTo(null);
		}

	}

}
