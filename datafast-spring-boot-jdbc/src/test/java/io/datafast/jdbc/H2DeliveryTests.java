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

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

import io.datafast.DataFastGoals;
import io.datafast.DataFastRestClientCustomizer;
import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome.Rejected;
import io.datafast.test.MockAnswer;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

class H2DeliveryTests extends JdbcDeliveryTests {

	@Override
	String createDatabase() {
		return "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
	}

	@Test
	void aGoalCountsAsParkedOnlyWhenItsRowIsWritten() throws SQLException {
		this.mock.answer(MockAnswer.status(400));
		String url = createDatabase();
		try (Connection locking = DriverManager.getConnection(url, "sa", "")) {
			locking.setAutoCommit(false);
			JdbcContextRunners.with(this.mock, url)
				.withBean(DataFastRestClientCustomizer.class,
						() -> (builder) -> builder.requestInterceptor((request, body, execution) -> {
							lockRows(locking);
							return execution.execute(request, body);
						}))
				.run((context) -> {
					JdbcGoalDispatcher dispatcher = context.getBean(JdbcGoalDispatcher.class);
					RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
					context.getBean(DataFastGoals.class)
						.track(Goal.of("signup").forVisitor(DataFastContextRunners.VISITOR));
					awaitBlockedSession(context.getBean(JdbcTemplate.class));
					dispatcher.refresh();
					assertThat(dispatcher.parked()).hasValue(0);
					locking.rollback();
					outcomes.awaitSingle(Rejected.class);
					dispatcher.refresh();
					assertThat(dispatcher.parked()).hasValue(1);
				});
		}
	}

	private static void lockRows(Connection connection) {
		try (Statement statement = connection.createStatement()) {
			statement.executeQuery("select * from datafast_goals for update");
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void awaitBlockedSession(JdbcTemplate jdbc) {
		Awaitility.await()
			.until(() -> !jdbc
				.queryForList("select 1 from information_schema.sessions where blocker_id is not null", Integer.class)
				.isEmpty());
	}

}
