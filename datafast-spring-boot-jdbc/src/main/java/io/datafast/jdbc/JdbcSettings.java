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

import java.time.Duration;

/**
 * How a {@link JdbcGoalDispatcher} works.
 *
 * @param autoStartup whether it starts with the application context
 * @param tableName the table's name, possibly with a schema; used in SQL unchanged
 * @param capacity how many goals may wait in the table and for being written to it before
 * new ones are dropped, at least 1; parked goals do not count
 * @param concurrency how many calls this node may have in flight, at least 1
 * @param shutdownTimeout how long stopping waits for the calls in flight and for goals
 * that are being written
 * @param onCrash what becomes of goals that were in flight on a node that crashed
 * @param parkedRetention how long parked goals are kept
 * @param parkedCapacity how many parked goals are kept, at least 0
 * @param pollInterval how often this node looks for goals that are due, beside those it
 * has just written itself
 * @param heartbeatInterval how often this node says that its calls are still in flight; a
 * goal without four heartbeats in a row counts as one whose node has crashed
 */
public record JdbcSettings(boolean autoStartup, String tableName, int capacity, int concurrency,
		Duration shutdownTimeout, OnCrash onCrash, Duration parkedRetention, int parkedCapacity, Duration pollInterval,
		Duration heartbeatInterval) {

	/**
	 * What becomes of a goal whose call was in flight when its node crashed: DataFast may
	 * have recorded it, or not.
	 */
	public enum OnCrash {

		/**
		 * Try it again: the goal is recorded at least once, and perhaps twice.
		 */
		RETRY,

		/**
		 * Park it: the goal is recorded at most once, and perhaps never.
		 */
		PARK

	}

}
