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
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.test.MockDataFast;
import io.datafast.testing.RecordedOutcomes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * Other threads hold all connections of the pool.
 */
class ExhaustedPoolTests {

	/**
	 * Of that which takes no time, and of the time that a connection is waited for.
	 */
	private static final Duration LIMIT = Duration.ofSeconds(20);

	@ParameterizedTest
	@ValueSource(strings = { "alone", "annotated", "in-another-transaction", "in-another-read-only-transaction" })
	void trackReturnsAtOnce(String how) {
		run(1, (context, connections) -> {
			assertTimeoutPreemptively(LIMIT, () -> track(context, how));
			for (Connection connection : connections) {
				connection.close();
			}
			context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
		});
	}

	@Test
	void aTransactionNeedsNoOtherConnection() {
		run(2, (context, connections) -> {
			connections[0].close();
			assertTimeoutPreemptively(LIMIT,
					() -> new TransactionTemplate(
							context.getBean("transactionManager", PlatformTransactionManager.class))
						.executeWithoutResult((status) -> track(context, "alone")));
			connections[1].close();
			context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
		});
	}

	private static void track(ApplicationContext context, String how) {
		if (how.equals("alone")) {
			context.getBean(DataFastGoals.class).track(Goal.of("signup").forVisitor("visitor-1"));
		}
		else if (how.equals("annotated")) {
			context.getBean(Shop.class).signUp();
		}
		else {
			TransactionTemplate other = new TransactionTemplate(
					context.getBean("other", PlatformTransactionManager.class));
			other.setReadOnly(how.contains("read-only"));
			other.executeWithoutResult((status) -> track(context, "alone"));
		}
	}

	private static void run(int poolSize, ExhaustedPoolTest test) {
		try (MockDataFast mock = MockDataFast.start()) {
			JdbcContextRunners.with(mock, "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1")
				.withPropertyValues("spring.datasource.hikari.maximum-pool-size=" + poolSize,
						"spring.datasource.hikari.connection-timeout=300000")
				.withBean(Shop.class)
				.withBean("other", PlatformTransactionManager.class,
						() -> new JdbcTransactionManager(
								new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID(), "sa", "")),
						(definition) -> definition.setAutowireCandidate(false))
				.run((context) -> {
					assertThat(context).hasNotFailed();
					DataSource dataSource = context.getBean(DataSource.class);
					Connection[] connections = new Connection[poolSize];
					for (int i = 0; i < poolSize; i++) {
						connections[i] = dataSource.getConnection();
					}
					try {
						test.run(context, connections);
					}
					finally {
						for (Connection connection : Stream.of(connections).toList()) {
							connection.close();
						}
					}
				});
		}
	}

	private interface ExhaustedPoolTest {

		void run(ApplicationContext context, Connection[] connections) throws Exception;

	}

	static class Shop {

		@TrackGoal(name = "signup", visitorId = "'visitor-1'")
		public void signUp() {
		}

	}

}
