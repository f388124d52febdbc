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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.delivery.jdbc.GoalTable.NewGoal;

/**
 * Brings goals to their end in the background, attempt by attempt. Used by one thread at
 * a time, but for {@link #giveUp()}, which comes from the one that stops everything.
 */
abstract class IntakeTask {

	private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

	private final IntakeLedger ledger;

	private final Patience patience;

	private volatile List<Waiting> waiting;

	private volatile boolean inDoubt;

	private volatile boolean attempting;

	private volatile boolean unanswered;

	private boolean waitingForOthers;

	private Duration pause = FIRST_PAUSE;

	/**
	 * Create a task.
	 * @param ledger told what becomes of the goals
	 * @param patience how long goals wait
	 * @param waiting the goals
	 * @param inDoubt whether they may be stored already. If so, it is all of them.
	 */
	IntakeTask(IntakeLedger ledger, Patience patience, List<Waiting> waiting, boolean inDoubt) {
		this.ledger = ledger;
		this.patience = patience;
		this.waiting = waiting;
		this.inDoubt = inDoubt;
	}

	static List<Waiting> now(List<NewGoal> goals) {
		long since = System.nanoTime();
		return goals.stream().map((goal) -> new Waiting(goal, since)).toList();
	}

	final IntakeLedger ledger() {
		return this.ledger;
	}

	final Patience patience() {
		return this.patience;
	}

	final List<Waiting> waiting() {
		return this.waiting;
	}

	final List<NewGoal> goals() {
		return this.waiting.stream().map(Waiting::goal).toList();
	}

	final boolean isInDoubt() {
		return this.inDoubt;
	}

	/**
	 * How long to wait before the next attempt.
	 */
	final Duration pause() {
		return this.pause;
	}

	/**
	 * Whether the database did not answer the last time, unless that was because it was
	 * asked to wait for somebody else.
	 */
	final boolean isUnanswered() {
		return this.unanswered;
	}

	final void join(IntakeTask other) {
		List<Waiting> all = new ArrayList<>(this.waiting);
		all.addAll(other.waiting);
		this.waiting = all;
	}

	/**
	 * Try.
	 * @return what is left to be done after a pause
	 */
	final List<? extends IntakeTask> attempt(Supplier<GoalWriter> writer) {
		this.attempting = true;
		this.unanswered = false;
		this.waitingForOthers = false;
		try {
			if (perform(writer.get())) {
				this.ledger.stored(goals());
			}
			else {
				this.ledger.ended(goals(), new Skipped(Skipped.Reason.ROLLED_BACK));
			}
			return List.of();
		}
		catch (GoalStorageException ex) {
			if (ex.isRefusal()) {
				return onRefusal(ex);
			}
			this.unanswered = !this.waitingForOthers || ex.isWithoutConnection();
			this.inDoubt = this.inDoubt || ex.leavesDoubt();
			return onSilence(ex);
		}
		catch (Throwable ex) {
			this.ledger.failed(goals(), ex);
			return List.of();
		}
		finally {
			this.attempting = false;
		}
	}

	/**
	 * Do what can be done.
	 * @return whether the goals are stored; {@code false} if they never will be
	 */
	abstract boolean perform(GoalWriter writer);

	/**
	 * The database does not want them.
	 * @return what is left to be done
	 */
	List<? extends IntakeTask> onRefusal(GoalStorageException refusal) {
		this.ledger.failed(goals(), refusal);
		return List.of();
	}

	private List<IntakeTask> onSilence(GoalStorageException failure) {
		long now = System.nanoTime();
		Duration longest = this.inDoubt ? this.patience.inDoubt() : this.patience.ordinary();
		List<Waiting> going = new ArrayList<>();
		List<NewGoal> ending = new ArrayList<>();
		for (Waiting goal : this.waiting) {
			if (now - goal.since() < longest.toNanos()) {
				going.add(goal);
			}
			else {
				ending.add(goal.goal());
			}
		}
		this.waiting = going;
		if (this.inDoubt) {
			this.ledger.unknown(ending, failure);
		}
		else {
			this.ledger.failed(ending, failure);
		}
		Duration doubled = this.pause.multipliedBy(2);
		this.pause = (doubled.compareTo(LONGEST_PAUSE) < 0) ? doubled : LONGEST_PAUSE;
		return going.isEmpty() ? List.of() : List.of(this);
	}

	/**
	 * Find out whether goals in doubt are stored. If not, they will not be later, either.
	 */
	final boolean turnedOutToBeStored(GoalWriter writer) {
		List<NewGoal> goals = goals();
		if (isAnyThere(writer, goals)) {
			return true;
		}
		this.waitingForOthers = true;
		try {
			writer.awaitNoInsert(goals.get(0));
			this.waitingForOthers = false;
		}
		catch (GoalStorageException ex) {
			if (ex.isDuplicate() || (ex.isRefusal() && isAnyThere(writer, goals))) {
				return true;
			}
			throw ex;
		}
		this.inDoubt = this.ledger.hasAnyArrived(goals);
		return this.inDoubt;
	}

	/**
	 * Those that have been delivered in the meantime are no longer in the table.
	 */
	private boolean isAnyThere(GoalWriter writer, List<NewGoal> goals) {
		return writer.isAnyThere(goals) || this.ledger.hasAnyArrived(goals);
	}

	/**
	 * There is no time left. The last attempt may still be going on.
	 */
	final void giveUp() {
		if (this.inDoubt || this.attempting) {
			this.ledger.unknown(goals(), null);
		}
		else {
			this.ledger.ended(goals(), new Dropped(Dropped.Reason.SHUTDOWN, null));
		}
	}

	/**
	 * A goal that waits.
	 *
	 * @param goal the goal
	 * @param since since when, as of {@link System#nanoTime()}
	 */
	record Waiting(NewGoal goal, long since) {

	}

	/**
	 * How long goals wait while the database does not answer.
	 *
	 * @param ordinary how long they wait to be stored
	 * @param inDoubt how long they wait to be looked up if they may be stored already
	 */
	record Patience(Duration ordinary, Duration inDoubt) {

	}

}
