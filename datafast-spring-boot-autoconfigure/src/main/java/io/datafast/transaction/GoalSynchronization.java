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
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.core.Ordered;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Tells the goals of a transaction what becomes of it. It is bound to the thread while
 * the transaction is the thread's current one, until the transaction has been completed,
 * so that a transaction needs only one.
 * <p>
 * {@code afterCommit} does not count: it is not called when that of another
 * synchronization fails, and is called too early where Spring takes part in a JTA
 * transaction that it has not begun.
 */
final class GoalSynchronization implements TransactionSynchronization {

	private static final Log logger = LogFactory.getLog(GoalSynchronization.class);

	/**
	 * Of Spring's {@code AbstractPlatformTransactionManager}.
	 */
	private static final String COMMIT = "processCommit";

	private static final int FRAMES_OF_COMPLETION = 10;

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
	 * Before the synchronizations of the application, so that the goals which these track
	 * after the completion come after those of the transaction.
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

	@Override
	public void beforeCommit(boolean readOnly) {
		this.goals.beforeCommit();
	}

	/**
	 * Callbacks of the application that run before the commit may have tracked goals
	 * since {@link #beforeCommit}, which is not even called if their first goal is the
	 * first of the transaction.
	 */
	@Override
	public void beforeCompletion() {
		try {
			if (isCommitting()) {
				this.goals.beforeCommit();
			}
		}
		catch (RuntimeException ex) {
			// It is too late to stop the commit. The goals wait for its result.
			logger.debug("Goals could not be written before a transaction is completed", ex);
		}
		finally {
			// A JTA transaction may be completed later and by another thread.
			unbind();
		}
	}

	/**
	 * Whether Spring is about to commit, or a callback has just kept it from committing.
	 * Spring tells synchronizations of a completion, but not of which.
	 */
	private static boolean isCommitting() {
		return StackWalker.getInstance()
			.walk((frames) -> frames.limit(FRAMES_OF_COMPLETION)
				.map(StackWalker.StackFrame::getMethodName)
				.anyMatch(COMMIT::equals));
	}

	@Override
	public void afterCompletion(int status) {
		unbind();
		this.transactions.complete(this.goals, switch (status) {
			case STATUS_COMMITTED -> Fate.COMMITTED;
			case STATUS_ROLLED_BACK -> Fate.ROLLED_BACK;
			default -> Fate.UNKNOWN;
		});
	}

}
