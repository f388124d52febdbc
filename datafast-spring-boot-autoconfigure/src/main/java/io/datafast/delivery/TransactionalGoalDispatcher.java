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

package io.datafast.delivery;

/**
 * A {@link GoalDispatcher} that takes goals as part of the current transaction, for
 * instance by writing them to the same database: a goal that is handed over in a
 * transaction is sent if that transaction commits, and only then. Such a dispatcher is
 * called at once, whereas any other gets the goals of a transaction after its commit.
 * <p>
 * A goal may be no part of the thread's transaction, as that of a result which another
 * thread completes in a transaction of its own. Then Spring's
 * {@code TransactionSynchronizationManager.isActualTransactionActive()} is {@code false}
 * during the call, and the goal is to be taken in a new transaction, if in any.
 */
public interface TransactionalGoalDispatcher extends GoalDispatcher {

}
