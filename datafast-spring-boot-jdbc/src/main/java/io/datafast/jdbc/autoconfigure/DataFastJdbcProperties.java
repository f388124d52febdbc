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

package io.datafast.jdbc.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import io.datafast.autoconfigure.InvalidDataFastPropertiesException;
import io.datafast.autoconfigure.InvalidDataFastPropertiesException.Violation;
import io.datafast.jdbc.JdbcGoalDispatcher.OnCrash;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.sql.init.DatabaseInitializationMode;

/**
 * Properties under {@code datafast.delivery.jdbc}.
 *
 * @param tableName Name of the table, possibly with a schema before it: letters, digits
 * and underscores. The table belongs to one website, and is not the application's own
 * scheduled_tasks.
 * @param initializeSchema When to create the table, if it does not exist: always, only in
 * an embedded database, or never.
 * @param onCrash What becomes of a goal whose call was in flight when its node crashed.
 * Retry can record it twice, park can lose it.
 * @param parkedRetention How long goals that could not be recorded are kept in the table;
 * more than zero.
 * @param parkedCapacity How many goals that could not be recorded are kept in the table;
 * zero for none. One more is counted and logged, but not kept.
 * @param pollInterval How often to look for goals that are due, beside those that this
 * node has just written itself; more than zero.
 * @param heartbeatInterval How often to write that calls are still in flight; more than
 * zero. Another node takes a goal over after four intervals without a heartbeat, so an
 * interval should not be shorter than half of datafast.read-timeout.
 */
@ConfigurationProperties("datafast.delivery.jdbc")
public record DataFastJdbcProperties(@DefaultValue("datafast_goals") String tableName,
		@DefaultValue("embedded") DatabaseInitializationMode initializeSchema, @DefaultValue("retry") OnCrash onCrash,
		@DefaultValue("30d") Duration parkedRetention, @DefaultValue("10000") int parkedCapacity,
		@DefaultValue("1s") Duration pollInterval, @DefaultValue("5s") Duration heartbeatInterval) {

	private static final String PREFIX = "datafast.delivery.jdbc.";

	private static final Pattern TABLE_NAME = Pattern.compile("(\\w+\\.)?[A-Za-z_]\\w*");

	/**
	 * db-scheduler's default table name. With a shared table, each scheduler would treat
	 * the other's rows as unresolved tasks.
	 */
	private static final Pattern DB_SCHEDULERS_TABLE = Pattern.compile("(\\w+\\.)?scheduled_tasks",
			Pattern.CASE_INSENSITIVE);

	private static final Duration MAX_DURATION = Duration.ofDays(365);

	/**
	 * Check the values.
	 * @throws InvalidDataFastPropertiesException if any is wrong
	 */
	void validate() {
		List<Violation> violations = new ArrayList<>();
		if (!TABLE_NAME.matcher(this.tableName).matches()) {
			violations.add(new Violation(PREFIX + "table-name", this.tableName,
					"must be the name of a table, of letters, digits and _, possibly with a schema and a dot before it",
					"Remove the property to use datafast_goals."));
		}
		else if (DB_SCHEDULERS_TABLE.matcher(this.tableName).matches()) {
			violations.add(new Violation(PREFIX + "table-name", this.tableName,
					"must not be the table in which db-scheduler keeps the application's own tasks",
					"Give goals a table of their own. Remove the property to use datafast_goals."));
		}
		if (this.parkedCapacity < 0) {
			violations.add(new Violation(PREFIX + "parked-capacity", String.valueOf(this.parkedCapacity),
					"must not be negative", "Set 0 to keep no parked goals."));
		}
		check("parked-retention", this.parkedRetention, violations);
		check("poll-interval", this.pollInterval, violations);
		check("heartbeat-interval", this.heartbeatInterval, violations);
		if (!violations.isEmpty()) {
			throw new InvalidDataFastPropertiesException(violations);
		}
	}

	private static void check(String property, Duration value, List<Violation> violations) {
		if (value.isNegative() || value.isZero() || value.compareTo(MAX_DURATION) > 0) {
			violations.add(new Violation(PREFIX + property, value.toString(),
					"must be greater than zero and at most " + MAX_DURATION.toDays() + " days", "For instance 2s."));
		}
	}

}
