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
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

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

	private static final Duration IDLE_THREAD_TIMEOUT = Duration.ofSeconds(10);

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

	private final Admission admission;

	private final ExecutorService threads;

	private final ScheduledThreadPoolExecutor timer;

	/**
	 * The lock of all that follows.
	 */
	private final Object lock = new Object();

	private final Set<PendingGoal> pending = new LinkedHashSet<>();

	private final Deque<PendingGoal> queue = new ArrayDeque<>();

	private int workers;

	/**
	 * Whether a worker has been started and has not begun. It starts the next one itself,
	 * so that a thread that tracks starts one at most.
	 */
	private boolean starting;

	private @Nullable ScheduledFuture<?> wakeUp;

	private @Nullable Duration maxDelay;

	private boolean closed;

	private volatile boolean running;

	private volatile Duration shutdownTime;

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
		this.admission = new Admission(settings.capacity());
		this.shutdownTime = settings.shutdownTimeout();
		this.threads = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_THREAD_TIMEOUT.toMillis(),
				TimeUnit.MILLISECONDS, new SynchronousQueue<>(),
				(threadFactory != null) ? threadFactory : new DaemonThreadFactory("datafast-delivery-"));
		this.timer = new ScheduledThreadPoolExecutor(1, new DaemonThreadFactory("datafast-timer-"));
		this.timer.setKeepAliveTime(IDLE_THREAD_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		this.timer.allowCoreThreadTimeOut(true);
		this.timer.setRemoveOnCancelPolicy(true);
	}

	// Hand-over

	@Override
	public void dispatch(Goal goal) {
		switch (this.admission.admit()) {
			case ADMITTED -> enqueue(admitted(goal));
			case FULL -> this.outcomes.publish(goal, new Dropped(Dropped.Reason.QUEUE_FULL, null));
			case CLOSED -> this.outcomes.publish(goal, new Dropped(Dropped.Reason.SHUTDOWN, null));
		}
	}

	private PendingGoal admitted(Goal goal) {
		PendingGoal admitted = new PendingGoal(goal);
		Runnable delivery = () -> deliver(admitted);
		try {
			admitted.delivery = (this.context != null) ? this.context.capture(delivery) : delivery;
		}
		catch (Throwable ex) {
			this.log.debug("Delivering a goal without its context", ex);
			admitted.delivery = delivery;
		}
		return admitted;
	}

	private void enqueue(PendingGoal goal) {
		boolean accepted;
		synchronized (this.lock) {
			accepted = !this.closed && this.queue.offerLast(goal) && this.pending.add(goal);
		}
		if (accepted) {
			advance();
		}
		else {
			drop(goal);
		}
	}

	// Workers

	/**
	 * See to it that what is in the queue is taken, now or when the gate opens.
	 */
	private void advance() {
		synchronized (this.lock) {
			PendingGoal first = this.queue.peekFirst();
			Duration opensIn = this.gate.opensIn();
			if (first == null || this.closed) {
				return;
			}
			if (opensIn == null || !opensIn.isZero()) {
				Duration expiresIn = this.maxAge.minus(age(first)).plus(EXPIRY_DELAY);
				wakeUpIn((opensIn == null || opensIn.compareTo(expiresIn) > 0) ? expiresIn : opensIn);
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
				if (this.closed) {
					return;
				}
				wakeUpIn(THREAD_RETRY_DELAY);
			}
			String message = "Cannot start a delivery thread, goals wait";
			this.throttledLog.warn(message, message, ex);
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
		synchronized (this.lock) {
			next = this.queue.pollFirst();
		}
		if (next == null) {
			this.gate.release(permit);
			return false;
		}
		advance();
		next.permit = permit;
		try {
			// A listener may have left it, and it would end the next call.
			Thread.interrupted();
			next.delivery.run();
		}
		catch (Throwable ex) {
			failed(next, next.permit == permit, ex);
		}
		finally {
			this.gate.release(permit);
		}
		return true;
	}

	private void deliver(PendingGoal goal) {
		Permit permit = goal.permit;
		goal.permit = null;
		if (permit == null || goal.isClaimed()) {
			return;
		}
		if (isExpired(goal)) {
			complete(goal, new Dropped(Dropped.Reason.EXPIRED, goal.lastFailure));
			return;
		}
		GoalAttempt.Result result;
		try {
			result = this.attempt.run(goal.goal, goal.progress, permit);
		}
		catch (Throwable ex) {
			failed(goal, true, ex);
			return;
		}
		if (result instanceof GoalAttempt.Finished finished) {
			complete(goal, finished.outcome());
		}
		else if (result instanceof GoalAttempt.Retry retry) {
			goal.progress = retry.progress();
			goal.lastFailure = FailureSummary.of(retry.failure());
			retry(goal, retry.delay());
		}
		else if (result instanceof GoalAttempt.NotSent notSent) {
			goal.lastFailure = FailureSummary.of(notSent.failure());
			putBack(goal);
		}
	}

	private void putBack(PendingGoal goal) {
		synchronized (this.lock) {
			// At the end, so that the next probe is another goal.
			this.queue.addLast(goal);
		}
		advance();
	}

	private void retry(PendingGoal goal, Duration delay) {
		try {
			synchronized (this.lock) {
				if (this.closed) {
					return;
				}
				goal.retry = this.timer.schedule(() -> due(goal), shorter(delay, this.maxDelay).toNanos(),
						TimeUnit.NANOSECONDS);
			}
		}
		catch (Throwable ex) {
			timerFailed(ex);
			putBack(goal);
		}
	}

	private void due(PendingGoal goal) {
		synchronized (this.lock) {
			if (goal.retry == null) {
				return;
			}
			goal.retry = null;
			this.queue.addFirst(goal);
		}
		advance();
	}

	private void wakeUpIn(Duration delay) {
		ScheduledFuture<?> planned = this.wakeUp;
		if (planned != null && planned.getDelay(TimeUnit.NANOSECONDS) <= delay.toNanos()) {
			return;
		}
		try {
			this.wakeUp = this.timer.schedule(this::wakeUp, delay.toNanos(), TimeUnit.NANOSECONDS);
			if (planned != null) {
				planned.cancel(false);
			}
		}
		catch (Throwable ex) {
			// The next goal that is tracked, or the end of an attempt, tries again.
			timerFailed(ex);
		}
	}

	private void wakeUp() {
		List<PendingGoal> expired = new ArrayList<>();
		synchronized (this.lock) {
			this.wakeUp = null;
			for (Iterator<PendingGoal> goals = this.queue.iterator(); goals.hasNext();) {
				PendingGoal goal = goals.next();
				if (isExpired(goal)) {
					goals.remove();
					expired.add(goal);
				}
			}
		}
		expired.forEach((goal) -> complete(goal, new Dropped(Dropped.Reason.EXPIRED, goal.lastFailure)));
		advance();
	}

	private void timerFailed(Throwable failure) {
		String message = "Cannot start the timer's thread";
		this.throttledLog.warn(message, message, failure);
	}

	private boolean isExpired(PendingGoal goal) {
		return this.attempt.isExpired(age(goal));
	}

	private static Duration age(PendingGoal goal) {
		return Duration.ofNanos(System.nanoTime() - goal.trackedAt);
	}

	private static Duration shorter(Duration delay, @Nullable Duration max) {
		return (max != null && delay.compareTo(max) > 0) ? max : delay;
	}

	// Outcomes

	/**
	 * Something failed that should not.
	 * @param lost whether it failed before the attempt had a result; a failure after that
	 * changes nothing for the goal
	 */
	private void failed(PendingGoal goal, boolean lost, Throwable failure) {
		String message = "Delivering a goal failed";
		if (lost && claim(goal)) {
			release(() -> this.outcomes.publishFailed(goal.goal, message, failure));
		}
		else {
			this.throttledLog.warn(message, message, failure);
		}
	}

	private void complete(PendingGoal goal, GoalOutcome outcome) {
		if (claim(goal)) {
			release(() -> this.outcomes.publish(goal.goal, outcome, age(goal)));
		}
	}

	private void drop(PendingGoal goal) {
		complete(goal, new Dropped(Dropped.Reason.SHUTDOWN, goal.lastFailure));
	}

	private boolean claim(PendingGoal goal) {
		if (!goal.claim()) {
			return false;
		}
		synchronized (this.lock) {
			this.pending.remove(goal);
		}
		return true;
	}

	private void release(Runnable publication) {
		try {
			publication.run();
		}
		finally {
			this.admission.release();
		}
	}

	// Backlog

	@Override
	public String mode() {
		return "memory";
	}

	@Override
	public int pending() {
		return this.admission.pending();
	}

	@Override
	public int capacity() {
		return this.settings.capacity();
	}

	@Override
	public @Nullable Duration oldestAge() {
		synchronized (this.lock) {
			Iterator<PendingGoal> goals = this.pending.iterator();
			return goals.hasNext() ? age(goals.next()) : null;
		}
	}

	@Override
	public OptionalInt parked() {
		return OptionalInt.empty();
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

	private boolean drain() {
		long start = System.nanoTime();
		limitDelays(this.settings.shutdownTimeout().dividedBy(DRAIN_DELAY_DIVISOR));
		boolean empty = awaitEmpty(this.shutdownTime);
		this.shutdownTime = this.shutdownTime.minusNanos(System.nanoTime() - start);
		return empty;
	}

	private void limitDelays(@Nullable Duration maxDelay) {
		synchronized (this.lock) {
			this.maxDelay = maxDelay;
			for (PendingGoal goal : this.pending) {
				if (goal.retry != null && goal.retry.cancel(false)) {
					goal.retry = null;
					this.queue.addLast(goal);
				}
			}
		}
		this.gate.limitBackoff(maxDelay);
		advance();
	}

	private boolean awaitEmpty(Duration timeout) {
		try {
			return this.admission.awaitEmpty(timeout);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * Accept no more goals, wait until none is pending, at most for what is left of the
	 * shutdown timeout, and drop the rest.
	 */
	@Override
	public void close() {
		this.admission.close();
		boolean empty = drain();
		List<PendingGoal> left;
		synchronized (this.lock) {
			this.closed = true;
			left = new ArrayList<>(this.pending);
		}
		left.forEach(this::drop);
		if (!empty) {
			// Other threads may be about to tell an outcome.
			awaitEmpty(ABANDON_TIMEOUT);
		}
		this.gate.close();
		this.throttledLog.close();
		this.timer.shutdownNow();
		this.threads.shutdownNow();
	}

}
