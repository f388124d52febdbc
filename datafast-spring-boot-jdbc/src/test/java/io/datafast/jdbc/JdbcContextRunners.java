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

import javax.sql.DataSource;

import io.datafast.jdbc.autoconfigure.DataFastJdbcAutoConfiguration;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Application contexts that deliver through a database.
 */
public final class JdbcContextRunners {

	private JdbcContextRunners() {
	}

	/**
	 * A node that has crashed is noticed after one to two seconds, and so is one whose
	 * threads do not run for that long. By default it is after twenty.
	 */
	static final String NOTICES_CRASHES_SOON = "datafast.delivery.jdbc.heartbeat-interval=300ms";

	/**
	 * With everything but a database, and impatient.
	 */
	public static ApplicationContextRunner with(MockDataFast mock) {
		return DataFastContextRunners.with(mock)
			.withConfiguration(AutoConfigurations.of(DataFastJdbcAutoConfiguration.class,
					DataSourceAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class,
					TransactionAutoConfiguration.class, JdbcTemplateAutoConfiguration.class))
			.withPropertyValues("datafast.delivery.mode=jdbc", "datafast.delivery.jdbc.initialize-schema=always",
					"datafast.delivery.jdbc.poll-interval=50ms", "datafast.delivery.initial-backoff=10ms",
					"datafast.delivery.max-backoff=50ms", "datafast.delivery.visitor-not-found-retry=20ms");
	}

	public static ApplicationContextRunner with(MockDataFast mock, String url) {
		return with(mock).withPropertyValues("spring.datasource.url=" + url);
	}

	/**
	 * With a database, its {@code transactionManager}, and {@code other}, the transaction
	 * manager of another resource.
	 */
	static ApplicationContextRunner withOtherResource(MockDataFast mock, DataSource dataSource) {
		return with(mock).withBean("dataSource", DataSource.class, () -> dataSource)
			.withBean("transactionManager", PlatformTransactionManager.class,
					() -> new JdbcTransactionManager(dataSource))
			.withBean("other", PlatformTransactionManager.class, () -> new JdbcTransactionManager(
					new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID(), "sa", "")));
	}

}
