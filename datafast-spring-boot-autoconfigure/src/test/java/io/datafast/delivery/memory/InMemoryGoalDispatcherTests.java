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

package io.datafast.delivery.memory;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;

import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.GoalReceipt;
import io.datafast.GoalRejectedException;
import io.datafast.delivery.DaemonThreadFactory;
import io.datafast.delivery.DeliveryContext;
import io.datafast.delivery.GoalDeliveryListener;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.RetryPolicy;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class InMemoryGoalDispatcherTests {

	private static final Dropped QUEUE_FULL = new Dropped(Dropped.Reason.QUEUE_FULL, null);

	private static final Dropped SHUTDOWN = new Dropped(Dropped.Reason.SHUTDOWN, null);

	private static final GoalReceipt RECEIPT = new GoalReceipt("1", "ok");

	private static final RetryPolicy RETRY = new RetryPolicy(5, Duration.ofHours(1), Duration.ofSeconds(1),
			Duration.ofMinutes(1), false, Duration.ofSeconds(30));

	private static final RetryPolicy QUICK_RETRY = new RetryPolicy(5, Duration.ofHours(1), Duration.ofMillis(10),
			Duration.ofMillis(10), false, Duration.ofMillis(10));

	private final RecordedOutcomes outcomes = new RecordedOutcomes();

	private final CountDownLatch api = new CountDownLatch(1);

	private final String threadNames = "dispatcher-test-" + UUID.randomUUID() + "-";

	private final ThreadFactory threads = new DaemonThreadFactory(this.threadNames);

	private GoalOutcomePublisher publisher;

	private InMemoryGoalDispatcher dispatcher;

	@AfterEach
	void stop() {
		this.api.countDown();
		if (this.dispatcher != null) {
			this.dispatcher.close();
		}
		Awaitility.await().until(() -> deliveryThreads().isEmpty());
	}

	@Test
	void deliversInTheBackground() {
		create(10, 2, Duration.ofSeconds(60), (goal) -> RECEIPT);
		this.dispatcher.dispatch(goal(1));
		assertThat(this.outcomes.awaitSingle(Created.class).receipt()).isEqualTo(RECEIPT);
		Awaitility.await().until(() -> this.dispatcher.pending() == 0);
	}

	@Test
	void startsNoThreadBeforeTheFirstGoalAndNoMoreThanTheConcurrency() {
		AtomicInteger inFlight = new AtomicInteger();
		create(100, 3, Duration.ofSeconds(60), (goal) -> {
			inFlight.incrementAndGet();
			return awaitApi();
		});
		assertThat(deliveryThreads()).isEmpty();
		dispatch(100);
		Awaitility.await().until(() -> inFlight.get() == 3);
		assertThat(deliveryThreads()).hasSize(3).allSatisfy((thread) -> assertThat(thread.isDaemon()).isTrue());
		this.api.countDown();
		this.outcomes.awaitCount(100);
		assertThat(this.outcomes.count(Created.class)).isEqualTo(100);
	}

	@Test
	void deliversFirstComeFirstServed() {
		create(100, 1, Duration.ofSeconds(60), (goal) -> awaitApi());
		dispatch(50);
		this.api.countDown();
		List<String> names = this.outcomes.awaitCount(50).stream().map((recorded) -> recorded.goal().name()).toList();
		assertThat(names).isEqualTo(IntStream.range(0, 50).mapToObj((i) -> goal(i).name()).toList());
	}

	@Test
	void dropsExactlyTheOverflow() {
		create(10, 2, Duration.ofSeconds(60), (goal) -> awaitApi());
		dispatch(25);
		assertThat(this.outcomes.count(QUEUE_FULL)).isEqualTo(15);
		assertThat(this.dispatcher.pending()).isEqualTo(10);
		this.api.countDown();
		this.outcomes.awaitCount(25);
		assertThat(this.outcomes.count(Created.class)).isEqualTo(10);
		Awaitility.await().until(() -> this.dispatcher.pending() == 0);
	}

	@Test
	void losesNoGoalUnderContention() throws Exception {
		int threads = 8;
		int perThread = 5_000;
		create(threads * perThread, 4, Duration.ofSeconds(60), (goal) -> RECEIPT);
		CyclicBarrier barrier = new CyclicBarrier(threads);
		List<Thread> trackers = IntStream.range(0, threads).mapToObj((i) -> new Thread(() -> {
			await(barrier);
			dispatch(perThread);
		})).toList();
		trackers.forEach(Thread::start);
		for (Thread tracker : trackers) {
			tracker.join();
		}
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> this.dispatcher.pending() == 0);
		assertThat(this.outcomes.all()).hasSize(threads * perThread);
		assertThat(this.outcomes.count(Created.class)).isEqualTo(threads * perThread);
		assertThat(this.dispatcher.pending()).isZero();
	}

	@Test
	void stopWaitsForPendingGoals() {
		create(100, 2, Duration.ofSeconds(60), (goal) -> awaitApi());
		dispatch(20);
		Thread stopper = startAndAwaitWaiting(this.dispatcher::stop);
		this.api.countDown();
		Awaitility.await().until(() -> !stopper.isAlive());
		assertThat(this.outcomes.count(Created.class)).isEqualTo(20);
	}

	@Test
	void acceptsAndDeliversBetweenStopAndClose() {
		create(100, 2, Duration.ofSeconds(60), (goal) -> RECEIPT);
		this.dispatcher.stop();
		dispatch(20);
		this.dispatcher.close();
		assertThat(this.outcomes.all()).hasSize(20);
		assertThat(this.outcomes.count(Created.class)).isEqualTo(20);
	}

	@Test
	void stopAndCloseWaitForTheTimeoutTogether() {
		create(100, 2, Duration.ofSeconds(1), (goal) -> awaitApi());
		dispatch(1);
		long start = System.nanoTime();
		this.dispatcher.stop();
		assertThat(this.outcomes.all()).isEmpty();
		long stopped = System.nanoTime();
		this.dispatcher.close();
		assertThat(this.outcomes.outcomes()).containsExactly(SHUTDOWN);
		assertThat(stopped - start).isGreaterThanOrEqualTo(Duration.ofSeconds(1).toNanos());
		assertThat(System.nanoTime() - stopped).isLessThan(Duration.ofSeconds(1).toNanos());
	}

	@Test
	void closeDropsWhatIsLeftAfterTheTimeoutAndTheNumberIsWarnedOf(CapturedOutput output) {
		create(100, 2, Duration.ofMillis(50), (goal) -> awaitApi());
		dispatch(20);
		this.dispatcher.stop();
		this.dispatcher.close();
		this.publisher.close();
		assertThat(this.outcomes.outcomes()).hasSize(20).containsOnly(SHUTDOWN);
		assertThat(this.dispatcher.pending()).isZero();
		assertThat(output).containsOnlyOnce("WARN")
			.contains("Dropped 20 goal(s) that DataFast had not taken when the application ended");
		this.api.countDown();
	}

	@Test
	void dropsGoalsAfterClose(CapturedOutput output) {
		create(10, 2, Duration.ofSeconds(60), (goal) -> RECEIPT);
		this.dispatcher.close();
		dispatch(1);
		this.publisher.close();
		assertThat(this.outcomes.outcomes()).containsExactly(SHUTDOWN);
		dispatch(2);
		assertThat(this.outcomes.outcomes()).containsExactly(SHUTDOWN, SHUTDOWN, SHUTDOWN);
		assertThat(output).containsOnlyOnce("Dropped 1 goal(s)").containsOnlyOnce("dropped (SHUTDOWN)");
	}

	@Test
	void deliversAgainAfterRestart() {
		create(10, 2, Duration.ofSeconds(60), (goal) -> RECEIPT);
		this.dispatcher.start();
		dispatch(1);
		this.dispatcher.stop();
		assertThat(this.dispatcher.isRunning()).isFalse();
		this.dispatcher.start();
		assertThat(this.dispatcher.isRunning()).isTrue();
		dispatch(1);
		this.outcomes.awaitCount(2);
		assertThat(this.outcomes.count(Created.class)).isEqualTo(2);
	}

	@Test
	void aNullReceiptCostsItsGoalOnly() {
		create(10, 1, Duration.ofSeconds(60), (goal) -> goal.name().equals("goal0") ? null : RECEIPT);
		dispatch(2);
		List<RecordedOutcomes.Recorded> all = this.outcomes.awaitCount(2);
		assertThat(all.get(0).outcome()).isEqualTo(new Dropped(Dropped.Reason.FAILED, null));
		assertThat(all.get(1).outcome()).isInstanceOf(Created.class);
	}

	@Test
	void aContextThatFailsAfterTheCallNeitherLosesNorRepeatsAGoal() {
		AtomicInteger calls = new AtomicInteger();
		create(() -> (delivery) -> () -> {
			delivery.run();
			throw new IllegalStateException("on purpose");
		}, (goal) -> {
			if (calls.incrementAndGet() == 1) {
				throw new DataFastUnavailableException("busy", 500, null);
			}
			return RECEIPT;
		});
		dispatch(1);
		this.outcomes.awaitSingle(Created.class);
		Awaitility.await().until(() -> this.dispatcher.pending() == 0);
		assertThat(calls).hasValue(2);
	}

	@Test
	void aContextThatFailsBeforeTheCallCostsItsGoalOnly() {
		AtomicInteger captured = new AtomicInteger();
		create(() -> (delivery) -> (captured.incrementAndGet() > 1) ? delivery : () -> {
			throw new IllegalStateException("on purpose");
		}, (goal) -> RECEIPT);
		dispatch(2);
		List<RecordedOutcomes.Recorded> all = this.outcomes.awaitCount(2);
		assertThat(all.get(0).outcome()).isEqualTo(new Dropped(Dropped.Reason.FAILED, null));
		assertThat(all.get(1).outcome()).isInstanceOf(Created.class);
	}

	@Test
	void aWaitingGoalKeepsWhatItsLastFailureSaidWithoutItsStackTrace() {
		create(DeliveryContext.NONE, (goal) -> {
			throw new DataFastUnavailableException("unreachable", new IllegalStateException("cause"), false);
		});
		dispatch(1);
		Awaitility.await().until(() -> deliveryThreads().isEmpty() || this.dispatcher.oldestAge() != null);
		this.dispatcher.close();
		assertThat(this.outcomes.awaitSingle(Dropped.class).lastFailure())
			.isInstanceOf(DataFastUnavailableException.class)
			.hasMessage("unreachable")
			.hasNoCause()
			.satisfies((failure) -> assertThat(failure.getStackTrace()).isEmpty());
	}

	@Test
	void givesAbandonedGoalsOneOutcomeOnly() {
		CountDownLatch begun = new CountDownLatch(2);
		CountDownLatch finished = new CountDownLatch(2);
		create(100, 2, Duration.ofMillis(1), (goal) -> {
			begun.countDown();
			try {
				awaitUninterruptibly();
				return RECEIPT;
			}
			finally {
				finished.countDown();
			}
		});
		dispatch(2);
		Awaitility.await().until(() -> begun.getCount() == 0);
		this.dispatcher.close();
		this.api.countDown();
		Awaitility.await().until(() -> finished.getCount() == 0);
		Awaitility.await().until(() -> deliveryThreads().isEmpty());
		assertThat(this.outcomes.outcomes()).containsExactly(SHUTDOWN, SHUTDOWN);
	}

	@Test
	void threadsTakeNothingOverFromWhoeverTracks() {
		InheritableThreadLocal<String> request = new InheritableThreadLocal<>();
		request.set("request");
		try {
			this.dispatcher = new InMemoryGoalDispatcher((goal) -> new GoalReceipt(request.get(), ""),
					new GoalOutcomePublisher(() -> List.of(this.outcomes)),
					new InMemoryGoalDispatcher.Settings(10, 1, Duration.ofSeconds(60)), RETRY,
					new DaemonThreadFactory("datafast-delivery-"), DeliveryContext.NONE);
			dispatch(1);
			assertThat(this.outcomes.awaitSingle(Created.class).receipt().eventId()).isNull();
		}
		finally {
			request.remove();
		}
	}

	@Test
	void survivesAnyFailureOfTheDelivery(CapturedOutput output) {
		create(10, 1, Duration.ofSeconds(60), (goal) -> {
			if (goal.name().equals("goal0")) {
				throw new StackOverflowError("on purpose");
			}
			if (goal.name().equals("goal1")) {
				throw new GoalRejectedException("no", 400, "");
			}
			return RECEIPT;
		});
		dispatch(3);
		List<RecordedOutcomes.Recorded> all = this.outcomes.awaitCount(3);
		assertThat(all.get(0).outcome()).isEqualTo(new Dropped(Dropped.Reason.FAILED, null));
		assertThat(all.get(1).outcome()).isInstanceOf(GoalOutcome.Rejected.class);
		assertThat(all.get(2).outcome()).isInstanceOf(Created.class);
		assertThat(output).contains("Delivering a goal failed");
	}

	@Test
	void aFailingListenerDoesNotStopTheOthersOrTheDelivery(CapturedOutput output) {
		GoalDeliveryListener failing = (goal, outcome) -> {
			throw new IllegalStateException("on purpose");
		};
		this.dispatcher = new InMemoryGoalDispatcher((goal) -> RECEIPT,
				new GoalOutcomePublisher(() -> List.of(failing, this.outcomes)),
				new InMemoryGoalDispatcher.Settings(10, 1, Duration.ofSeconds(60)), RETRY, this.threads,
				DeliveryContext.NONE);
		dispatch(3);
		this.outcomes.awaitCount(3);
		Awaitility.await().until(() -> this.dispatcher.pending() == 0);
		assertThat(output).containsOnlyOnce("WARN").contains("GoalDeliveryListener").contains("on purpose");
	}

	@Test
	void aGoalThatWasDroppedBeforeItsCallIsNotSent() {
		AtomicInteger calls = new AtomicInteger();
		AtomicInteger taken = new AtomicInteger();
		this.dispatcher = new InMemoryGoalDispatcher((goal) -> {
			calls.incrementAndGet();
			return RECEIPT;
		}, new GoalOutcomePublisher(() -> List.of(this.outcomes)),
				new InMemoryGoalDispatcher.Settings(10, 1, Duration.ofMillis(1)), RETRY, this.threads,
				() -> (delivery) -> () -> {
					taken.incrementAndGet();
					awaitUninterruptibly();
					delivery.run();
				});
		dispatch(1);
		Awaitility.await().until(() -> taken.get() == 1);
		this.dispatcher.close();
		this.outcomes.awaitSingle(Dropped.class);
		this.api.countDown();
		Awaitility.await().until(() -> deliveryThreads().isEmpty());
		assertThat(this.outcomes.outcomes()).containsExactly(SHUTDOWN);
		assertThat(calls).hasValue(0);
	}

	@Test
	void closeWaitsForAListenerThatIsBeingTold() throws Exception {
		CountDownLatch telling = new CountDownLatch(1);
		CountDownLatch told = new CountDownLatch(1);
		this.dispatcher = new InMemoryGoalDispatcher((goal) -> RECEIPT,
				new GoalOutcomePublisher(() -> List.of((goal, outcome) -> {
					telling.countDown();
					await(this.api);
					this.outcomes.onOutcome(goal, outcome);
					told.countDown();
				})), new InMemoryGoalDispatcher.Settings(10, 1, Duration.ZERO), RETRY, this.threads,
				DeliveryContext.NONE);
		dispatch(1);
		assertThat(telling.await(60, TimeUnit.SECONDS)).isTrue();
		Thread stopper = startAndAwaitWaiting(this.dispatcher::close);
		this.api.countDown();
		assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
		this.outcomes.awaitSingle(Created.class);
		stopper.join();
	}

	@Test
	void aGoalThatIsDroppedBetweenTwoAttemptsIsNotPendingAgain() {
		CountDownLatch telling = new CountDownLatch(1);
		RetryPolicy endless = new RetryPolicy(Integer.MAX_VALUE, Duration.ofHours(1), Duration.ofHours(1),
				Duration.ofHours(1), false, Duration.ZERO);
		this.dispatcher = new InMemoryGoalDispatcher((goal) -> {
			if (goal.name().equals("goal0")) {
				return RECEIPT;
			}
			throw new DataFastUnavailableException("no", 500, null);
		}, new GoalOutcomePublisher(() -> List.of((goal, outcome) -> {
			if (outcome instanceof Created) {
				telling.countDown();
				awaitUninterruptibly();
			}
			this.outcomes.onOutcome(goal, outcome);
		})), new InMemoryGoalDispatcher.Settings(10, 2, Duration.ofMillis(500)), endless, this.threads,
				DeliveryContext.NONE);
		dispatch(2);
		await(telling);
		// Until closing no longer waits for the listener, the next attempt becomes due.
		this.dispatcher.close();
		this.api.countDown();
		this.outcomes.awaitCount(2);
		Awaitility.await().until(() -> this.dispatcher.pending() == 0);
		assertThat(this.outcomes.count(Created.class)).isEqualTo(1);
		assertThat(this.outcomes.outcomes()).filteredOn((outcome) -> outcome instanceof Dropped)
			.singleElement()
			.extracting((outcome) -> ((Dropped) outcome).reason())
			.isEqualTo(Dropped.Reason.SHUTDOWN);
	}

	@Test
	void aListenerThatInterruptsItsThreadDoesNotHarmTheNextCall() {
		GoalDeliveryListener interrupting = (goal, outcome) -> Thread.currentThread().interrupt();
		this.dispatcher = new InMemoryGoalDispatcher((goal) -> {
			if (Thread.currentThread().isInterrupted()) {
				throw new GoalRejectedException("interrupted", 400, "");
			}
			return RECEIPT;
		}, new GoalOutcomePublisher(() -> List.of(interrupting, this.outcomes)),
				new InMemoryGoalDispatcher.Settings(10, 1, Duration.ofSeconds(60)), RETRY, this.threads,
				DeliveryContext.NONE);
		dispatch(5);
		this.outcomes.awaitCount(5);
		assertThat(this.outcomes.count(Created.class)).isEqualTo(5);
	}

	@Test
	void goalsWaitUntilThereAreThreadsAgain(CapturedOutput output) {
		AtomicInteger refusals = new AtomicInteger();
		this.dispatcher = new InMemoryGoalDispatcher((goal) -> RECEIPT,
				new GoalOutcomePublisher(() -> List.of(this.outcomes)),
				new InMemoryGoalDispatcher.Settings(10, 2, Duration.ofSeconds(60)), RETRY, (runnable) -> {
					if (refusals.incrementAndGet() <= 4) {
						throw new OutOfMemoryError("unable to create native thread");
					}
					return this.threads.newThread(runnable);
				}, DeliveryContext.NONE);
		dispatch(3);
		assertThat(this.outcomes.all()).isEmpty();
		assertThat(this.dispatcher.pending()).isEqualTo(3);
		this.outcomes.awaitCount(3);
		assertThat(this.outcomes.count(Created.class)).isEqualTo(3);
		assertThat(output).containsOnlyOnce("Cannot start a delivery thread");
	}

	private void create(DeliveryContext context, Function<Goal, GoalReceipt> client) {
		this.publisher = new GoalOutcomePublisher(() -> List.of(this.outcomes));
		this.dispatcher = new InMemoryGoalDispatcher(client::apply, this.publisher,
				new InMemoryGoalDispatcher.Settings(10, 1, Duration.ofMillis(100)), QUICK_RETRY, this.threads, context);
	}

	private void create(int capacity, int concurrency, Duration shutdownTimeout, Function<Goal, GoalReceipt> client) {
		this.publisher = new GoalOutcomePublisher(() -> List.of(this.outcomes));
		this.dispatcher = new InMemoryGoalDispatcher(client::apply, this.publisher,
				new InMemoryGoalDispatcher.Settings(capacity, concurrency, shutdownTimeout), RETRY, this.threads,
				DeliveryContext.NONE);
	}

	private static Thread startAndAwaitWaiting(Runnable task) {
		Thread thread = new Thread(task);
		thread.start();
		Awaitility.await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
		return thread;
	}

	private void dispatch(int count) {
		IntStream.range(0, count).forEach((i) -> this.dispatcher.dispatch(goal(i)));
	}

	private static Goal goal(int number) {
		return Goal.of("goal" + number).forVisitor("visitor");
	}

	private GoalReceipt awaitApi() {
		try {
			assertThat(this.api.await(60, TimeUnit.SECONDS)).isTrue();
			return RECEIPT;
		}
		catch (InterruptedException ex) {
			throw new DataFastUnavailableException("interrupted", ex, true);
		}
	}

	private void awaitUninterruptibly() {
		boolean done = false;
		while (!done) {
			try {
				this.api.await();
				done = true;
			}
			catch (InterruptedException ex) {
				// Ignore it, as bad code does.
			}
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void await(CyclicBarrier barrier) {
		try {
			barrier.await();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private List<Thread> deliveryThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith(this.threadNames))
			.toList();
	}

}
