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
import java.util.function.Consumer;

import com.atomikos.icatch.jta.UserTransactionImp;
import com.atomikos.icatch.jta.UserTransactionManager;
import com.atomikos.jdbc.AtomikosDataSourceBean;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.jdbc.JdbcTransactionTests.Application;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedGoal;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.jta.JtaTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Goals are part of transactions over several resources, too, which a JTA transaction
 * manager coordinates.
 */
class JtaTransactionTests {

	private static final GoalOutcome ROLLED_BACK = new Skipped(Skipped.Reason.ROLLED_BACK);

	private static UserTransactionManager coordinator;

	private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";

	private final MockDataFast mock = MockDataFast.start();

	@BeforeAll
	static void startCoordinator() throws Exception {
		System.setProperty("com.atomikos.icatch.enable_logging", "false");
		coordinator = new UserTransactionManager();
		coordinator.init();
	}

	@AfterAll
	static void stopCoordinator() {
		coordinator.close();
		System.clearProperty("com.atomikos.icatch.enable_logging");
	}

	@AfterEach
	void close() {
		this.mock.close();
	}

	@Test
	void goalsAreWrittenInTheGlobalTransaction() {
		run((application) -> {
			application.inTransaction(() -> {
				application.track("first");
				application.track("second");
				assertThat(application.rowsOfOthers()).isZero();
			});
			application.outcomes().awaitCount(2);
			assertThat(names()).containsExactlyInAnyOrder("first", "second");
			assertThat(application.outcomes().count(Created.class)).isEqualTo(2);
			assertThat(application.rowsOfOthers()).isZero();
			application.awaitBacklog(0);
		});
	}

	@Test
	void whatIsRolledBackIsNotSent() {
		run((application) -> {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> application.inTransaction(() -> {
				application.track("outer");
				application.inTransaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW, false,
						() -> application.track("inner"));
				throw new IllegalStateException("expected");
			}));
			application.outcomes().awaitCount(2);
			assertThat(application.outcomes().count(ROLLED_BACK)).isOne();
			assertThat(names()).containsExactly("inner");
			assertThat(application.rowsOfOthers()).isZero();
		});
	}

	@Test
	void goalsOutsideOfTransactionsHaveOneOfTheirOwn() {
		run((application) -> {
			application.track("signup");
			application.outcomes().awaitSingle(Created.class);
			assertThat(names()).containsExactly("signup");
			application.awaitBacklog(0);
		});
	}

	@Test
	void goalsWaitForADatabaseThatIsAway() {
		run((application) -> {
			application.inTransaction(() -> {
				application.track("in-transaction");
				database(application).leave();
			});
			application.track("outside");
			assertThat(application.outcomes().all()).isEmpty();
			database(application).comeBack();
			application.outcomes().awaitCount(2);
			assertThat(application.outcomes().count(Created.class)).isEqualTo(2);
			assertThat(names()).containsExactlyInAnyOrder("in-transaction", "outside");
		});
	}

	@Test
	void aCommitWhoseOutcomeIsUnknownSendsWhatIsStored() {
		run((application) -> {
			for (boolean committing : new boolean[] { true, false }) {
				PlatformTransactionManager failing = new JtaTransactionManager(new UserTransactionImp(), coordinator) {

					@Override
					protected void doCommit(DefaultTransactionStatus status) {
						if (committing) {
							super.doCommit(status);
						}
						else {
							doRollback(status);
						}
						throw new TransactionSystemException("expected");
					}

				};
				assertThatExceptionOfType(TransactionSystemException.class)
					.isThrownBy(() -> new TransactionTemplate(failing)
						.executeWithoutResult((status) -> application.track(committing ? "there" : "not-there")));
			}
			application.outcomes().awaitSingle(Created.class);
			application.track("marker");
			application.outcomes().awaitCount(2);
			assertThat(names()).containsExactly("there", "marker");
			assertThat(application.outcomes().all()).hasSize(2);
			assertThat(application.rowsOfOthers()).isZero();
			application.awaitBacklog(0);
		});
	}

	private void run(Consumer<Application> test) {
		JdbcContextRunners.with(this.mock)
			.withUserConfiguration(JtaConfiguration.class)
			.withPropertyValues("spring.datasource.url=" + this.url)
			.run((context) -> test.accept(new Application(context)));
	}

	private static LeavingDataSource database(Application application) {
		return application.context().getBean(LeavingDataSource.class);
	}

	private Iterable<String> names() {
		return this.mock.getGoals().stream().map(ReceivedGoal::name).toList();
	}

	@Configuration(proxyBeanMethods = false)
	static class JtaConfiguration {

		@Bean(initMethod = "init", destroyMethod = "close")
		AtomikosDataSourceBean pool(Environment environment) {
			String url = environment.getRequiredProperty("spring.datasource.url");
			JdbcDataSource xaDataSource = new JdbcDataSource();
			xaDataSource.setURL(url);
			xaDataSource.setUser("sa");
			xaDataSource.setPassword("");
			AtomikosDataSourceBean pool = new AtomikosDataSourceBean();
			pool.setUniqueResourceName(UUID.randomUUID().toString());
			pool.setXaDataSource(xaDataSource);
			pool.setMaxPoolSize(20);
			pool.setLocalTransactionMode(true);
			return pool;
		}

		@Bean
		@Primary
		LeavingDataSource dataSource(AtomikosDataSourceBean pool) {
			return new LeavingDataSource(pool);
		}

		@Bean
		JtaTransactionManager transactionManager() {
			return new JtaTransactionManager(new UserTransactionImp(), coordinator);
		}

	}

}
