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

import java.util.UUID;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which transactions goals are part of, with proxies around the {@code DataSource}, and
 * with a transaction manager of another one.
 */
class DataSourceTransactionTests {

	private final MockDataFast mock = MockDataFast.start();

	private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";

	private final JdbcTemplate observer = new JdbcTemplate(new DriverManagerDataSource(this.url, "sa", ""));

	private HikariDataSource pool;

	@BeforeEach
	void createPool() {
		this.pool = new HikariDataSource();
		this.pool.setJdbcUrl(this.url);
		this.pool.setUsername("sa");
	}

	@AfterEach
	void close() {
		this.pool.close();
		this.mock.close();
	}

	static Stream<Object[]> proxies() {
		return Stream.of("none", "lazy", "transaction-aware", "transaction-aware-lazy", "delegating", "aop")
			.flatMap((proxy) -> Stream.of(true, false).map((autoCommit) -> new Object[] { proxy, autoCommit }));
	}

	@ParameterizedTest(name = "{0}, auto-commit {1}")
	@MethodSource("proxies")
	void goalsArePartOfTheTransaction(String proxy, boolean autoCommit) {
		this.pool.setAutoCommit(autoCommit);
		run(proxied(proxy, this.pool), (context) -> {
			context.getBean(JdbcGoalDispatcher.class).stop();
			TransactionTemplate transaction = transaction(context, "transactionManager");
			transaction.executeWithoutResult((status) -> {
				track(context, "rolled-back");
				status.setRollbackOnly();
			});
			transaction.executeWithoutResult((status) -> track(context, "committed"));
			assertThat(rows()).isOne();
			RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
			assertThat(outcomes.outcomes()).containsExactly(new Skipped(Skipped.Reason.ROLLED_BACK));
			context.getBean(JdbcGoalDispatcher.class).start();
			outcomes.awaitCount(2);
			assertThat(outcomes.count(Created.class)).isOne();
		});
	}

	/**
	 * A connection that is used in the transaction of another resource is bound to the
	 * thread until that transaction ends, and without auto-commit looks like one in a
	 * transaction.
	 */
	@ParameterizedTest(name = "{0}, auto-commit {1}")
	@MethodSource("proxies")
	void aConnectionThatIsUsedInAnotherTransactionHasNone(String proxy, boolean autoCommit) {
		this.pool.setAutoCommit(autoCommit);
		run(proxied(proxy, this.pool), (context) -> {
			transaction(context, "other").executeWithoutResult((status) -> {
				assertThat(context.getBean(JdbcTemplate.class).queryForObject("select 1", Integer.class)).isOne();
				track(context, "committed");
			});
			context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
			assertThat(this.mock.getGoals()).hasSize(1);
		});
	}

	@Test
	void aTransactionWithinOneOfAnotherResourceDecidesByItself() {
		run(this.pool, (context) -> {
			context.getBean(JdbcGoalDispatcher.class).stop();
			transaction(context, "other").executeWithoutResult((status) -> {
				track(context, "outer-before");
				transaction(context, "transactionManager")
					.executeWithoutResult((innerStatus) -> track(context, "inner"));
				assertThat(rows()).isOne();
				track(context, "outer-after");
				status.setRollbackOnly();
			});
			context.getBean(JdbcGoalDispatcher.class).start();
			RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
			outcomes.awaitCount(3);
			assertThat(outcomes.outcomes()).filteredOn(new Skipped(Skipped.Reason.ROLLED_BACK)::equals).hasSize(2);
			assertThat(this.mock.getGoals()).singleElement()
				.satisfies((goal) -> assertThat(goal.name()).isEqualTo("inner"));
		});
	}

	@ParameterizedTest(name = "inner commits {0}, outer commits {1}")
	@CsvSource({ "true, true", "true, false", "false, true", "false, false" })
	void aTransactionOfAnotherResourceWithinDecidesByItself(boolean innerCommits, boolean outerCommits) {
		run(this.pool, (context) -> {
			context.getBean(JdbcGoalDispatcher.class).stop();
			transaction(context, "transactionManager").executeWithoutResult((outer) -> {
				transaction(context, "other").executeWithoutResult((inner) -> {
					track(context, "inner");
					if (!innerCommits) {
						inner.setRollbackOnly();
					}
				});
				track(context, "outer");
				if (!outerCommits) {
					outer.setRollbackOnly();
				}
			});
			context.getBean(JdbcGoalDispatcher.class).start();
			RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
			outcomes.awaitCount(2);
			assertThat(outcomes.all()).hasSize(2)
				.allSatisfy((recorded) -> assertThat(recorded.outcome() instanceof Created)
					.isEqualTo(recorded.goal().name().equals("inner") ? innerCommits : outerCommits));
		});
	}

	@Test
	void goalsArePartOfTheTransactionsOfTheAnnotatedDataSource() {
		DataSource primary = new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1",
				"sa", "");
		JdbcContextRunners.with(this.mock)
			.withBean("primary", DataSource.class, () -> primary, (definition) -> definition.setPrimary(true))
			.withBean("goals", DataSource.class, () -> this.pool,
					(definition) -> ((AbstractBeanDefinition) definition)
						.addQualifier(new AutowireCandidateQualifier(DataFastDataSource.class)))
			.withBean("transactionManager", PlatformTransactionManager.class, () -> new JdbcTransactionManager(primary),
					(definition) -> definition.setPrimary(true))
			.withBean("ofGoals", PlatformTransactionManager.class, () -> new JdbcTransactionManager(this.pool))
			.run((context) -> {
				context.getBean(JdbcGoalDispatcher.class).stop();
				transaction(context, "ofGoals").executeWithoutResult((status) -> track(context, "part"));
				assertThat(rows()).isOne();
				transaction(context, "transactionManager").executeWithoutResult((status) -> track(context, "after"));
				context.getBean(JdbcGoalDispatcher.class).start();
				RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
				outcomes.awaitCount(2);
				assertThat(outcomes.count(Created.class)).isEqualTo(2);
			});
	}

	private static DataSource proxied(String proxy, DataSource target) {
		return switch (proxy) {
			case "lazy" -> new LazyConnectionDataSourceProxy(target);
			case "transaction-aware" -> new TransactionAwareDataSourceProxy(target);
			case "transaction-aware-lazy" ->
				new TransactionAwareDataSourceProxy(new LazyConnectionDataSourceProxy(target));
			case "delegating" -> new DelegatingDataSource(target);
			case "aop" -> (DataSource) new ProxyFactory(target).getProxy();
			default -> target;
		};
	}

	private void run(DataSource dataSource, DataSourceTest test) {
		JdbcContextRunners.withOtherResource(this.mock, dataSource).run((context) -> {
			assertThat(context).hasNotFailed();
			test.run(context);
		});
	}

	private static TransactionTemplate transaction(ApplicationContext context, String manager) {
		return new TransactionTemplate(context.getBean(manager, PlatformTransactionManager.class));
	}

	private static void track(ApplicationContext context, String name) {
		context.getBean(DataFastGoals.class).track(Goal.of(name).forVisitor(DataFastContextRunners.VISITOR));
	}

	private int rows() {
		Integer rows = this.observer.queryForObject("select count(*) from datafast_goals", Integer.class);
		return (rows != null) ? rows : 0;
	}

	private interface DataSourceTest {

		void run(ApplicationContext context);

	}

}
