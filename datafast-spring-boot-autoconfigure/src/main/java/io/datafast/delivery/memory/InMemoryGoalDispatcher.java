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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.datafast.DataFastException;
import io.datafast.Goal;
import io.datafast.delivery.DaemonThreadFactory;
import io.datafast.delivery.DeliveryContext;
import io.datafast.delivery.DeliveryGate;
import io.datafast.delivery.DeliveryGate.Permit;
import io.datafast.delivery.DeliveryShutdown;
import io.datafast.delivery.GoalAttempt;
import io.datafast.delivery.GoalBacklog;
import io.datafast.delivery.GoalDelivery;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.RetryPolicy;
import io.datafast.delivery.RetrySettings;
import io.datafast.delivery.ThrottledLog;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;

/**
 * Delivers goals from a bounded queue in memory.
 * <p>
 * A goal that is admitted joins the queue. Workers, at most {@code concurrency}, take
 * goals from there while the {@link DeliveryGate} lets them through, and make a
 * {@link GoalAttempt}. A goal whose attempt failed leaves the queue until its next
 * attempt is due, and then joins the queue at its head. There is no thread before the
 * first goal, and threads end when they are idle.
 * <p>
 * Shutdown has two steps. {@link #stop()} comes after the web server and everything else
 * with a lifecycle has stopped, and waits for what is pending. {@link #close()} comes
 * after all other beans have been destroyed. In between, goals are accepted and delivered
 * as before. Both steps together wait for the shutdown timeout at most. Thread-safe.
 */
public final class InMemoryGoalDispatcher implements GoalDispatcher, GoalBacklog, SmartLifecycle, AutoCloseable {

	private static final Duration IDLE_TIMER_TIMEOUT = Duration.ofSeconds(10);

	private static final Duration ABANDON_TIMEOUT = Duration.ofSeconds(1);

	private static final Duration THREAD_RETRY_DELAY = Duration.ofSeconds(1);

	/**
	 * Goals that become too old one after the other are given up together, at most this
	 * much later.
	 */
	private static final Duration EXPIRY_DELAY = Duration.ofSeconds(1);

	/**
	 * The part of the shutdown timeout that a goal waits at most for its next attempt.
	 */
	private static final int DRAIN_DELAY_DIVISOR = 10;

	private final Log log = LogFactory.getLog(InMemoryGoalDispatcher.class);

	private final ThrottledLog throttledLog = new ThrottledLog(InMemoryGoalDispatcher.class);

	private final GoalAttempt attempt;

	private final DeliveryGate gate;

	private final GoalOutcomePublisher outcomes;

	private final InMemorySettings settings;

	private final Duration maxAge;

	private final @Nullable DeliveryContext context;

	private final ExecutorService threads;

	private final ScheduledThreadPoolExecutor timer;

	private volatile boolean running;

	private Duration shutdownTime;

	/**
	 * The lock of all that follows. Waited on until no goal is pending.
	 */
	private final Object lock = new Object();

	private int pending;

	private final Deque<PendingGoal> queue = new ArrayDeque<>();

	/**
	 * The goals that are in flight or wait for a time.
	 */
	private final Set<PendingGoal> taken = new HashSet<>();

	private int workers;

	/**
	 * Whether a worker has been started and has not begun. It starts the next one itself,
	 * so that a thread that tracks starts one at most.
	 */
	private boolean starting;

	private @Nullable ScheduledFuture<?> wakeUp;

	private @Nullable Duration maxDelay;

	private boolean closed;

