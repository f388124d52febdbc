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

import java.time.Instant;
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

	ParkedGoals(GoalTable table, Backlog backlog, Runnable requeued) {
		this.table = table;
		this.backlog = backlog;
		this.requeued = requeued;
	}

	/**
	 * List parked goals, in the order in which they were tracked.
	 * @param limit how many at most
	 * @return the goals
	 */
	public List<ParkedGoal> list(int limit) {
		return this.table.findParked(limit).stream().map(this::describe).toList();
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
	 * Let parked goals wait again, as if they were tracked now. They get another outcome,
	 * which is counted, too.
	 * @param idOrReason the id of a goal, the name of the reason for which goals were
	 * parked, or {@code null} for all
	 * @return how many there were
	 */
	public int requeue(@Nullable String idOrReason) {
		return change(idOrReason, (row) -> {
			StoredGoal stored = this.table.readOrNull(row);
			return stored != null && this.table.requeue(row, StoredGoal.of(stored.goal()), Instant.now());
		});
	}

	/**
	 * Delete parked goals.
	 * @param idOrReason the id of a goal, the name of the reason for which goals were
	 * parked, or {@code null} for all
	 * @return how many there were
	 */
	public int delete(@Nullable String idOrReason) {
		return change(idOrReason, this.table::delete);
	}

	private int change(@Nullable String idOrReason, Predicate<Row> change) {
		String id = (idOrReason != null && GoalId.timeOrNull(idOrReason) != null) ? idOrReason : null;
		int changed = this.table.changeParked(id,
				(row) -> (id != null || idOrReason == null || idOrReason.equals(describe(row).reason()))
						&& change.test(row));
		if (changed > 0) {
			this.backlog.refresh(this.table);
			this.requeued.run();
		}
		return changed;
	}

	/**
	 * A goal that ended without being recorded, and is kept for a while. Neither the
	 * visitor nor metadata are shown.
	 *
	 * @param id identifies it until it is re-queued or deleted
	 * @param goal the goal's name
	 * @param trackedAt when it was tracked
	 * @param parkedAt when it ended
	 * @param outcome the outcome's name, {@code rejected} or {@code dropped}
	 * @param reason the name of the outcome's reason
	 * @param answers how many answers DataFast had given
	 * @param message what happened, as far as DataFast said anything
	 */
	public record ParkedGoal(String id, String goal, @Nullable Instant trackedAt, @Nullable Instant parkedAt,
			String outcome, String reason, int answers, @Nullable String message) {

	}

}
