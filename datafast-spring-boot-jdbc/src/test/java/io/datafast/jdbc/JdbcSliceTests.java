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

import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalBacklog;
import io.datafast.test.AutoConfigureMockDataFast;
import io.datafast.test.MockDataFast;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A slice that knows nothing of the web or of this starter.
 */
@JdbcTest(properties = "spring.flyway.enabled=false")
@AutoConfigureMockDataFast
class JdbcSliceTests {

	@Autowired
	private Accounts accounts;

	@Autowired
	private MockDataFast mockDataFast;

	@Test
	@Transactional(propagation = Propagation.NOT_SUPPORTED)
	void goalsOfCommittedTransactionsArrive() {
		this.accounts.open("visitor-1");
		assertThat(this.mockDataFast).received("opened").forVisitor("visitor-1").once();
	}

	@Test
	@Transactional(propagation = Propagation.NOT_SUPPORTED)
	void goalsWaitInMemory(@Autowired GoalBacklog backlog) {
		assertThat(backlog.mode()).isEqualTo("memory");
	}

	@Test
	void goalsWaitForTheTransactionOfTheTest() {
		this.accounts.open("visitor-1");
		assertThat(this.mockDataFast).receivedNothing();
	}

	static class Accounts {

		private final JdbcTemplate jdbc;

		Accounts(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
		}

		@Transactional
		@TrackGoal("opened")
		void open(@VisitorId String visitorId) {
			this.jdbc.execute("select 1");
		}

	}

	@SpringBootConfiguration
	@Import(Accounts.class)
	static class Application {

	}

}