	/**
	 * Create a dispatcher.
	 * @param delivery makes the calls
	 * @param outcomes told what became of each goal
	 * @param settings how much it takes on
	 * @param retrySettings when goals are tried again
	 * @param threadFactory makes the threads that deliver, or {@code null} for daemon
	 * threads
	 * @param context carries the context of the tracking thread to the delivering one, or
	 * {@code null} for nothing
	 */
	public InMemoryGoalDispatcher(GoalDelivery delivery, GoalOutcomePublisher outcomes, InMemorySettings settings,
			RetrySettings retrySettings, @Nullable ThreadFactory threadFactory, @Nullable DeliveryContext context) {
		RetryPolicy retryPolicy = new RetryPolicy(retrySettings, () -> ThreadLocalRandom.current().nextDouble());
		this.gate = new DeliveryGate(settings.concurrency(), retryPolicy, this::advance);
		this.attempt = new GoalAttempt(delivery, retryPolicy, this.gate);
		this.outcomes = outcomes;
		this.settings = settings;
		this.maxAge = retrySettings.maxAge();
		this.context = context;
		this.shutdownTime = settings.shutdownTimeout();
		this.threads = Executors.newCachedThreadPool(
				(threadFactory != null) ? threadFactory : new DaemonThreadFactory("datafast-delivery-"));
		this.timer = new ScheduledThreadPoolExecutor(1, new DaemonThreadFactory("datafast-timer-"));
		this.timer.setKeepAliveTime(IDLE_TIMER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		this.timer.allowCoreThreadTimeOut(true);
		this.timer.setRemoveOnCancelPolicy(true);
	}

	// Hand-over

	@Override
	public void dispatch(Goal goal) {
		PendingGoal tracked = new PendingGoal(goal);
		tracked.delivery = (this.context != null) ? inContext(this.context, () -> call(tracked)) : null;
		Dropped.Reason refusal = admit(tracked);
		if (refusal == null) {
			advance();
		}
		else {
			this.outcomes.publish(goal, new Dropped(refusal, null));
		}
	}

	private @Nullable Runnable inContext(DeliveryContext context, Runnable delivery) {
		try {
			return context.capture(delivery);
		}
		catch (Throwable ex) {
			this.log.debug("Delivering a goal without its context", ex);
			return null;
		}
	}

	private Dropped.@Nullable Reason admit(PendingGoal goal) {
		synchronized (this.lock) {
			if (this.closed) {
				return Dropped.Reason.SHUTDOWN;
			}
			if (this.pending >= this.settings.capacity()) {
				return Dropped.Reason.QUEUE_FULL;
			}
			this.pending++;
			this.queue.addLast(goal);
			return null;
		}
	}

	// Workers

	/**
	 * See to it that what is in the queue is taken, now or when the gate opens.
	 */
	private void advance() {
		synchronized (this.lock) {
			PendingGoal first = this.queue.peekFirst();
			if (first == null) {
				return;
			}
			Duration opensIn = this.gate.opensIn();
			if (opensIn == null || !opensIn.isZero()) {
				wakeUpIn(shorter(this.maxAge.minus(age(first)).plus(EXPIRY_DELAY), opensIn));
				return;
			}
			if (this.starting || this.workers >= this.settings.concurrency()) {
				return;
			}
			this.starting = true;
			this.workers++;
		}
		startWorker();
	}

	private void startWorker() {
		try {
			this.threads.execute(this::work);
		}
		catch (Throwable ex) {
			synchronized (this.lock) {
				this.starting = false;
				this.workers--;
				wakeUpIn(THREAD_RETRY_DELAY);
			}
			warn("Cannot start a delivery thread, goals wait", ex);
		}
	}

	private void work() {
		synchronized (this.lock) {
			this.starting = false;
		}
		try {
			Permit permit = this.gate.tryAcquire();
			while (permit != null && takeNext(permit)) {
				permit = this.gate.tryAcquire();
			}
		}
		finally {
			synchronized (this.lock) {
				this.workers--;
			}
			advance();
		}
	}

	private boolean takeNext(Permit permit) {
		PendingGoal next;
		boolean more;
		synchronized (this.lock) {
			next = this.queue.pollFirst();
			more = !this.queue.isEmpty() && this.workers < this.settings.concurrency();
			if (next != null) {
				this.taken.add(next);
			}
		}
		if (more) {
			advance();
		}
		try {
			if (next != null) {
				next.permit = permit;
				attempt(next);
			}
		}
		finally {
			this.gate.release(permit);
		}
		return next != null;
	}

	private void attempt(PendingGoal goal) {
		if (isExpired(goal)) {
			finish(goal, new Dropped(Dropped.Reason.EXPIRED, goal.lastFailure));
			return;
		}
		String message = "Delivering a goal failed";
		goal.result = null;
		Throwable failure = null;
		try {
			// A listener may have left it, and it would end the call.
			Thread.interrupted();
			if (goal.delivery != null) {
				goal.delivery.run();
			}
			else {
				call(goal);
			}
		}
		catch (Throwable ex) {
			failure = ex;
		}
		GoalAttempt.Result result = goal.result;
		if (result == null) {
			Throwable cause = failure;
			finish(goal, () -> this.outcomes.publishFailed(goal.goal, message, cause));
			return;
		}
		if (failure != null) {
			warn(message, failure);
		}
		follow(goal, result);
	}

	private void call(PendingGoal goal) {
		if (goal.finished) {
			return;
		}
		goal.result = this.attempt.run(goal.goal, goal.progress, Objects.requireNonNull(goal.permit));
	}

	private void follow(PendingGoal goal, GoalAttempt.Result result) {
		if (result instanceof GoalAttempt.Finished finished) {
			finish(goal, finished.outcome());
		}
		else if (result instanceof GoalAttempt.Retry retry) {
			goal.progress = retry.progress();
			requeue(goal, retry.failure(), retry.delay());
		}
		else if (result instanceof GoalAttempt.NotSent notSent) {
			requeue(goal, notSent.failure(), null);
		}
	}

	private void requeue(PendingGoal goal, DataFastException failure, @Nullable Duration delay) {
		goal.lastFailure = FailureSummary.of(failure);
		synchronized (this.lock) {
			if (goal.finished) {
				return;
			}
			goal.retry = (delay != null) ? schedule(() -> due(goal), shorter(delay, this.maxDelay)) : null;
			if (goal.retry == null) {
				// At the end, so that the next probe is another goal.
				this.taken.remove(goal);
				this.queue.addLast(goal);
			}
		}
		advance();
	}

	private void due(PendingGoal goal) {
		synchronized (this.lock) {
			if (goal.retry == null) {
				return;
			}
			goal.retry = null;
			this.taken.remove(goal);
			this.queue.addFirst(goal);
		}
		advance();
	}

	private void wakeUpIn(Duration delay) {
		ScheduledFuture<?> planned = this.wakeUp;
		if (planned == null || planned.getDelay(TimeUnit.NANOSECONDS) > delay.toNanos()) {
			this.wakeUp = schedule(this::wakeUp, delay);
			if (planned != null) {
				planned.cancel(false);
			}
		}
	}

	private void wakeUp() {
		List<PendingGoal> expired = new ArrayList<>();
		synchronized (this.lock) {
			this.wakeUp = null;
			this.queue.removeIf((goal) -> isExpired(goal) && expired.add(goal));
		}
		expired.forEach((goal) -> finish(goal, new Dropped(Dropped.Reason.EXPIRED, goal.lastFailure)));
		advance();
	}

	private @Nullable ScheduledFuture<?> schedule(Runnable task, Duration delay) {
		try {
			return this.timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (Throwable ex) {
			// The next goal that is tracked, or the end of an attempt, tries again.
			warn("Cannot start the timer's thread", ex);
			return null;
		}
	}

	private void warn(String message, Throwable failure) {
		this.throttledLog.warn(message, message, failure);
	}

	private boolean isExpired(PendingGoal goal) {
		return this.attempt.isExpired(age(goal));
	}

	private static Duration age(PendingGoal goal) {
		return Duration.ofNanos(System.nanoTime() - goal.trackedAt);
	}

	private static Duration shorter(Duration delay, @Nullable Duration other) {
		return (other != null && delay.compareTo(other) > 0) ? other : delay;
	}

	private void finish(PendingGoal goal, GoalOutcome outcome) {
		finish(goal, () -> this.outcomes.publish(goal.goal, outcome, age(goal)));
	}

	private void finish(PendingGoal goal, Runnable publication) {
		synchronized (this.lock) {
			if (goal.finished) {
				return;
			}
			goal.finished = true;
		}
		try {
			publication.run();
		}
		finally {
			synchronized (this.lock) {
				this.taken.remove(goal);
				this.pending--;
				if (this.pending == 0) {
					this.lock.notifyAll();
				}
			}
		}
	}

	// Backlog

	@Override
	public String mode() {
		return "memory";
	}

	@Override
	public int pending() {
		synchronized (this.lock) {
			return this.pending;
		}
	}

	@Override
	public int capacity() {
		return this.settings.capacity();
	}

	@Override
	public @Nullable Duration oldestAge() {
		synchronized (this.lock) {
			return Stream.concat(this.queue.stream(), this.taken.stream())
				.map(InMemoryGoalDispatcher::age)
				.max(Comparator.naturalOrder())
				.orElse(null);
		}
	}

	// Shutdown

	@Override
	public int getPhase() {
		return DeliveryShutdown.PHASE;
	}

	/**
	 * A paused context, such as a cached one between two tests, keeps its goals: there is
	 * no need to wait for them. Asked for since Spring Framework 7.
	 * @return {@code false}
	 */
	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public void start() {
		this.running = true;
		this.shutdownTime = this.settings.shutdownTimeout();
		limitDelays(null);
	}

	/**
	 * Wait until no goal is pending, at most the shutdown timeout. Goals that wait for
	 * their next attempt are tried at once; what fails meanwhile is tried again after a
	 * tenth of that time at most, unless DataFast asks for a pause.
	 */
	@Override
	public void stop() {
		this.running = false;
		drain();
	}

	private void drain() {
		long start = System.nanoTime();
		limitDelays(this.settings.shutdownTimeout().dividedBy(DRAIN_DELAY_DIVISOR));
		awaitEmpty(this.shutdownTime);
		this.shutdownTime = this.shutdownTime.minusNanos(System.nanoTime() - start);
	}

	private void limitDelays(@Nullable Duration maxDelay) {
		synchronized (this.lock) {
			this.maxDelay = maxDelay;
			this.taken.removeIf((goal) -> {
				boolean waiting = goal.retry != null && goal.retry.cancel(false);
				if (waiting) {
					goal.retry = null;
					this.queue.addLast(goal);
				}
				return waiting;
			});
		}
		this.gate.limitBackoff(maxDelay);
		advance();
	}

	private void awaitEmpty(Duration timeout) {
		long deadline = System.nanoTime() + timeout.toNanos();
		try {
			synchronized (this.lock) {
				long left = timeout.toNanos();
				while (left > 0 && this.pending > 0) {
					TimeUnit.NANOSECONDS.timedWait(this.lock, left);
					left = deadline - System.nanoTime();
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Accept no more goals, wait until none is pending, at most for what is left of the
	 * shutdown timeout, and drop the rest.
	 */
	@Override
	public void close() {
		synchronized (this.lock) {
			this.closed = true;
		}
		drain();
		List<PendingGoal> left;
		synchronized (this.lock) {
			left = new ArrayList<>(this.queue);
			left.addAll(this.taken);
			this.queue.clear();
		}
		left.forEach((goal) -> finish(goal, new Dropped(Dropped.Reason.SHUTDOWN, goal.lastFailure)));
		// Other threads may be about to tell an outcome.
		awaitEmpty(ABANDON_TIMEOUT);
		this.gate.close();
		this.throttledLog.close();
		this.timer.shutdownNow();
		this.threads.shutdownNow();
	}

}
