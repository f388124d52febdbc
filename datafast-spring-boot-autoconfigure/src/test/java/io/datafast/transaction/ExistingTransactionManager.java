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

import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationUtils;

/**
 * Takes part in a transaction that somebody else has begun and will complete, as the
 * {@code JtaTransactionManager} does in a container.
 */
@SuppressWarnings("serial")
class ExistingTransactionManager extends AbstractPlatformTransactionManager {

	private final List<TransactionSynchronization> registered = new ArrayList<>();

	@Override
	protected Object doGetTransaction() {
		return new Object();
	}

	@Override
	protected boolean isExistingTransaction(Object transaction) {
		return true;
	}

	@Override
	protected void doBegin(Object transaction, TransactionDefinition definition) {
		throw new UnsupportedOperationException();
	}

	@Override
	protected void doCommit(DefaultTransactionStatus status) {
		throw new UnsupportedOperationException();
	}

	@Override
	protected void doRollback(DefaultTransactionStatus status) {
		throw new UnsupportedOperationException();
	}

	@Override
	protected void registerAfterCompletionWithExistingTransaction(Object transaction,
			List<TransactionSynchronization> synchronizations) {
		this.registered.addAll(synchronizations);
	}

	/**
	 * Complete the transaction, as {@code JtaAfterCompletionSynchronization} does.
	 */
	void complete(int status) {
		if (status == TransactionSynchronization.STATUS_COMMITTED) {
			TransactionSynchronizationUtils.invokeAfterCommit(this.registered);
		}
		TransactionSynchronizationUtils.invokeAfterCompletion(this.registered, status);
		this.registered.clear();
	}

}
