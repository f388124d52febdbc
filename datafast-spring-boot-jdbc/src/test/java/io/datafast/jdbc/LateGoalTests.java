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

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.delivery.TransactionalGoalDispatcher;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.datafast.testing.TestTransactions;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goals that are first tracked by callbacks right before a transaction commits.
 */
class LateGoalTests {

	private static final AtomicBoolean committed = new AtomicBoolean();

	@ParameterizedTest(name = "{0}, commits: {1}, goals before: {2}, {3}")
	@MethodSource
	void goalsOfLateCallbacksShareTheFateOfTheTransaction(String mode, boolean commits, boolean goalBefore, How how) {
		try (MockDataFast mock = MockDataFast.start()) {
			String url = "jdbc:h2:mem:late-" + mode + commits + goalBefore + how + ";DB_CLOSE_DELAY=-1";
			JdbcContextRunners.with(mock, url)
				.withPropertyValues("datafast.delivery.mode=" + mode)
				.withUserConfiguration(Callbacks.class)
				.run((context) -> {
					place(context.getBean(Orders.class), commits, goalBefore, how);
					int count = goalBefore ? 2 : 1;
					RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
					outcomes.awaitCount(count);
					context.getBean(DataFastGoals.class).track(Goal.of("marker").forVisitor("v"));
					Awaitility.await()
						.until(() -> outcomes.all()
							.stream()
							.anyMatch((recorded) -> recorded.goal().name().equals("marker")));
					assertThat(outcomes.all()).filteredOn((recorded) -> !recorded.goal().name().equals("marker"))
						.hasSize(count)
						.allMatch((recorded) -> commits ? recorded.outcome() instanceof Created
								: recorded.outcome().equals(new Skipped(Skipped.Reason.ROLLED_BACK)));
				});
		}
	}

	static Stream<Object[]> goalsOfLateCallbacksShareTheFateOfTheTransaction() {
		return Stream.of("memory", "jdbc")
			.flatMap((mode) -> Stream.of(true, false)
				.flatMap((commits) -> Stream.of(true, false)
					.flatMap((before) -> Stream.of(How.values())
						.map((how) -> new Object[] { mode, commits, before, how }))));
	}

	/**
	 * As an outbox of the application's own.
	 */
	@ParameterizedTest(name = "goals before: {0}, {1}")
	@MethodSource
	void aDispatcherOfTheApplicationGetsTheGoalsOfLateCallbacksWithinTheTransaction(boolean goalBefore, How how) {
		DataFastContextRunners.plain()
			.withPropertyValues("datafast.api-key=df_key")
			.withUserConfiguration(Callbacks.class, TestTransactions.class, Outbox.class)
			.run((context) -> {
				context.getBean(JdbcTemplate.class).execute("create table outbox (name varchar(64))");
				Orders orders = context.getBean(Orders.class);
				OutboxDispatcher outbox = context.getBean(OutboxDispatcher.class);
				place(orders, true, goalBefore, how);
				assertThat(outbox.rows())
					.containsExactlyElementsOf(goalBefore ? List.of("placed", "late") : List.of("late"));
				List<Boolean> withinTransaction = new ArrayList<>(goalBefore ? List.of(true) : List.of());
				// Such a callback may run when all goals have been taken.
				withinTransaction.add(how != How.BEFORE_COMPLETION);
				assertThat(outbox.withinTransaction).containsExactlyElementsOf(withinTransaction);
				place(orders, false, goalBefore, how);
				assertThat(outbox.rows()).hasSize(goalBefore ? 2 : 1);
			});
	}

