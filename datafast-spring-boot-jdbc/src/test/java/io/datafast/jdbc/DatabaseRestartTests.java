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
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedGoal;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The database crashes and comes back while goals are tracked and delivered.
 */
@EnabledIf(value = PostgreSqlServer.AVAILABLE, disabledReason = PostgreSqlServer.MISSING)
class DatabaseRestartTests {

	private static final Duration LONG = Duration.ofMinutes(2);

	private static final int CONCURRENCY = 8;

	@Test
	void recoversUnaided() {
		PostgreSqlServer server = PostgreSqlServer.shared();
		try (MockDataFast mock = MockDataFast.start()) {
			mock.alwaysAnswer(MockAnswer.ok().after(Duration.ofMillis(5)));
			JdbcContextRunners.with(mock, server.createDatabase())
				.withPropertyValues("datafast.delivery.concurrency=" + CONCURRENCY,
						"datafast.delivery.jdbc.heartbeat-interval=2s",
						"spring.datasource.hikari.connection-timeout=10000")
				.run((context) -> {
					JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
					jdbc.execute("create table business (id varchar(100) primary key)");
					AtomicBoolean end = new AtomicBoolean();
					List<Thread> threads = IntStream.range(0, 4)
						.mapToObj((i) -> new Thread(() -> produce(context, "goal-" + i + "-", end)))
						.toList();
					threads.forEach(Thread::start);
					for (int crash = 1; crash <= 2; crash++) {
						int received = mock.getGoals().size();
						Awaitility.await().atMost(LONG).until(() -> mock.getGoals().size() > received + 200);
						server.crashAndRestart();
					}
					int received = mock.getGoals().size();
					Awaitility.await().atMost(LONG).until(() -> mock.getGoals().size() > received + 200);
					end.set(true);
					for (Thread thread : threads) {
						thread.join();
					}
					List<String> committed = jdbc.queryForList("select id from business", String.class);
					Awaitility.await()
						.atMost(LONG)
						.untilAsserted(
								() -> assertThat(new HashSet<>(names(mock))).isEqualTo(new HashSet<>(committed)));
					Awaitility.await()
						.atMost(LONG)
						.until(() -> jdbc.queryForObject("select count(*) from datafast_goals", Integer.class) == 0);
					int doubles = names(mock).size() - committed.size();
					assertThat(doubles).isBetween(0, 2 * CONCURRENCY);
					assertThat(context.getBean(RecordedOutcomes.class).count(Created.class))
						.isEqualTo(committed.size());
					System.out.println(committed.size() + " committed, " + doubles + " arrived twice");
				});
		}
	}

	private static List<String> names(MockDataFast mock) {
		return mock.getGoals().stream().map(ReceivedGoal::name).toList();
	}

	private static void produce(ApplicationContext context, String prefix, AtomicBoolean end) {
		DataFastGoals goals = context.getBean(DataFastGoals.class);
		JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
		TransactionTemplate transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
		for (int i = 0; !end.get(); i++) {
			String name = prefix + i;
			try {
				transaction.executeWithoutResult((status) -> {
					jdbc.update("insert into business values (?)", name);
					goals.track(Goal.of(name).forVisitor("visitor-1"));
				});
				TimeUnit.MILLISECONDS.sleep(2);
			}
			catch (RuntimeException | InterruptedException ex) {
				// The database is away; what counts is what it has stored.
			}
		}
	}

}
