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
import java.util.concurrent.TimeUnit;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Rejected;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The database goes away during a call, and stays away for some seconds.
 */
@EnabledIf(value = PostgreSqlServer.AVAILABLE, disabledReason = PostgreSqlServer.MISSING)
class DatabaseOutageTests {

	private static final Duration LONG = Duration.ofMinutes(2);

	private static final long OUTAGE_MILLIS = 5_000;

	@Test
	void notesWhatBecameOfAGoalWhenTheDatabaseIsBack() {
		outage(MockAnswer.ok(), Created.class, 0, false);
	}

	@Test
	void parksAGoalWhenTheDatabaseIsBack() {
		outage(MockAnswer.status(400), Rejected.class, 1, false);
	}

	@Test
	void anotherNodeLeavesTheGoalToTheOneThatHasSentIt() {
		outage(MockAnswer.ok(), Created.class, 0, true);
	}

	private static void outage(MockAnswer answer, Class<? extends GoalOutcome> expected, int rowsLeft,
			boolean withAnotherNode) {
		PostgreSqlServer server = PostgreSqlServer.shared();
		try (MockDataFast mock = MockDataFast.start()) {
			mock.answer(answer.after(Duration.ofSeconds(3)));
			ApplicationContextRunner runner = JdbcContextRunners.with(mock, server.createDatabase())
				.withPropertyValues("spring.datasource.hikari.connection-timeout=1000", "datafast.read-timeout=60s",
						"datafast.delivery.jdbc.heartbeat-interval=30s");
			runner.run((sender) -> {
				sender.getBean(DataFastGoals.class).track(Goal.of("signup").forVisitor("visitor-1"));
				Awaitility.await().atMost(LONG).until(() -> mock.getRequests().size() == 1);
				if (withAnotherNode) {
					runner.run((other) -> {
						stayAway(server);
						sender.getBean(RecordedOutcomes.class).awaitSingle(expected);
						assertThat(other.getBean(RecordedOutcomes.class).all()).isEmpty();
					});
				}
				else {
					stayAway(server);
				}
				sender.getBean(RecordedOutcomes.class).awaitSingle(expected);
				assertThat(sender.getBean(JdbcTemplate.class)
					.queryForObject("select count(*) from datafast_goals", Integer.class)).isEqualTo(rowsLeft);
				assertThat(mock.getRequests()).hasSize(1);
			});
		}
	}

	/**
	 * The length of the outage is what matters here.
	 */
	private static void stayAway(PostgreSqlServer server) {
		server.crash();
		try {
			TimeUnit.MILLISECONDS.sleep(OUTAGE_MILLIS);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			server.start();
		}
	}

}