	static Stream<Object[]> aDispatcherOfTheApplicationGetsTheGoalsOfLateCallbacksWithinTheTransaction() {
		return Stream.of(true, false)
			.flatMap((before) -> Stream.of(How.values()).map((how) -> new Object[] { before, how }));
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "jdbc" })
	void goalsThatAreTrackedAfterTheCommitHaveHappened(String mode) {
		try (MockDataFast mock = MockDataFast.start()) {
			JdbcContextRunners.with(mock, "jdbc:h2:mem:after-" + mode + ";DB_CLOSE_DELAY=-1")
				.withPropertyValues("datafast.delivery.mode=" + mode)
				.withUserConfiguration(Callbacks.class)
				.run((context) -> {
					context.getBean(Orders.class).placeAndTrackAfterwards();
					List<RecordedOutcomes.Recorded> all = context.getBean(RecordedOutcomes.class).awaitCount(3);
					assertThat(all).allMatch((recorded) -> recorded.outcome() instanceof Created);
					assertThat(all).extracting((recorded) -> recorded.goal().name())
						.containsExactlyInAnyOrder("after_commit", "after_completion", "placed");
				});
		}
	}

	private static void place(Orders orders, boolean commits, boolean goalBefore, How how) {
		try {
			orders.place(commits, goalBefore, how);
			assertThat(commits).isTrue();
		}
		catch (IllegalStateException ex) {
			assertThat(commits).as(ex.getMessage()).isFalse();
		}
	}

	enum How {

		LISTENER, ANNOTATED_LISTENER, LAST_SYNCHRONIZATION, BEFORE_COMPLETION

	}

	record Placed(boolean commits, How how) {

	}

	static class Orders {

		private final ApplicationEventPublisher events;

		private final DataFastGoals goals;

		Orders(ApplicationEventPublisher events, DataFastGoals goals) {
			this.events = events;
			this.goals = goals;
		}

		@Transactional
		public void place(boolean commits, boolean goalBefore, How how) {
			committed.set(false);
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCommit() {
					committed.set(true);
				}

			});
			this.events.publishEvent(new Placed(commits, how));
			if (goalBefore) {
				this.goals.track(Goal.of("placed").forVisitor("v"));
			}
			if (how == How.LAST_SYNCHRONIZATION || how == How.BEFORE_COMPLETION) {
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public int getOrder() {
						return Ordered.LOWEST_PRECEDENCE;
					}

					@Override
					public void beforeCommit(boolean readOnly) {
						if (how == How.LAST_SYNCHRONIZATION) {
							Orders.this.goals.track(Goal.of("late").forVisitor("v"));
						}
						if (!commits) {
							if (how == How.BEFORE_COMPLETION) {
								Orders.this.goals.track(Goal.of("late").forVisitor("v"));
							}
							throw new IllegalStateException("on purpose");
						}
					}

					@Override
					public void beforeCompletion() {
						if (how == How.BEFORE_COMPLETION && commits) {
							Orders.this.goals.track(Goal.of("late").forVisitor("v"));
						}
					}

				});
			}
		}

		@Transactional
		@TrackGoal(name = "placed", visitorId = "'v'")
		public void placeAndTrackAfterwards() {
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCommit() {
					Orders.this.goals.track(Goal.of("after_commit").forVisitor("v"));
				}

				@Override
				public void afterCompletion(int status) {
					Orders.this.goals.track(Goal.of("after_completion").forVisitor("v"));
				}

			});
		}

	}

	static class Listener {

		private final DataFastGoals goals;

		Listener(DataFastGoals goals) {
			this.goals = goals;
		}

		@TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT,
				condition = "#placed.how().name() == 'LISTENER'")
		public void on(Placed placed) {
			this.goals.track(Goal.of("late").forVisitor("v"));
			fail(placed);
		}

		@Order(1)
		@TrackGoal(name = "late", visitorId = "'v'")
		@TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT,
				condition = "#placed.how().name() == 'ANNOTATED_LISTENER'")
		public void onAnnotated(Placed placed) {
		}

		/**
		 * After the other one.
		 */
		@TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT,
				condition = "#placed.how().name() == 'ANNOTATED_LISTENER'")
		@Order
		public void failLast(Placed placed) {
			fail(placed);
		}

		private static void fail(Placed placed) {
			if (!placed.commits()) {
				throw new IllegalStateException("on purpose");
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Callbacks {

		@Bean
		Orders orders(ApplicationEventPublisher events, DataFastGoals goals) {
			return new Orders(events, goals);
		}

		@Bean
		Listener listener(DataFastGoals goals) {
			return new Listener(goals);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Outbox {

		@Bean
		GoalDispatcher goalDispatcher(JdbcTemplate jdbcTemplate) {
			return new OutboxDispatcher(jdbcTemplate);
		}

	}

	static class OutboxDispatcher implements TransactionalGoalDispatcher {

		private final JdbcTemplate jdbcTemplate;

		private final Queue<Boolean> withinTransaction = new ConcurrentLinkedQueue<>();

		OutboxDispatcher(JdbcTemplate jdbcTemplate) {
			this.jdbcTemplate = jdbcTemplate;
		}

		@Override
		public void dispatch(Goal goal) {
			this.withinTransaction
				.add(TransactionSynchronizationManager.isActualTransactionActive() && !committed.get());
			this.jdbcTemplate.update("insert into outbox values (?)", goal.name());
		}

		List<String> rows() {
			return this.jdbcTemplate.queryForList("select name from outbox", String.class);
		}

	}

}
