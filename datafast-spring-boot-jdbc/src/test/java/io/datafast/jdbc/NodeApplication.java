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

import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.datafast.DataFastGoals;
import io.datafast.Goal;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What runs in a {@link Node}.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class NodeApplication {

	private static final int THREADS = 4;

	public static void main(String[] arguments) throws Exception {
		ConfigurableApplicationContext context = SpringApplication.run(NodeApplication.class, arguments);
		Long seed = context.getEnvironment().getProperty("node.seed", Long.class);
		Node.tell("started");
		if (seed != null) {
			context.getBean(JdbcTemplate.class)
				.execute("create table if not exists business (id varchar(100) primary key)");
			for (int i = 0; i < THREADS; i++) {
				long threadSeed = seed * THREADS + i;
				new Thread(() -> produce(context, threadSeed)).start();
			}
			Node.tell("producing");
		}
		JdbcGoalDispatcher dispatcher = context.getBean(JdbcGoalDispatcher.class);
		do {
			TimeUnit.MILLISECONDS.sleep(100);
			dispatcher.refresh();
		}
		while (seed != null || dispatcher.pending() > 0);
		Node.tell("drained");
	}

	private static void produce(ConfigurableApplicationContext context, long seed) {
		Random random = new Random(seed);
		DataFastGoals goals = context.getBean(DataFastGoals.class);
		JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
		TransactionTemplate transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
		for (int i = 0; true; i++) {
			String name = "goal-" + seed + "-" + i;
			transaction.executeWithoutResult((status) -> {
				jdbc.update("insert into business values (?)", name);
				goals.track(Goal.of(name).forVisitor("visitor-1"));
				if (random.nextBoolean()) {
					status.setRollbackOnly();
				}
			});
		}
	}

}
