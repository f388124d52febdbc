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
import java.util.List;
import java.util.function.Predicate;

import io.datafast.jdbc.GoalTable.Row;
import org.jspecify.annotations.Nullable;

/**
 * The goals that ended without being recorded, which can be looked at, tried again and
 * deleted. Thread-safe; every method asks the database, on the calling thread, and throws
 * a {@link org.springframework.dao.DataAccessException} if that fails.
 */
public final class ParkedGoals {

	private final GoalTable table;

	private final Backlog backlog;

	private final Runnable requeued;

	private final Clock clock;

	ParkedGoals(GoalTable table, Backlog backlog, Runnable requeued, Clock clock) {
		this.table = table;
		this.backlog = backlog;
		this.requeued = requeued;
		this.clock = clock;
	}

	/**
	 * List parked goals, in the order in which they were tracked.
	 * @param limit how many at most
	 * @return the goals
	 */
	public List<ParkedGoal> list(int limit) {
		return this.table.findParked(GoalId.BEFORE_ALL, limit).stream().map(this::describe).toList();
	}

	private ParkedGoal describe(Row row) {
		StoredGoal stored = this.table.readOrNull(row);
		StoredGoal.Ending ending = (stored != null) ? stored.ending() : null;
		return new ParkedGoal(row.id(), (stored != null) ? stored.goal().name() : "unreadable",
				GoalId.timeOrNull(row.id()), row.lastFailure(), (ending != null) ? ending.outcome() : "dropped",
				(ending != null) ? ending.reason() : "failed", (stored != null) ? stored.progress().answers() : 0,
				(ending != null) ? ending.message() : null);
	}

	/**
	 * Let a parked goal wait again, as if it were tracked now. It gets another outcome,
	 * which is counted, too.
	 * @param id the goal's id
	 * @return whether there was such a parked goal
	 */
	public boolean requeue(String id) {
		Row row = this.table.findParked(id);
		return row != null && afterChange(requeue(row) ? 1 : 0) > 0;
	}

	/**
	 * Let all parked goals wait again.
	 * @param reason the name of the reason for which they were parked, or {@code null}
	 * for any
	 * @return how many there were
	 */
	public int requeueAll(@Nullable String reason) {
		return afterChange(forAll(reason, this::requeue));
	}

	private boolean requeue(Row row) {
		StoredGoal stored = this.table.readOrNull(row);
		return stored != null && this.table.requeue(row, StoredGoal.of(stored.goal()), this.clock.instant());
	}

	/**
	 * Delete a parked goal.
	 * @param id the goal's id
	 * @return whether there was such a parked goal
	 */
	public boolean delete(String id) {
		Row row = this.table.findParked(id);
		return row != null && afterChange(this.table.delete(row) ? 1 : 0) > 0;
	}

	/**
	 * Delete all parked goals.
	 * @param reason the name of the reason for which they were parked, or {@code null}
	 * for any
	 * @return how many there were
	 */
	public int deleteAll(@Nullable String reason) {
		return afterChange(forAll(reason, this.table::delete));
	}

	private int forAll(@Nullable String reason, Predicate<Row> change) {
		int changed = 0;
		String last = GoalId.BEFORE_ALL;
		List<Row> rows;
		do {
			rows = this.table.findParked(last, GoalTable.PAGE);
			for (Row row : rows) {
				last = row.id();
				if ((reason == null || reason.equals(describe(row).reason())) && change.test(row)) {
					changed++;
				}
			}
		}
		while (rows.size() == GoalTable.PAGE);
		return changed;
	}

	private int afterChange(int changed) {
		if (changed > 0) {
			this.backlog.refresh(this.table);
			this.requeued.run();
		}
		return changed;
	}

}
