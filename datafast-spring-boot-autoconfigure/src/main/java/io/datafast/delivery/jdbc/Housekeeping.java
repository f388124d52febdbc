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

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.datafast.delivery.DaemonThreadFactory;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.jdbc.GoalTable.Row;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done with the table now and then: counting, deleting what has been parked
 * for too long, and, when nothing is delivered, ending goals that are too old so that
 * they do not keep new ones out.
 */
final class Housekeeping {

	static final Duration INTERVAL = Duration.ofSeconds(10);

	private static final int PAGE = 500;

	private final Log log = LogFactory.getLog(JdbcGoalDispatcher.class);

	private final GoalTable table;

	private final Backlog backlog;

	private final DeliveryGate gate;

	private final GoalOutcomePublisher outcomes;

	private final Duration maxAge;

	private final Duration parkedRetention;

	private final Clock clock;

	private boolean failing;

	private @Nullable ScheduledThreadPoolExecutor executor;

	Housekeeping(GoalTable table, Backlog backlog, DeliveryGate gate, GoalOutcomePublisher outcomes, Duration maxAge,
			Duration parkedRetention, Clock clock) {
		this.table = table;
		this.backlog = backlog;
		this.gate = gate;
		this.outcomes = outcomes;
		this.maxAge = maxAge;
		this.parkedRetention = parkedRetention;
		this.clock = clock;
	}

	synchronized void start() {
		this.executor = new ScheduledThreadPoolExecutor(1, new DaemonThreadFactory("datafast-housekeeping-"));
		this.executor.scheduleWithFixedDelay(this::keepHouse, INTERVAL.toMillis(), INTERVAL.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	synchronized void stop() {
		if (this.executor != null) {
			this.executor.shutdownNow();
			this.executor = null;
		}
	}

	private void keepHouse() {
		try {
			run();
			this.failing = false;
		}
		catch (Throwable ex) {
			String message = "The table with the goals cannot be counted and cleaned up";
			if (this.failing) {
				this.log.debug(message, ex);
			}
			else {
				this.log.warn(message + " (from now on logged at DEBUG, until it succeeds)", ex);
			}
			this.failing = true;
		}
	}

	void run() {
		Instant now = this.clock.instant();
		this.table.deleteParked(now.minus(this.parkedRetention));
		this.backlog.refresh(this.table);
		if (this.gate.admits() != Integer.MAX_VALUE || this.backlog.isFull()) {
			expire(now);
		}
	}

	private void expire(Instant now) {
		String last = GoalId.BEFORE_ALL;
		List<Row> expired;
		do {
			expired = this.table.findWaiting(last, now.minus(this.maxAge), PAGE);
			for (Row row : expired) {
				last = row.id();
				expire(row, now);
			}
		}
		while (expired.size() == PAGE);
	}

	private void expire(Row row, Instant now) {
		StoredGoal stored = this.table.readOrNull(row);
		Instant trackedAt = GoalId.timeOrNull(row.id());
		if (stored == null || trackedAt == null) {
			// Whoever takes it for delivery says so.
			return;
		}
		Dropped outcome = new Dropped(Dropped.Reason.EXPIRED, null);
		boolean keep = this.backlog.hasRoomForParked();
		if (keep ? this.table.park(row, stored.ended(outcome), now) : this.table.delete(row)) {
			if (keep) {
				this.backlog.parked();
			}
			this.backlog.ended();
			this.outcomes.publish(stored.goal(), outcome, Duration.between(trackedAt, now));
		}
	}

}
