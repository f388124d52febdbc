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

package io.datafast.jdbc;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.datafast.delivery.DeliveryGate;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.ThrottledLog;
import io.datafast.jdbc.GoalTable.Row;

/**
 * What is done with the table every 10 seconds: goals are counted, goals that have been
 * parked for too long are deleted, and while nothing is delivered, goals that are too old
 * are ended, so that they do not keep new ones out.
 */
final class Maintenance implements Runnable {

	static final Duration INTERVAL = Duration.ofSeconds(10);

	private final GoalTable table;

	private final Backlog backlog;

	private final DeliveryGate gate;

	private final GoalOutcomePublisher outcomes;

	private final JdbcSettings settings;

	private final ThrottledLog log;

	private final Clock clock;

	Maintenance(GoalTable table, Backlog backlog, DeliveryGate gate, GoalOutcomePublisher outcomes,
			JdbcSettings settings, ThrottledLog log, Clock clock) {
		this.table = table;
		this.backlog = backlog;
		this.gate = gate;
		this.outcomes = outcomes;
		this.settings = settings;
		this.log = log;
		this.clock = clock;
	}

	@Override
	public void run() {
		try {
			Instant now = this.clock.instant();
			this.table.deleteParked(now.minus(this.settings.parkedRetention()));
			this.backlog.refresh(this.table);
			if (this.gate.availablePermits() != Integer.MAX_VALUE || this.backlog.isFull()) {
				expire(now);
			}
		}
		catch (Throwable ex) {
			String message = "The table with the goals cannot be counted and cleaned up";
			this.log.warn(message, message, ex);
		}
	}

	private void expire(Instant now) {
		String last = GoalId.BEFORE_ALL;
		List<Row> expired;
		do {
			expired = this.table.findWaiting(last, now.minus(this.settings.maxAge()));
			for (Row row : expired) {
				last = row.id();
				expire(row, now);
			}
		}
		while (expired.size() == GoalTable.PAGE);
	}

	private void expire(Row row, Instant now) {
		StoredGoal stored = this.table.readOrNull(row);
		Instant trackedAt = GoalId.timeOrNull(row.id());
		if (stored == null || trackedAt == null) {
			// Counted when it is taken for delivery.
			return;
		}
		Dropped outcome = new Dropped(Dropped.Reason.EXPIRED, null);
		if (this.backlog.park(() -> this.table.park(row, stored.ended(outcome), now), () -> this.table.delete(row))) {
			this.backlog.ended();
			this.outcomes.publish(stored.goal(), outcome, Duration.between(trackedAt, now));
		}
	}

}
