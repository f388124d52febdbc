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

package io.datafast.support;

import java.util.List;

import io.datafast.Goal;
import io.datafast.delivery.TransactionalGoalDispatcher;

/**
 * A {@link TransactionalGoalDispatcher} that takes all goals of a transaction together.
 * Its {@link #dispatch(Goal) dispatch} takes a goal outside of every transaction,
 * whatever the calling thread's transaction is, and never blocks.
 */
public interface TransactionalGoalWriter extends TransactionalGoalDispatcher {

	/**
	 * Write goals in the calling thread's current transaction, right before the
	 * transaction commits. If it is rolled back after all, the caller publishes the
	 * outcome. Called again for goals that are tracked after that, when an exception no
	 * longer stops the commit.
	 * @param goals the goals, at least one
	 * @return whether all of them are part of the transaction now. If not, none is, and
	 * each is dispatched after the transaction has committed: the transaction is not one
	 * of the writer's database, is read-only, or the goals could not be written
	 * @throws RuntimeException if the transaction must not be committed, because the
	 * failure has ended it
	 */
	boolean writeInTransaction(List<Goal> goals);

}
