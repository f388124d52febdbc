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

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Consumer;

import io.datafast.Goal;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.delivery.TransactionalGoalDispatcher;
import io.datafast.support.TrackingContext.Transaction;
import io.datafast.support.TransactionalGoalWriter;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The goals of one transaction, in the order in which they were tracked. A
 * {@link TransactionalGoalDispatcher} gets them right before the transaction commits, any
 * other dispatcher gets them after that. Each goal leaves once: to the dispatcher or with
 * an outcome. Thread-safe.
 * <p>
 * For an imperative transaction, an instance is a synchronization of the transaction. It
 * is bound to the thread while the transaction is the thread's current one, so that each
 * transaction has one instance. {@code afterCommit} is not used: it is not called when
 * that of another synchronization fails, and is called too early where Spring takes part
 * in a JTA transaction that it has not begun.
 */
final class TransactionGoals implements Transaction, TransactionSynchronization {

	private static final Log logger = LogFactory.getLog(TransactionGoals.class);

	/**
	 * The method of Spring's {@code AbstractPlatformTransactionManager} that commits.
	 */
	private static final String COMMIT = "processCommit";

	private static final int FRAMES_OF_COMPLETION = 10;

	private final OpenTransactions transactions;

	private final List<Goal> waiting = new ArrayList<>();

	/**
	 * The goals that the dispatcher has taken as a part of the transaction.
	 */
	private final List<Goal> taken = new ArrayList<>();

	/**
	 * How many goals were tracked before each savepoint. The keys are weak, since Spring
	 * does not tell when a savepoint is released. The code that can roll back to a
	 * savepoint holds it.
	 */
	private final Map<Object, Integer> savepoints = new WeakHashMap<>();

	private boolean committing;

	private @Nullable Consumer<Goal> completion;

	TransactionGoals(OpenTransactions transactions) {
		this.transactions = transactions;
	}

	/**
	 * Add a goal. It waits for the completion of the transaction. If the transaction has
	 * been completed, its result applies to the goal at once.
	 */
	@Override
	public boolean take(Goal goal) {
		Consumer<Goal> action = waitOrFindAction(goal);
		if (action != null) {
			action.accept(goal);
		}
		return true;
	}

	private synchronized @Nullable Consumer<Goal> waitOrFindAction(Goal goal) {
		if (this.completion == null) {
			if (!this.transactions.admit()) {
				return (refused) -> drop(refused, Dropped.Reason.QUEUE_FULL);
			}
			this.waiting.add(goal);
		}
		return this.completion;
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
		if (TransactionSynchronizationManager.getResource(this.transactions) == this) {
			TransactionSynchronizationManager.unbindResource(this.transactions);
		}
	}

	/**
	 * Bind to the thread, in place of an instance whose transaction another thread
	 * completed.
	 */
	@Override
	public void resume() {
		TransactionSynchronizationManager.unbindResourceIfPossible(this.transactions);
		TransactionSynchronizationManager.bindResource(this.transactions, this);
	}

	@Override
	public synchronized void savepoint(Object savepoint) {
		this.savepoints.put(savepoint, this.waiting.size());
	}

	@Override
	public void savepointRollback(Object savepoint) {
		takeAfter(savepoint).forEach(this::skip);
	}

	/**
	 * Take the goals since a savepoint. Later savepoints are released with the rollback;
	 * the savepoint itself can be rolled back to again. An unknown savepoint was set
	 * before the first goal.
	 */
	private synchronized List<Goal> takeAfter(Object savepoint) {
		int kept = this.savepoints.getOrDefault(savepoint, 0);
		this.savepoints.values().removeIf((goalsBefore) -> goalsBefore > kept);
		return takeAfter(kept);
	}

	private List<Goal> takeAfter(int kept) {
		List<Goal> tail = this.waiting.subList(kept, this.waiting.size());
		List<Goal> goals = List.copyOf(tail);
		tail.clear();
		this.transactions.release(goals.size());
		return goals;
	}

