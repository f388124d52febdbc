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

package com.example;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;

@SpringBootApplication
public class DatabaseApplication {

	static final CountDownLatch MAILED = new CountDownLatch(1);

	static final OneTimeTask<Void> MAIL = Tasks.oneTime("mail").execute((instance, context) -> MAILED.countDown());

	public static void main(String[] args) {
		SpringApplication.run(DatabaseApplication.class, args);
	}

	/**
	 * For the application's own ends.
	 */
	@Bean(initMethod = "start", destroyMethod = "stop")
	Scheduler scheduler(DataSource dataSource) {
		new JdbcTemplate(dataSource).execute("create table scheduled_tasks (task_name varchar(100),"
				+ " task_instance varchar(100), task_data blob, execution_time timestamp(6) with time zone,"
				+ " picked boolean, picked_by varchar(50), last_success timestamp(6) with time zone,"
				+ " last_failure timestamp(6) with time zone, consecutive_failures int,"
				+ " last_heartbeat timestamp(6) with time zone, version bigint, priority int,"
				+ " primary key (task_name, task_instance))");
		return Scheduler.create(dataSource, MAIL).pollingInterval(Duration.ofMillis(100)).build();
	}

}
