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

import java.net.URI;
import java.util.stream.Stream;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What precedes a table's name in MariaDB is a database, which JDBC calls a catalog.
 */
@EnabledIf(value = MariaDbServer.AVAILABLE, disabledReason = MariaDbServer.MISSING)
class MariaDbSchemaTests {

	static Stream<String> databases() {
		MariaDbServer server = MariaDbServer.shared();
		return Stream.of(server.createDatabase(), server.createDatabaseForConnectorJ());
	}

	@ParameterizedTest
	@MethodSource("databases")
	void theTableMayBeInAnotherDatabase(String url) {
		String table = nameOf(MariaDbServer.shared().createDatabase()) + ".conversions";
		try (MockDataFast mock = MockDataFast.start()) {
			ApplicationContextRunner runner = JdbcContextRunners.with(mock, url)
				.withPropertyValues("datafast.delivery.jdbc.table-name=" + table);
			runner.run((context) -> {
				context.getBean(DataFastGoals.class)
					.track(Goal.of("signup").forVisitor(DataFastContextRunners.VISITOR));
				context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
				dropIndex(context.getBean(JdbcTemplate.class), table);
			});
			// Fails unless it has been created again.
			runner.run((context) -> dropIndex(context.getBean(JdbcTemplate.class), table));
		}
	}

	private static void dropIndex(JdbcTemplate jdbc, String table) {
		jdbc.execute("drop index conversions_execution_time_idx on " + table);
	}

	private static String nameOf(String url) {
		return URI.create(url.substring("jdbc:".length())).getPath().substring(1);
	}

}
