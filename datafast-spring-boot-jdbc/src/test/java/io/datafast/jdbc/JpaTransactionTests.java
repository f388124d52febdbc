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

import java.util.List;
import java.util.UUID;

import javax.sql.DataSource;

import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.jdbc.JdbcTransactionTests.Application;
import io.datafast.jdbc.JdbcTransactionTests.LostAcknowledgements;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedGoal;
import jakarta.persistence.EntityManagerFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.PlatformTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Goals are part of JPA's transactions.
 */
class JpaTransactionTests {

	private static final GoalOutcome ROLLED_BACK = new Skipped(Skipped.Reason.ROLLED_BACK);

	private final MockDataFast mock = MockDataFast.start();

	private final ApplicationContextRunner runner = JdbcContextRunners
		.with(this.mock, "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1")
		.withBean(LostAcknowledgements.class)
		.withUserConfiguration(JpaConfiguration.class);

	@AfterEach
	void close() {
		this.mock.close();
	}

	@Test
	void goalsAreSentAfterTheCommitOnly() {
		this.runner.run((context) -> {
			Application application = new Application(context);
			application.inTransaction(() -> application.track("committed"));
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> application.inTransaction(() -> {
				application.track("rolled-back");
				throw new IllegalStateException("expected");
			}));
			application.outcomes().awaitCount(2);
			assertThat(names()).containsExactly("committed");
			assertThat(application.outcomes().count(ROLLED_BACK)).isOne();
			application.awaitBacklog(0);
		});
	}

	/**
	 * Hibernate says of such a transaction that it was rolled back.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aCommitThatIsNotAcknowledgedSendsWhatIsStored(boolean committing) {
		this.runner.run((context) -> {
			Application application = new Application(context);
			context.getBean(LostAcknowledgements.class).loseNext(committing);
			assertThatException().isThrownBy(() -> application.inTransaction(() -> application.track("signup")));
			application.track("marker");
			Awaitility.await().until(() -> application.outcomes().count(Created.class) == (committing ? 2 : 1));
			assertThat(names())
				.containsExactlyInAnyOrderElementsOf(committing ? List.of("signup", "marker") : List.of("marker"));
			assertThat(application.rowsOfOthers()).isZero();
			application.awaitBacklog(0);
		});
	}

	private Iterable<String> names() {
		return this.mock.getGoals().stream().map(ReceivedGoal::name).toList();
	}

	@Configuration(proxyBeanMethods = false)
	static class JpaConfiguration {

		@Bean
		LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource dataSource) {
			LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
			factory.setDataSource(dataSource);
			factory.setPackagesToScan("io.datafast.jdbc");
			factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
			return factory;
		}

		@Bean
		PlatformTransactionManager transactionManager(EntityManagerFactory factory) {
			return new JpaTransactionManager(factory);
		}

	}

}
