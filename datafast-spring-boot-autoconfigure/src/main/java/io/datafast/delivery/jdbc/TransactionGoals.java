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

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

import io.datafast.delivery.jdbc.GoalTable.NewGoal;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The goals of a transaction. They are written right before it commits, all at once; what
 * is rolled back to a savepoint before that is not written at all.
 * <p>
 * Where this is not possible, because the transaction is read-only or not one of this
 * database, or a goal comes only after the commit, goals are written in a transaction of
 * their own after it, in the background.
 */
final class TransactionGoals implements TransactionSynchronization {

	private final GoalIntake intake;

	private final List<NewGoal> unwritten = new ArrayList<>();

	private final List<NewGoal> written = new ArrayList<>();

	/**
	 * Nobody tells when a savepoint is released, and a transaction can have many.
	 */
	private final Map<Object, Integer> sizesAtSavepoints = new WeakHashMap<>();

	private volatile boolean completed;

	TransactionGoals(GoalIntake intake) {
		this.intake = intake;
	}

	/**
	 * Another thread may have completed the transaction.
	 */
	boolean isCompleted() {
		return this.completed;
	}

	/**
	 * Be found by the intake as long as the transaction is the current one.
	 */
	void bind() {
		TransactionSynchronizationManager.unbindResourceIfPossible(this.intake);
		TransactionSynchronizationManager.bindResource(this.intake, this);
	}

	private void unbind() {
		if (TransactionSynchronizationManager.getResource(this.intake) == this) {
			TransactionSynchronizationManager.unbindResource(this.intake);
		}
	}

	@Override
	public void suspend() {
		unbind();
	}

	@Override
	public void resume() {
		bind();
	}

	void add(NewGoal goal) {
		this.unwritten.add(goal);
	}

	@Override
	public void savepoint(Object savepoint) {
		this.sizesAtSavepoints.put(savepoint, this.unwritten.size());
	}

	@Override
	public void savepointRollback(Object savepoint) {
		// One from before the first goal is not known here.
		int size = Math.min(this.sizesAtSavepoints.getOrDefault(savepoint, 0), this.unwritten.size());
		List<NewGoal> rolledBack = this.unwritten.subList(size, this.unwritten.size());
		this.intake.rolledBack(List.copyOf(rolledBack));
		rolledBack.clear();
	}

	@Override
	public void beforeCommit(boolean readOnly) {
		if (readOnly || this.unwritten.isEmpty()) {
			return;
		}
		GoalIntake.WriteResult result = this.intake.writeInTransaction(this.unwritten);
		if (result == GoalIntake.WriteResult.WRITTEN) {
			this.written.addAll(this.unwritten);
		}
		if (result != GoalIntake.WriteResult.NOT_POSSIBLE) {
			this.unwritten.clear();
		}
	}

	@Override
	public void afterCompletion(int status) {
		unbind();
		this.completed = true;
		switch (status) {
			case STATUS_COMMITTED -> this.intake.committed(this.written, this.unwritten);
			default -> {
				// What has been written was about to be committed. Some transaction
				// managers
				// say that it was rolled back although they have only lost the
				// connection.
				this.intake.unknown(this.written);
				this.intake.rolledBack(this.unwritten);
			}
		}
	}

}
