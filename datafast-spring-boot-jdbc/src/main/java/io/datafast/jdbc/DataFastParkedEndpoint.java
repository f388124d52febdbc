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
import java.util.Map;
import java.util.function.Predicate;

import io.datafast.jdbc.GoalTable.Row;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * {@link Endpoint @Endpoint} that shows, re-queues and deletes goals that ended in the
 * database without being recorded. It shows neither visitors nor metadata. Since it
 * changes data it has to be allowed explicitly, by
 * {@code management.endpoint.datafastparked.access}.
 */
@Endpoint(id = "datafastparked", defaultAccess = Access.NONE)
public class DataFastParkedEndpoint {

	private static final int MAX_SHOWN = 100;

	private final JdbcGoalDispatcher dispatcher;

	/**
	 * Create an endpoint.
	 * @param dispatcher the dispatcher that parked the goals
	 */
	public DataFastParkedEndpoint(JdbcGoalDispatcher dispatcher) {
		this.dispatcher = dispatcher;
	}

	/**
	 * Show the parked goals, the 100 that were tracked first.
	 * @return how many there are, and the first, or {@code null} where DataFast is off,
	 * since it does not use the database then
	 */
	@ReadOperation
	public @Nullable ParkedGoalsDescriptor parkedGoals() {
		if (!this.dispatcher.isAutoStartup()) {
			return null;
		}
		this.dispatcher.refresh();
		return new ParkedGoalsDescriptor(this.dispatcher.parked().orElse(0),
				this.dispatcher.table().findParked().stream().limit(MAX_SHOWN).map(this::describe).toList());
	}

	private ParkedGoal describe(Row row) {
		StoredGoal stored = this.dispatcher.table().readOrNull(row);
		StoredGoal.Ending ending = (stored != null) ? stored.ending() : null;
		return new ParkedGoal(row.id(), (stored != null) ? stored.goal().name() : "unreadable",
				GoalId.timeOrNull(row.id()), row.lastFailure(), (ending != null) ? ending.outcome() : "dropped",
				(ending != null) ? ending.reason() : "failed", (stored != null) ? stored.progress().answers() : 0,
				(ending != null) ? ending.message() : null);
	}

	/**
	 * Deliver all parked goals again, as if they were tracked now.
	 * @return how many there were
	 */
	@WriteOperation
	public Map<String, Integer> requeueAll() {
		return Map.of("requeued", change(null, this.dispatcher.table()::requeue));
	}

	/**
	 * Deliver some parked goals again, as if they were tracked now.
	 * @param idOrReason the id of one, or the reason for which they were parked, such as
	 * {@code authentication} or {@code expired}
	 * @return how many there were
	 */
	@WriteOperation
	public Map<String, Integer> requeue(@Selector String idOrReason) {
		return Map.of("requeued", change(idOrReason, this.dispatcher.table()::requeue));
	}

	/**
	 * Delete all parked goals.
	 * @return how many there were
	 */
	@DeleteOperation
	public Map<String, Integer> deleteAll() {
		return Map.of("deleted", change(null, this.dispatcher.table()::delete));
	}

	/**
	 * Delete some parked goals.
	 * @param idOrReason the id of one, or the reason for which they were parked
	 * @return how many there were
	 */
	@DeleteOperation
	public Map<String, Integer> delete(@Selector String idOrReason) {
		return Map.of("deleted", change(idOrReason, this.dispatcher.table()::delete));
	}

	private int change(@Nullable String idOrReason, Predicate<Row> change) {
		if (!this.dispatcher.isAutoStartup()) {
			return 0;
		}
		Predicate<Row> chosen = (row) -> idOrReason == null || idOrReason.equals(row.id())
				|| idOrReason.equals(describe(row).reason());
		int changed = this.dispatcher.table().changeParked(chosen.and(change));
		if (changed > 0) {
			this.dispatcher.refresh();
			this.dispatcher.goalsAreDue();
		}
		return changed;
	}

	/**
	 * Parked goals.
	 *
	 * @param count how many there are
	 * @param goals the first of them
	 */
	public record ParkedGoalsDescriptor(int count, List<ParkedGoal> goals) implements OperationResponseBody {

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
