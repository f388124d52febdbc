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

import io.datafast.transaction.TransactionGoals.Fate;

import org.springframework.core.Ordered;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Tells the goals of a transaction what becomes of it. While the transaction is the
 * current one, and until it begins to complete, this is bound to the thread, so that a
 * transaction needs only one. What is tracked during completion, in the callbacks of
 * others, gets another, which is completed with the same transaction.
 * <p>
 * Only {@code afterCompletion} counts: {@code afterCommit} is not called when another
 * synchronization's fails, and is called too early where Spring takes part in a JTA
 * transaction that it has not begun.
 */
final class GoalSynchronization implements TransactionSynchronization {

	private final OpenTransactions transactions;

	private final TransactionGoals goals;

	/**
	 * Create a synchronization.
	 * @param transactions where the goals are kept, and the key to bind this under
	 * @param goals the goals of the transaction
	 */
	GoalSynchronization(OpenTransactions transactions, TransactionGoals goals) {
		this.transactions = transactions;
		this.goals = goals;
	}

	TransactionGoals goals() {
		return this.goals;
	}

	boolean isCompleted() {
		return this.goals.isCompleted();
	}

	/**
	 * Bind to the thread, in place of one whose transaction another thread completed.
	 */
	void bind() {
		TransactionSynchronizationManager.unbindResourceIfPossible(this.transactions);
		TransactionSynchronizationManager.bindResource(this.transactions, this);
	}

	private void unbind() {
		if (TransactionSynchronizationManager.getResource(this.transactions) == this) {
			TransactionSynchronizationManager.unbindResource(this.transactions);
		}
	}

	/**
	 * Before the synchronizations of the application, so that what these track when the
	 * transaction has been completed comes after what was tracked in it.
	 */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public void suspend() {
		unbind();
	}

	@Override
	public void resume() {
		bind();
	}

	@Override
	public void savepoint(Object savepoint) {
		this.goals.savepoint(savepoint);
	}

	@Override
	public void savepointRollback(Object savepoint) {
		this.goals.rollBackTo(savepoint);
	}

	/**
	 * A JTA transaction may be completed later and by another thread.
	 */
	@Override
	public void beforeCompletion() {
		unbind();
	}

	/**
	 * An unknown status is that of a commit which failed.
	 */
	@Override
	public void afterCompletion(int status) {
		unbind();
		this.transactions.complete(this.goals, (status == STATUS_COMMITTED) ? Fate.COMMITTED : Fate.ROLLED_BACK);
	}

}
