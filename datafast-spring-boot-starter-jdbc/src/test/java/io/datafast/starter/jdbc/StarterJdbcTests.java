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

package io.datafast.starter.jdbc;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.delivery.GoalBacklog;
import io.datafast.test.AutoConfigureMockDataFast;
import io.datafast.test.MockDataFast;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The starter brings all that durable delivery needs, and switches it on.
 */
@SpringBootTest
@AutoConfigureMockDataFast
class StarterJdbcTests {

	@Test
	void goalsAreDeliveredThroughTheTable(@Autowired DataFastGoals goals, @Autowired GoalBacklog backlog,
			@Autowired JdbcTemplate jdbc, @Autowired MockDataFast mockDataFast) {
		assertThat(backlog.mode()).isEqualTo("jdbc");
		goals.track(Goal.of("signup").forVisitor("visitor-1"));
		assertThat(mockDataFast).received("signup").forVisitor("visitor-1").once();
		Awaitility.await().until(() -> jdbc.queryForObject("select count(*) from datafast_goals", Integer.class) == 0);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
