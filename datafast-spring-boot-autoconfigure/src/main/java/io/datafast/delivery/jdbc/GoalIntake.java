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

import java.time.Clock;
import java.util.List;

import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.jdbc.GoalTable.NewGoal;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Takes goals over and sees to it that they get into the table with the transaction they
 * are part of, or at once where there is none. No failure reaches the caller, and none
 * ends a transaction.
 */
final class GoalIntake {

	private static final String FAILED = "Storing a goal failed";

	private final Log log = LogFactory.getLog(JdbcGoalDispatcher.class);

	private final GoalWriter writer;

	private final Backlog backlog;

	private final GoalOutcomePublisher outcomes;

	private final Runnable stored;

	private final Clock clock;

	/**
	 * Create an intake.
	 * @param writer writes goals
	 * @param backlog knows how many wait
	 * @param outcomes told about those that do not get into the table
	 * @param stored called when goals are there to be delivered
	 * @param clock tells when goals are tracked
	 */
	GoalIntake(GoalWriter writer, Backlog backlog, GoalOutcomePublisher outcomes, Runnable stored, Clock clock) {
		this.writer = writer;
		this.backlog = backlog;
		this.outcomes = outcomes;
		this.stored = stored;
		this.clock = clock;
	}

	void take(Goal goal) {
		if (!this.backlog.tryAdd()) {
			this.outcomes.publish(goal, new Dropped(Dropped.Reason.QUEUE_FULL, null));
			return;
		}
		NewGoal taken = new NewGoal(GoalId.create(this.clock.instant()), goal);
		if (TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.isSynchronizationActive()) {
			goalsOfTransaction().add(taken);
		}
		else {
			write(List.of(taken));
		}
	}

	private TransactionGoals goalsOfTransaction() {
		TransactionGoals goals = (TransactionGoals) TransactionSynchronizationManager.getResource(this);
		if (goals == null || goals.isCompleted()) {
			goals = new TransactionGoals(this);
			TransactionSynchronizationManager.registerSynchronization(goals);
			goals.bind();
		}
		return goals;
	}

	private void write(List<NewGoal> goals) {
		try {
			this.writer.write(goals);
		}
		catch (Throwable ex) {
			failed(goals, ex);
			return;
		}
		stored(goals);
	}

	private void stored(List<NewGoal> goals) {
		this.backlog.stored(goals.size());
		this.stored.run();
	}

	// What a transaction reports

	WriteResult writeInTransaction(List<NewGoal> goals) {
		try {
			return this.writer.writeInCurrentTransaction(goals) ? WriteResult.WRITTEN : WriteResult.NOT_POSSIBLE;
		}
		catch (Throwable ex) {
			if (ex instanceof GoalStorageException refusal && refusal.hasEndedTransaction()) {
				// To commit what is left would lose the application's changes silently.
				throw refusal;
			}
			failed(goals, ex);
			return WriteResult.FAILED;
		}
	}

	void committed(List<NewGoal> written, List<NewGoal> unwritten) {
		if (!written.isEmpty()) {
			stored(written);
		}
		if (!unwritten.isEmpty()) {
			write(unwritten);
		}
	}

	void rolledBack(List<NewGoal> goals) {
		end(goals, new Skipped(Skipped.Reason.ROLLED_BACK));
	}

	/**
	 * The commit failed, which does not tell whether it took place. If so, the goals are
	 * all there.
	 */
	void unknown(List<NewGoal> written) {
		if (written.isEmpty()) {
			return;
		}
		try {
			if (this.writer.isCommitted(written.get(0))) {
				committed(written, List.of());
			}
			else {
				rolledBack(written);
			}
		}
		catch (RuntimeException ex) {
			this.backlog.stored(written.size());
			this.log.warn("It is unknown whether a transaction with " + written.size()
					+ " goal(s) was committed; if so, they are in the table and will be delivered", ex);
		}
	}

	private void failed(List<NewGoal> goals, Throwable failure) {
		for (NewGoal goal : goals) {
			this.backlog.abandoned();
			this.outcomes.publishFailed(goal.goal(), FAILED, failure);
		}
	}

	private void end(List<NewGoal> goals, GoalOutcome outcome) {
		for (NewGoal goal : goals) {
			this.backlog.abandoned();
			this.outcomes.publish(goal.goal(), outcome);
		}
	}

	/**
	 * What became of the attempt to write goals in a transaction.
	 */
	enum WriteResult {

		/**
		 * They are there if it commits.
		 */
		WRITTEN,

		/**
		 * It failed, and they have been counted so.
		 */
		FAILED,

		/**
		 * The transaction is none of this database.
		 */
		NOT_POSSIBLE

	}

}
