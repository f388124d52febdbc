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

package io.datafast.interceptor;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.datafast.testing.TestTransactions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * {@link TrackGoal} and {@link DataFastGoals} in methods that Spring calls: listeners of
 * events and messages, and scheduled methods. There is no current request.
 */
@ExtendWith(OutputCaptureExtension.class)
class TrackGoalOnListenersTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private static final Skipped ROLLED_BACK = new Skipped(Skipped.Reason.ROLLED_BACK);

	private final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	private final ApplicationContextRunner runner = DataFastContextRunners.plain()
		.withPropertyValues("datafast.api-key=df_key")
		.withBean(GoalDispatcher.class, () -> this.dispatched::add)
		.withUserConfiguration(TestTransactions.class);

	@Test
	void eventListenersTakePartInTheTransactionOfThePublisher() {
		this.runner.withBean(Listener.class).run((context) -> {
			publish(context, new Ordered(VISITOR));
			assertDispatched("heard");
			inTransaction(context, () -> {
				publish(context, new Ordered(VISITOR));
				assertDispatched("heard");
			});
			assertDispatched("heard", "heard");
		});
	}

	@Test
	void everyPhaseOfACommittedTransactionSendsItsGoals() {
		this.runner.withBean(PhasedListener.class).run((context) -> {
			inTransaction(context, () -> {
				track(context, "in_transaction");
				publish(context, new Ordered(VISITOR));
				assertDispatched();
			});
			assertDispatched("in_transaction", "before_commit:body", "before_commit", "after_commit:body",
					"after_commit", "after_completion:body", "after_completion");
			assertThat(outcomes(context).all()).isEmpty();
		});
	}

	@Test
	void everyPhaseOfARolledBackTransactionSendsItsGoals() {
		this.runner.withBean(PhasedListener.class).run((context) -> {
			assertThatIllegalStateException().isThrownBy(() -> inTransaction(context, () -> {
				track(context, "in_transaction");
				publish(context, new Ordered(VISITOR));
				throw new IllegalStateException("on purpose");
			}));
			assertDispatched("after_rollback:body", "after_rollback", "after_completion:body", "after_completion");
			assertThat(outcomes(context).all()).extracting((recorded) -> recorded.goal().name())
				.containsExactly("in_transaction");
			assertThat(outcomes(context).outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	@Test
	void goalsTrackedBeforeACommitThatFailsAreSkipped() {
		this.runner.withBean(PhasedListener.class).withBean(RefusingListener.class).run((context) -> {
			assertThatIllegalStateException()
				.isThrownBy(() -> inTransaction(context, () -> publish(context, new Ordered(VISITOR))));
			assertThat(outcomes(context).all()).extracting((recorded) -> recorded.goal().name())
				.containsExactly("before_commit:body", "before_commit");
			assertThat(outcomes(context).outcomes()).containsOnly(ROLLED_BACK);
			assertThat(this.dispatched).extracting(Goal::name).contains("after_rollback", "after_completion");
		});
	}

	@Test
	void withoutATransactionOnlyFallbackExecutionTracks() {
		this.runner.withBean(PhasedListener.class).withBean(FallbackListener.class).run((context) -> {
			publish(context, new Ordered(VISITOR));
			assertDispatched("fallback");
			assertThat(outcomes(context).all()).isEmpty();
		});
	}

	@Test
	void aListenerWithATransactionOfItsOwnDependsOnThatOne() {
		this.runner.withBean(TransactionalListener.class).run((context) -> {
			inTransaction(context, () -> publish(context, new Ordered(VISITOR)));
			assertDispatched("recorded");
			assertThat(outcomes(context).all()).isEmpty();
			inTransaction(context, () -> publish(context, new Ordered("unwanted")));
			assertDispatched("recorded");
			assertThat(outcomes(context).outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	@Test
	void anAsynchronousListenerTracksOnItsOwnThread() {
		this.runner.withUserConfiguration(Asynchronous.class).withBean(AsynchronousListener.class).run((context) -> {
			inTransaction(context, () -> publish(context, new Ordered(VISITOR)));
			Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !this.dispatched.isEmpty());
			assertDispatched("mailed");
		});
	}

	@Test
	void scheduledMethodsAreTrackedWithAnExplicitVisitor(CapturedOutput output) {
		this.runner.withUserConfiguration(Scheduling.class).withBean(Job.class).run((context) -> {
			Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> this.dispatched.size() >= 2);
			assertThat(this.dispatched).extracting(Goal::name).containsOnly("renewed");
			assertThat(this.dispatched).extracting(Goal::visitorId).containsOnly(VISITOR);
			assertThat(outcomes(context).awaitCount(2)).extracting((recorded) -> recorded.goal().name())
				.containsOnly("swept");
			assertThat(outcomes(context).outcomes()).containsOnly(new Skipped(Skipped.Reason.NO_VISITOR));
			assertThat(output).doesNotContain("WARN").doesNotContain("ERROR");
		});
	}

	@Test
	void messageListenersAreTrackedWithAnExplicitVisitor(CapturedOutput output) {
		this.runner.withBean(Consumer.class).run((context) -> {
			Consumer consumer = context.getBean(Consumer.class);
			onAnotherThread(() -> consumer.onMessage(new Ordered(VISITOR)));
			assertThat(this.dispatched).containsExactly(Goal.of("paid").forVisitor(VISITOR));
			onAnotherThread(() -> assertThatIllegalStateException()
				.isThrownBy(() -> consumer.onMessage(new Ordered("broken"))));
			assertDispatched("paid");
			assertThat(outcomes(context).all()).isEmpty();
			onAnotherThread(() -> consumer.onMessage(new Ordered(null)));
			assertDispatched("paid");
			assertThat(outcomes(context).outcomes()).containsExactly(new Skipped(Skipped.Reason.NO_VISITOR));
			assertThat(output).doesNotContain("WARN").doesNotContain("ERROR");
		});
	}

	private static void onAnotherThread(Runnable task) throws InterruptedException {
		List<Throwable> failures = new CopyOnWriteArrayList<>();
		Thread thread = new Thread(task, "message-listener");
		thread.setUncaughtExceptionHandler((failed, ex) -> failures.add(ex));
		thread.start();
		thread.join();
		assertThat(failures).isEmpty();
	}

	private static void inTransaction(AssertableApplicationContext context, Runnable action) {
		context.getBean(TransactionTemplate.class).executeWithoutResult((status) -> action.run());
	}

	private static void publish(ApplicationEventPublisher publisher, Object event) {
		publisher.publishEvent(event);
	}

	private static void track(AssertableApplicationContext context, String name) {
		context.getBean(DataFastGoals.class).track(Goal.of(name).forVisitor(VISITOR));
	}

	private static RecordedOutcomes outcomes(AssertableApplicationContext context) {
		return context.getBean(RecordedOutcomes.class);
	}

	private void assertDispatched(String... names) {
		assertThat(this.dispatched).extracting(Goal::name).containsExactly(names);
	}

	record Ordered(String visitor) {
	}

	static class Listener {

		@EventListener
		@TrackGoal(name = "heard", visitorId = "#event.visitor()")
		public void onOrdered(Ordered event) {
		}

	}

	static class PhasedListener {

		private final DataFastGoals goals;

		PhasedListener(DataFastGoals goals) {
			this.goals = goals;
		}

		@Order(1)
		@TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT)
		@TrackGoal(name = "before_commit", visitorId = "#event.visitor()")
		public void beforeCommit(Ordered event) {
			track("before_commit:body", event);
		}

		@Order(2)
		@TransactionalEventListener
		@TrackGoal(name = "after_commit", visitorId = "#event.visitor()")
		public void afterCommit(Ordered event) {
			track("after_commit:body", event);
		}

		@Order(3)
		@TransactionalEventListener(phase = TransactionPhase.AFTER_ROLLBACK)
		@TrackGoal(name = "after_rollback", visitorId = "#event.visitor()")
		public void afterRollback(Ordered event) {
			track("after_rollback:body", event);
		}

		@Order(4)
		@TransactionalEventListener(phase = TransactionPhase.AFTER_COMPLETION)
		@TrackGoal(name = "after_completion", visitorId = "#event.visitor()")
		public void afterCompletion(Ordered event) {
			track("after_completion:body", event);
		}

		private void track(String name, Ordered event) {
			this.goals.track(Goal.of(name).forVisitor(event.visitor()));
		}

	}

	static class RefusingListener {

		@Order(9)
		@TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT)
		public void beforeCommit(Ordered event) {
			throw new IllegalStateException("on purpose");
		}

	}

	static class FallbackListener {

		@TransactionalEventListener(fallbackExecution = true)
		@TrackGoal(name = "fallback", visitorId = "#event.visitor()")
		public void onOrdered(Ordered event) {
		}

	}

	static class TransactionalListener {

		@TransactionalEventListener
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		@TrackGoal(name = "recorded", visitorId = "#event.visitor()")
		public void onOrdered(Ordered event) {
			if (event.visitor().equals("unwanted")) {
				TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
			}
		}

	}

	static class AsynchronousListener {

		@Async
		@TransactionalEventListener
		@TrackGoal(name = "mailed", visitorId = "#event.visitor()")
		public void onOrdered(Ordered event) {
		}

	}

	static class Job {

		@Scheduled(fixedDelay = 1)
		@TrackGoal(name = "renewed", visitorId = "'" + VISITOR + "'")
		public void renew() {
		}

		@Scheduled(fixedDelay = 1)
		@TrackGoal("swept")
		public void sweep() {
		}

	}

	static class Consumer {

		@Transactional
		@TrackGoal(name = "paid", visitorId = "#message.visitor()")
		public void onMessage(Ordered message) {
			if ("broken".equals(message.visitor())) {
				throw new IllegalStateException("on purpose");
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync(proxyTargetClass = true)
	static class Asynchronous {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class Scheduling {

	}

}
