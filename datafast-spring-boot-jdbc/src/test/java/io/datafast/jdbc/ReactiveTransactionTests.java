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
import java.util.UUID;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.datafast.Goal;
import io.datafast.ReactiveDataFastGoals;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.r2dbc.h2.H2ConnectionFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.reactive.TransactionalOperator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Goals of a reactive transaction, which is none of the {@code DataSource}.
 */
class ReactiveTransactionTests {

	@Test
	void goalsAreWrittenAfterTheCommitAndNotAtAllAfterARollback() {
		try (MockDataFast mock = MockDataFast.start()) {
			// What is written stays in the table.
			mock.alwaysAnswer(MockAnswer.status(503));
			JdbcContextRunners.with(mock)
				.withBean(DataSource.class,
						() -> new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1",
								"sa", ""))
				.withBean(ReactiveTransactionManager.class,
						() -> new R2dbcTransactionManager(H2ConnectionFactory.inMemory(UUID.randomUUID().toString())))
				.withPropertyValues("datafast.delivery.initial-backoff=1h", "datafast.delivery.max-backoff=1h")
				.run((context) -> {
					assertThat(context).hasNotFailed();
					RecordedOutcomes recorded = context.getBean(RecordedOutcomes.class);
					JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));
					Supplier<Integer> rows = () -> jdbc.queryForObject("select count(*) from datafast_goals",
							Integer.class);
					TransactionalOperator operator = TransactionalOperator
						.create(context.getBean(ReactiveTransactionManager.class));
					Mono<Void> tracked = context.getBean(ReactiveDataFastGoals.class)
						.track(Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR));
					assertThatIllegalStateException()
						.isThrownBy(() -> operator
							.transactional(tracked.then(Mono.error(new IllegalStateException("on purpose"))))
							.block())
						.withMessage("on purpose");
					assertThat(recorded.outcomes()).containsExactly(new Skipped(Skipped.Reason.ROLLED_BACK));
					assertThat(operator.transactional(tracked.then(Mono.fromSupplier(rows))).block()).isZero();
					Awaitility.await()
						.atMost(Duration.ofSeconds(60))
						.untilAsserted(() -> assertThat(rows.get()).isOne());
					assertThat(recorded.outcomes()).hasSize(1);
				});
		}
	}

}
