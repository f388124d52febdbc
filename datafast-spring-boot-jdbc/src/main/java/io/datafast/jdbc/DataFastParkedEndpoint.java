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

import java.util.List;
import java.util.Map;

import io.datafast.jdbc.ParkedGoals.ParkedGoal;

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
	 * @return how many there are, and the first
	 */
	@ReadOperation
	public ParkedGoalsDescriptor parkedGoals() {
		this.dispatcher.refresh();
		return new ParkedGoalsDescriptor(this.dispatcher.parked().orElse(0),
				this.dispatcher.parkedGoals().list(MAX_SHOWN));
	}

	/**
	 * Deliver all parked goals again.
	 * @return how many there were
	 */
	@WriteOperation
	public Map<String, Integer> requeueAll() {
		return Map.of("requeued", this.dispatcher.parkedGoals().requeue(null));
	}

	/**
	 * Deliver some parked goals again.
	 * @param idOrReason the id of one, or the reason for which they were parked, such as
	 * {@code authentication} or {@code expired}
	 * @return how many there were
	 */
	@WriteOperation
	public Map<String, Integer> requeue(@Selector String idOrReason) {
		return Map.of("requeued", this.dispatcher.parkedGoals().requeue(idOrReason));
	}

	/**
	 * Delete all parked goals.
	 * @return how many there were
	 */
	@DeleteOperation
	public Map<String, Integer> deleteAll() {
		return Map.of("deleted", this.dispatcher.parkedGoals().delete(null));
	}

	/**
	 * Delete some parked goals.
	 * @param idOrReason the id of one, or the reason for which they were parked
	 * @return how many there were
	 */
	@DeleteOperation
	public Map<String, Integer> delete(@Selector String idOrReason) {
		return Map.of("deleted", this.dispatcher.parkedGoals().delete(idOrReason));
	}

	/**
	 * Parked goals.
	 *
	 * @param count how many there are
	 * @param goals the first of them
	 */
	public record ParkedGoalsDescriptor(int count, List<ParkedGoal> goals) implements OperationResponseBody {

	}

}