	/**
	 * A dispatcher may take the goals as a part of the transaction.
	 * @throws RuntimeException if the transaction must not be committed
	 */
	@Override
	public void beforeCommit(boolean readOnly) {
		List<Goal> goals = startCommit();
		if (goals.isEmpty()) {
			return;
		}
		GoalDispatcher dispatcher = this.transactions.dispatcher();
		if (dispatcher instanceof TransactionalGoalWriter writer) {
			if (writer.writeInTransaction(goals)) {
				taken(goals);
			}
		}
		else if (dispatcher instanceof TransactionalGoalDispatcher) {
			taken(goals);
			goals.forEach(this::handOver);
		}
	}

	private synchronized List<Goal> startCommit() {
		this.committing = true;
		return List.copyOf(this.waiting);
	}

	private synchronized void taken(List<Goal> goals) {
		this.savepoints.clear();
		this.waiting.subList(0, goals.size()).clear();
		this.transactions.release(goals.size());
		this.taken.addAll(goals);
	}

	/**
	 * Callbacks of the application that run before the commit may have tracked goals
	 * since {@link #beforeCommit}. If such a goal is the transaction's first,
	 * {@link #beforeCommit} has not been called at all.
	 */
	@Override
	public void beforeCompletion() {
		try {
			if (isCommitting()) {
				beforeCommit(false);
			}
		}
		catch (RuntimeException ex) {
			// It is too late to stop the commit. The goals wait for its result.
			logger.debug("Goals could not be written before a transaction is completed", ex);
		}
		finally {
			// A JTA transaction may be completed later and by another thread.
			suspend();
		}
	}

	/**
	 * Whether Spring is about to commit, or a callback has just prevented the commit.
	 * Spring does not tell {@link #beforeCompletion} whether a commit or a rollback
	 * follows, so this looks at the call stack.
	 */
	private static boolean isCommitting() {
		return StackWalker.getInstance()
			.walk((frames) -> frames.limit(FRAMES_OF_COMPLETION)
				.map(StackWalker.StackFrame::getMethodName)
				.anyMatch(COMMIT::equals));
	}

	@Override
	public void afterCompletion(int status) {
		suspend();
		complete(status);
	}

	/**
	 * The transaction has been completed. If it is unknown whether it has been committed,
	 * waiting goals are not sent. Goals that a dispatcher has taken as a part of the
	 * transaction exist if the transaction has been committed, and have their outcome
	 * then.
	 * @param status one of the constants of {@link TransactionSynchronization}
	 */
	void complete(int status) {
		complete((status == STATUS_COMMITTED) ? this::handOver : this::skip, status == STATUS_ROLLED_BACK, true);
	}

	/**
	 * The application ends before the transaction has been completed. During a commit,
	 * the goals are left to its completion, which is imminent.
	 */
	void shutDown() {
		complete((goal) -> drop(goal, Dropped.Reason.SHUTDOWN), false, false);
	}

	/**
	 * Complete the transaction. Only the first call has an effect.
	 */
	private void complete(Consumer<Goal> completion, boolean includeTaken, boolean whileCommitting) {
		this.transactions.completed(this);
		List<Goal> goals = new ArrayList<>();
		synchronized (this) {
			if (this.completion != null || (this.committing && !whileCommitting)) {
				return;
			}
			this.completion = completion;
			this.savepoints.clear();
			if (includeTaken) {
				goals.addAll(this.taken);
			}
			this.taken.clear();
			goals.addAll(takeAfter(0));
		}
		goals.forEach(completion);
	}

	synchronized boolean isCompleted() {
		return this.completion != null;
	}

	private void skip(Goal goal) {
		this.transactions.outcomes().publish(goal, new Skipped(Skipped.Reason.ROLLED_BACK));
	}

	private void drop(Goal goal, Dropped.Reason reason) {
		this.transactions.outcomes().publish(goal, new Dropped(reason, null));
	}

	private void handOver(Goal goal) {
		try {
			this.transactions.dispatcher().dispatch(goal);
		}
		catch (Throwable ex) {
			removeTaken(goal);
			this.transactions.outcomes().publishFailed(goal, "The GoalDispatcher failed", ex);
		}
	}

	private synchronized void removeTaken(Goal goal) {
		this.taken.remove(goal);
	}

}
