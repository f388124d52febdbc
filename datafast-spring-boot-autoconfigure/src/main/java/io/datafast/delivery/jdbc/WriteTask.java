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

import java.util.List;

/**
 * Writes goals.
 */
final class WriteTask extends IntakeTask {

	private final boolean alone;

	WriteTask(IntakeLedger ledger, Patience patience, List<Waiting> waiting, boolean inDoubt) {
		super(ledger, patience, waiting, inDoubt);
		this.alone = false;
	}

	private WriteTask(WriteTask whole, Waiting part) {
		super(whole.ledger(), whole.patience(), List.of(part), whole.isInDoubt());
		this.alone = true;
	}

	/**
	 * Whether its goals can be written together with others.
	 */
	boolean canBeJoined() {
		return !this.alone && !isInDoubt();
	}

	@Override
	boolean perform(GoalWriter writer) {
		if (isInDoubt() && turnedOutToBeStored(writer)) {
			return true;
		}
		writer.write(goals());
		return true;
	}

	/**
	 * The others need not suffer for one of them. One that is there already is an own
	 * one, since no other has its id.
	 */
	@Override
	List<? extends IntakeTask> onRefusal(GoalStorageException refusal) {
		if (waiting().size() > 1) {
			return waiting().stream().map((part) -> new WriteTask(this, part)).toList();
		}
		if (refusal.isDuplicate()) {
			ledger().stored(goals());
			return List.of();
		}
		return super.onRefusal(refusal);
	}

}
