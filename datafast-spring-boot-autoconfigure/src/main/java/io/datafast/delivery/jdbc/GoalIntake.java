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
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.delivery.jdbc.GoalTable.NewGoal;

import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Takes goals over and sees to it that they get into the table: with the transaction they
 * are part of, or at once where there is none, or in the background where the thread must
 * not wait for a connection. No failure reaches the caller, and none ends a transaction.
 */
final class GoalIntake {

	private final Supplier<GoalWriter> writer;

	private final BackgroundWriter backgroundWriter;

	private final IntakeLedger ledger;

	private final BooleanSupplier mustNotBlock;

	private final Clock clock;

	/**
	 * Create an intake.
	 * @param writer writes goals; asked for only where waiting for a database is allowed
	 * @param backgroundWriter writes goals in the background
	 * @param ledger keeps account of them
	 * @param mustNotBlock tells whether the current thread must not wait
	 * @param clock tells when goals are tracked
	 */
	GoalIntake(Supplier<GoalWriter> writer, BackgroundWriter backgroundWriter, IntakeLedger ledger,
			BooleanSupplier mustNotBlock, Clock clock) {
		this.writer = writer;
		this.backgroundWriter = backgroundWriter;
		this.ledger = ledger;
		this.mustNotBlock = mustNotBlock;
		this.clock = clock;
	}

	void take(Goal goal) {
		NewGoal taken = new NewGoal(GoalId.create(this.clock.instant()), goal);
		if (!this.ledger.admit(taken)) {
			return;
		}
		try {
			handOver(taken);
		}
		catch (Throwable ex) {
			this.ledger.failed(List.of(taken), ex);
		}
	}

	private void handOver(NewGoal goal) {
		if (this.mustNotBlock.getAsBoolean()) {
			this.backgroundWriter.write(List.of(goal));
		}
		else if (TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.isSynchronizationActive()) {
			goalsOfTransaction().add(goal);
		}
		else if (mayHoldConnection() || this.backgroundWriter.isStruggling()) {
			this.backgroundWriter.write(List.of(goal));
		}
		else {
			writeAtOnce(List.of(goal));
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

	/**
	 * Whatever is bound to the thread may hold a connection, as an open
	 * {@code EntityManager} does: if all threads that hold one waited for another, the
	 * pool would be stuck.
	 */
	private static boolean mayHoldConnection() {
		return !TransactionSynchronizationManager.getResourceMap().isEmpty();
	}

	private void writeAtOnce(List<NewGoal> goals) {
		try {
			this.writer.get().write(goals);
		}
		catch (GoalStorageException ex) {
			if (ex.isRefusal()) {
				throw ex;
			}
			this.backgroundWriter.writeAgain(goals, ex);
			return;
		}
		this.ledger.stored(goals);
	}

	// What a transaction reports

	WriteResult writeInTransaction(List<NewGoal> goals) {
		try {
			return this.writer.get().writeInCurrentTransaction(goals) ? WriteResult.WRITTEN : WriteResult.NOT_POSSIBLE;
		}
		catch (GoalStorageException ex) {
			if (ex.hasEndedTransaction()) {
				// To commit what is left would lose the application's changes silently.
				throw ex;
			}
			if (ex.isWithoutConnection()) {
				return WriteResult.NOT_POSSIBLE;
			}
			this.ledger.failed(goals, ex);
			return WriteResult.FAILED;
		}
		catch (Throwable ex) {
			this.ledger.failed(goals, ex);
			return WriteResult.FAILED;
		}
	}

	/**
	 * The transaction's connection is still held.
	 */
	void committed(List<NewGoal> written, List<NewGoal> unwritten) {
		if (!written.isEmpty()) {
			this.ledger.stored(written);
		}
		if (!unwritten.isEmpty()) {
			this.backgroundWriter.write(unwritten);
		}
	}

	void rolledBack(List<NewGoal> goals) {
		this.ledger.ended(goals, new Skipped(Skipped.Reason.ROLLED_BACK));
	}

	/**
	 * A transaction failed after goals had been written in it, which does not tell
	 * whether it was committed. If so, the goals are all there.
	 */
	void unknown(List<NewGoal> written) {
		if (!written.isEmpty()) {
			this.backgroundWriter.settle(written);
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
		 * The transaction is none of this database, or the database cannot be reached.
		 */
		NOT_POSSIBLE

	}

}
