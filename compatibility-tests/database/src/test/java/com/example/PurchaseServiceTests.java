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

import java.time.Instant;
import java.util.concurrent.TimeUnit;

import com.github.kagkarlsson.scheduler.Scheduler;
import io.datafast.jdbc.DataFastParkedEndpoint;
import io.datafast.jdbc.JdbcGoalDispatcher;
import io.datafast.test.AutoConfigureMockDataFast;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.JdbcTemplate;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@SpringBootTest
@AutoConfigureMockDataFast
class PurchaseServiceTests {

	@Autowired
	private PurchaseService service;

	@Autowired
	private JdbcGoalDispatcher dispatcher;

	@Autowired
	private JdbcTemplate jdbc;

	@Autowired
	private MockDataFast mockDataFast;

	@Test
	void goalsShareTheFateOfTheirTransaction() {
		assertThatIllegalStateException().isThrownBy(() -> this.service.buy("visitor-1", true));
		this.service.buy("visitor-2", false);
		this.service.view("visitor-2");
		this.service.refund("visitor-2");
		assertThat(this.mockDataFast).received("purchase").forVisitor("visitor-2").once();
		assertThat(this.mockDataFast).received("view").forVisitor("visitor-2").once();
		assertThat(this.mockDataFast).received("refund").forVisitor("visitor-2").once();
		awaitEmptyTable();
		assertThat(this.mockDataFast.getGoals()).hasSize(3);
	}

	@Test
	void goalsWaitInTheTable() {
		this.dispatcher.stop();
		this.service.buy("visitor-3", false);
		assertThat(rows()).isOne();
		this.dispatcher.start();
		assertThat(this.mockDataFast).received("purchase").forVisitor("visitor-3").once();
		awaitEmptyTable();
	}

	@Test
	void parkedGoalsAreDeliveredAgain() {
		this.mockDataFast.answer(MockAnswer.status(401));
		this.service.buy("visitor-4", false);
		Awaitility.await().untilAsserted(() -> {
			this.dispatcher.refresh();
			assertThat(this.dispatcher.parked()).hasValue(1);
		});
		assertThat(new DataFastParkedEndpoint(this.dispatcher).requeue("authentication")).containsValue(1);
		assertThat(this.mockDataFast).received("purchase").forVisitor("visitor-4").once();
		awaitEmptyTable();
	}

	@Test
	void theApplicationsOwnSchedulerWorks(@Autowired Scheduler scheduler) throws InterruptedException {
		scheduler.schedule(DatabaseApplication.MAIL.instance("1"), Instant.now());
		assertThat(DatabaseApplication.MAILED.await(60, TimeUnit.SECONDS)).isTrue();
	}

	private void awaitEmptyTable() {
		Awaitility.await().until(() -> rows() == 0);
	}

	private int rows() {
		Integer rows = this.jdbc.queryForObject("select count(*) from datafast_goals", Integer.class);
		return (rows != null) ? rows : 0;
	}

}
