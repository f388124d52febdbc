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
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.transaction.reactive.TransactionSynchronization;

/**
 * Tells the goals of a reactive transaction how it ended.
 */
final class ReactiveGoalSynchronization implements TransactionSynchronization, Ordered {

	private final OpenTransactions transactions;

	private final TransactionGoals goals;

	ReactiveGoalSynchronization(OpenTransactions transactions, TransactionGoals goals) {
		this.transactions = transactions;
		this.goals = goals;
	}

	TransactionGoals goals() {
		return this.goals;
	}

	boolean isOf(OpenTransactions transactions) {
		return this.transactions == transactions;
	}

	/**
	 * Before the synchronizations of the application, so that the goals which these track
	 * after the completion come after those of the transaction.
	 */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	/**
	 * An unknown status is that of a commit which failed.
	 */
	@Override
	public Mono<Void> afterCompletion(int status) {
		return Mono.fromRunnable(() -> this.transactions.complete(this.goals,
				(status == STATUS_COMMITTED) ? Fate.COMMITTED : Fate.ROLLED_BACK));
	}

}
