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

package io.datafast.web.servlet;

import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.datafast.DataFastGoals;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.test.ReceivedGoal;
import io.datafast.testing.RecordedOutcomes;
import io.datafast.testing.TestTransactions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goals of transactions that requests open, from a real Tomcat to the API.
 */
class ServletTransactionTests {

	private static final Skipped ROLLED_BACK = new Skipped(Skipped.Reason.ROLLED_BACK);

	private final ServletApplication application = new ServletApplication(Shop.class);

	@AfterEach
	void close() {
		this.application.close();
	}

	@Test
	void goalsCarryTheVisitorOfTheRequestThatOpenedTheTransaction() throws Exception {
		Gate gate = this.application.bean(Gate.class);
		CompletableFuture<HttpResponse<String>> waiting = CompletableFuture.supplyAsync(() -> get("/order", "first"));
		assertThat(gate.entered.await(60, TimeUnit.SECONDS)).isTrue();
		assertThat(get("/look", "second").statusCode()).isEqualTo(200);
		assertThat(this.application.mock()).received("looked").forVisitor("second").once();
		assertThat(this.application.mock().getGoals()).hasSize(1);
		gate.open.countDown();
		assertThat(waiting.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
		outcomes().awaitCount(4);
		assertThat(this.application.mock().getGoals()).filteredOn((goal) -> goal.visitorId().equals("first"))
			.extracting(ReceivedGoal::name)
			.containsExactlyInAnyOrder("started", "after_commit", "ordered");
		assertThat(outcomes().count(Created.class)).isEqualTo(4);
	}

	@Test
	void aRollbackSendsNothingAndIsCounted() {
		assertThat(get("/roll-back", "visitor").statusCode()).isEqualTo(409);
		assertThat(outcomes().outcomes()).containsExactly(ROLLED_BACK);
		assertThat(outcomes().all().get(0).goal().visitorId()).isEqualTo("visitor");
		assertThatNothingElseIsSent();
	}

	@Test
	void aCommitThatFailsSendsNothing() {
		assertThat(get("/fail-to-commit", "visitor").statusCode()).isEqualTo(409);
		assertThat(outcomes().outcomes()).containsExactly(ROLLED_BACK, ROLLED_BACK);
		assertThatNothingElseIsSent();
	}

	@Test
	void asynchronousMethodsNeedAnExplicitVisitor() {
		assertThat(get("/mail", "visitor").statusCode()).isEqualTo(200);
		outcomes().awaitCount(2);
		assertThat(this.application.mock()).received("mailed").forVisitor("visitor").once();
		assertThat(outcomes().all()).filteredOn((recorded) -> recorded.goal().name().equals("mailed_to_nobody"))
			.extracting(RecordedOutcomes.Recorded::outcome)
			.containsExactly(new Skipped(Skipped.Reason.NO_VISITOR));
	}

	private void assertThatNothingElseIsSent() {
		get("/look", "later");
		assertThat(this.application.mock()).received("looked").once();
		assertThat(this.application.mock().getGoals()).hasSize(1);
		assertThat(this.application.bean(JdbcTemplate.class).queryForObject("select count(*) from orders", Long.class))
			.isZero();
	}

	private RecordedOutcomes outcomes() {
		return this.application.outcomes();
	}

	private HttpResponse<String> get(String path, String visitor) {
		try {
			return this.application.get(path, "Cookie", "datafast_visitor_id=" + visitor);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	static class Gate {

		private final CountDownLatch entered = new CountDownLatch(1);

		private final CountDownLatch open = new CountDownLatch(1);

		void pass() {
			this.entered.countDown();
			try {
				assertThat(this.open.await(60, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	record Ordered() {
	}

	@RestController
	@EnableAsync(proxyTargetClass = true)
	@Import({ TestTransactions.class, Gate.class, Mailer.class, Listener.class })
	static class Shop {

		private final DataFastGoals goals;

		private final JdbcTemplate jdbc;

		private final Gate gate;

		private final Mailer mailer;

		private final ApplicationEventPublisher events;

		Shop(DataFastGoals goals, JdbcTemplate jdbc, Gate gate, Mailer mailer, ApplicationEventPublisher events) {
			this.goals = goals;
			this.jdbc = jdbc;
			this.gate = gate;
			this.mailer = mailer;
			this.events = events;
		}

		@GetMapping("/look")
		@TrackGoal("looked")
		public String look() {
			return "looked";
		}

		@GetMapping("/order")
		@Transactional
		@TrackGoal("ordered")
		public String order() {
			this.jdbc.update("insert into orders values (1)");
			this.goals.track("started");
			this.events.publishEvent(new Ordered());
			this.gate.pass();
			return "ordered";
		}

		@GetMapping("/roll-back")
		@Transactional
		@TrackGoal("ordered")
		public String rollBack() {
			this.jdbc.update("insert into orders values (1)");
			this.goals.track("started");
			throw new IllegalStateException("on purpose");
		}

		@GetMapping("/fail-to-commit")
		@Transactional
		@TrackGoal("ordered")
		public String failToCommit() {
			this.jdbc.update("insert into orders values (1)");
			this.goals.track("started");
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void beforeCommit(boolean readOnly) {
					throw new IllegalStateException("on purpose");
				}

			});
			return "ordered";
		}

		@GetMapping("/mail")
		public String mail(@VisitorId String visitor) {
			this.mailer.send(visitor);
			this.mailer.sendToNobody();
			return "mailed";
		}

		@ExceptionHandler(IllegalStateException.class)
		@ResponseStatus(HttpStatus.CONFLICT)
		public void onFailure() {
		}

	}

	static class Listener {

		@TransactionalEventListener
		@TrackGoal("after_commit")
		public void onOrdered(Ordered event) {
		}

	}

	static class Mailer {

		@Async
		@TrackGoal("mailed")
		public void send(@VisitorId String visitor) {
		}

		@Async
		@TrackGoal("mailed_to_nobody")
		public void sendToNobody() {
		}

	}

}
