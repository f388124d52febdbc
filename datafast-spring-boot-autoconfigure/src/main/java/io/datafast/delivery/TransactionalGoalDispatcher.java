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
 * instance by writing them to the same database. It is given the goals of a transaction
 * right before the transaction commits, on its thread, whereas any other dispatcher is
 * given them after the commit. Goals that are tracked too late for that, and those of a
 * reactive transaction, are dispatched after the commit. If the transaction is rolled
 * back after all, the outcome of its goals is
 * {@link io.datafast.delivery.GoalOutcome.Skipped.Reason#ROLLED_BACK}; if it is unknown
 * whether the transaction has been committed, no outcome is published.
 */
public interface TransactionalGoalDispatcher extends GoalDispatcher {

}
