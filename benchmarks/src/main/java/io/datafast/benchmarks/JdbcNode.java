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

package io.datafast.benchmarks;

import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.jdbc.JdbcGoalDispatcher;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * An application that delivers through a database.
 */
final class JdbcNode implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private final DataFastGoals goals;

	private final JdbcGoalDispatcher dispatcher;

	private final JdbcTemplate jdbc;

	private final TransactionTemplate transaction;

	private final Goal goal = Goal.of("checkout")
		.forVisitor("a3ab2331-989f-4cfa-91c6-2461c9e3c6bd")
		.with("plan", "pro")
		.with("total", "42.00");

	private JdbcNode(ConfigurableApplicationContext context) {
		this.context = context;
		this.goals = context.getBean(DataFastGoals.class);
		this.dispatcher = context.getBean(JdbcGoalDispatcher.class);
		this.jdbc = new JdbcTemplate(context.getBean(DataSource.class));
		this.transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
		this.jdbc.execute("create table if not exists benchmark_orders (id bigserial primary key, total text)");
	}

	static JdbcNode start(String baseUrl, String url, int concurrency) {
		return new JdbcNode(BenchmarkApplication.start(baseUrl,
				Map.of("datafast.delivery.mode", "jdbc", "datafast.delivery.jdbc.initialize-schema", "always",
						"datafast.delivery.capacity", 10_000_000, "datafast.delivery.concurrency", concurrency,
						"benchmark.url", url),
				Database.class, OutcomeCounter.class));
	}

	void commit(boolean withGoal) {
		this.transaction.executeWithoutResult((status) -> {
			this.jdbc.update("insert into benchmark_orders (total) values ('42.00')");
			if (withGoal) {
				this.goals.track(this.goal);
			}
		});
	}

	void track(int count) {
		this.transaction.executeWithoutResult((status) -> {
			for (int i = 0; i < count; i++) {
				this.goals.track(this.goal);
			}
		});
	}

	void clear() {
		this.jdbc.execute("truncate datafast_goals, benchmark_orders");
	}

	void stopDelivering() {
		this.dispatcher.stop();
	}

	void startDelivering() {
		this.dispatcher.start();
	}

	long finished() {
		return this.context.getBean(OutcomeCounter.class).finished();
	}

	@Override
	public void close() {
		this.context.close();
	}

	@Configuration(proxyBeanMethods = false)
	static class Database {

		@Bean
		HikariDataSource dataSource(@Value("${benchmark.url}") String url) {
			HikariDataSource dataSource = new HikariDataSource();
			dataSource.setJdbcUrl(url);
			dataSource.setMaximumPoolSize(20);
			return dataSource;
		}

		@Bean
		PlatformTransactionManager transactionManager(DataSource dataSource) {
			return new JdbcTransactionManager(dataSource);
		}

	}

}
