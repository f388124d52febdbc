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

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.util.UUID;

import javax.sql.DataSource;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A database that has rolled a transaction back by itself, as it does with the victim of
 * a deadlock, must not be told to commit it.
 */
class DeadlockVictimTests {

	@Test
	void failsTheCommitRatherThanLoseTheApplicationsChangesSilently() {
		try (MockDataFast mock = MockDataFast.start()) {
			JdbcContextRunners.with(mock, "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1")
				.withBean(DeadlockingDataSources.class)
				.run((context) -> {
					JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
					jdbc.execute("create table business (id varchar(100))");
					TransactionTemplate transaction = new TransactionTemplate(
							context.getBean("transactionManager", PlatformTransactionManager.class));
					assertThatExceptionOfType(ConcurrencyFailureException.class)
						.isThrownBy(() -> transaction.executeWithoutResult((status) -> {
							jdbc.update("insert into business values ('a')");
							context.getBean(DataFastGoals.class)
								.track(Goal.of("signup").forVisitor(DataFastContextRunners.VISITOR));
						}))
						.withMessageContaining("40001");
					assertThat(jdbc.queryForObject("select count(*) from business", Integer.class)).isZero();
					assertThat(context.getBean(RecordedOutcomes.class).outcomes())
						.containsExactly(new Skipped(Skipped.Reason.ROLLED_BACK));
					assertThat(mock.getRequests()).isEmpty();
				});
		}
	}

	/**
	 * Makes every transaction that stores a goal the victim of a deadlock.
	 */
	static class DeadlockingDataSources implements BeanPostProcessor {

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			return (bean instanceof DataSource dataSource) ? new DelegatingDataSource(dataSource) {

				@Override
				public Connection getConnection() throws SQLException {
					return deadlocking(super.getConnection());
				}

			} : bean;
		}

		private static Connection deadlocking(Connection connection) {
			return (Connection) Proxy.newProxyInstance(Connection.class.getClassLoader(),
					new Class<?>[] { Connection.class }, (proxy, method, arguments) -> {
						if (method.getName().equals("prepareStatement")
								&& arguments[0].toString().toLowerCase().startsWith("insert into datafast_goals")) {
							connection.rollback();
							throw new SQLTransactionRollbackException("Deadlock detected", "40001");
						}
						try {
							return method.invoke(connection, arguments);
						}
						catch (InvocationTargetException ex) {
							throw ex.getCause();
						}
					});
		}

	}

}
