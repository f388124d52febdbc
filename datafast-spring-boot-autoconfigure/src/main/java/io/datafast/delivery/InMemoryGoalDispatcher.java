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

package io.datafast.delivery;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;

import io.datafast.DataFastException;
import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.GoalReceipt;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.util.Assert;

/**
 * Delivers goals from memory, and tries them again where that makes sense.
 * <p>
 * The way of a goal: {@link #dispatch} admits it, unless as many as the capacity are
 * pending, and puts it into the queue. A worker takes it from there when DataFast can be
 * called, and makes the call. The {@link RetryPolicy} decides what a failure means: an
 * outcome, another attempt later, a pause for all goals, or that DataFast is unreachable,
 * after which one goal at a time probes it and the others wait. Whatever waits for a time
 * is woken up by a timer and holds no thread.
 * <p>
 * At most {@code concurrency} threads deliver; there is none before the first goal, and
 * they end when there is nothing to do.
 * <p>
 * Goals are taken until {@link #stop()}, which comes after the web server and everything
 * else with a lifecycle has stopped, waits for what is pending, and drops what is left.
 * Thread-safe.
 */
public final class InMemoryGoalDispatcher implements GoalDispatcher, SmartLifecycle, DisposableBean {

	/**
	 * Far below the phases of web servers, message listeners and task executors, and of
	 * an application's own components that have none in particular: what starts later
	 * stops earlier.
	 */
	public static final int PHASE = Integer.MIN_VALUE / 2;

	private static final Duration ABANDON_TIMEOUT = Duration.ofSeconds(1);

	private static final Duration THREAD_RETRY_DELAY = Duration.ofSeconds(1);

	/**
	 * What part of the shutdown timeout a goal waits at most for its next attempt.
	 */
	private static final int DRAIN_DELAY_DIVISOR = 10;

	private final Log log = LogFactory.getLog(InMemoryGoalDispatcher.class);

	private final FailureLog failures = new FailureLog(InMemoryGoalDispatcher.class);

	private final GoalDelivery delivery;

	private final GoalOutcomePublisher outcomes;

	private final InMemorySettings settings;

	private final RetryPolicy retryPolicy;

	private final DeliveryTimer timer;

	private final ThreadFactory threadFactory;

	private final @Nullable DeliveryContext context;

	private final Admission admission;

	private final OutageLog outageLog;

	private final GoalQueue queue;

	private final WakeUpCall wakeUpCall;

	private volatile WorkerPool workers;

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
		this(delivery, outcomes, settings,
				new RetryPolicy(retrySettings, () -> ThreadLocalRandom.current().nextDouble()),
				new ThreadDeliveryTimer(), threadFactory, context);
	}

	InMemoryGoalDispatcher(GoalDelivery delivery, GoalOutcomePublisher outcomes, InMemorySettings settings,
			RetryPolicy retryPolicy, DeliveryTimer timer, @Nullable ThreadFactory threadFactory,
			@Nullable DeliveryContext context) {
		this.delivery = delivery;
		this.outcomes = outcomes;
		this.settings = settings;
		this.retryPolicy = retryPolicy;
		this.timer = timer;
		this.context = context;
		this.threadFactory = (threadFactory != null) ? threadFactory : new DaemonThreadFactory("datafast-delivery-");
		this.workers = createWorkers();
		this.admission = new Admission(settings.capacity());
		this.outageLog = new OutageLog(InMemoryGoalDispatcher.class, timer::now);
		this.queue = new GoalQueue(retryPolicy.maxAge(), retryPolicy::backoff);
		this.wakeUpCall = new WakeUpCall(timer, this::advance);
	}

	private WorkerPool createWorkers() {
		return new WorkerPool(this.settings.concurrency(), this.threadFactory, this::work);
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
		PendingGoal pending = new PendingGoal(goal, this.timer.now());
		if (this.context != null) {
			try {
				pending.setDelivery(this.context.capture(() -> deliver(pending)));
			}
			catch (Throwable ex) {
				this.log.debug("Delivering a goal without its context", ex);
			}
		}
		return pending;
	}

	private void enqueue(PendingGoal pending) {
		long now = pending.trackedAt();
		if (!this.queue.offer(pending)) {
			drop(pending);
		}
		else if (this.queue.isOpen(now)) {
			wakeWorker(now);
		}
		else {
			wakeUp(this.queue.nextTime(), now);
		}
	}

	// Workers

	/**
	 * See to it that what can be taken is taken, now or when its time comes.
	 */
	private void advance() {
		long now = this.timer.now();
		if (this.queue.isReady(now)) {
			wakeWorker(now);
		}
		else {
			wakeUp(this.queue.nextTime(), now);
		}
	}

	private void wakeWorker(long now) {
		try {
			this.workers.wake();
		}
		catch (Throwable ex) {
			String message = "Cannot start a delivery thread, goals wait";
			this.failures.log(message, message, ex);
			wakeUp(now + THREAD_RETRY_DELAY.toNanos(), now);
		}
	}

	private void wakeUp(long time, long now) {
		try {
			this.wakeUpCall.at(time, now);
		}
		catch (Throwable ex) {
			// What is tracked or ends next tries again.
			String message = "Cannot start the timer's thread, goals wait";
			this.failures.log(message, message, ex);
		}
	}

	private void work(WorkerPool pool) {
		try {
			pool.awake();
			PendingGoal next = take(pool);
			while (next != null) {
				attempt(next);
				next = take(pool);
			}
		}
		finally {
			pool.ended();
			advance();
		}
	}

	private @Nullable PendingGoal take(WorkerPool pool) {
		if (pool.isShutDown()) {
			return null;
		}
		// A listener may have left it, and it would end the next call.
		Thread.interrupted();
		long now = this.timer.now();
		PendingGoal next = this.queue.take(now);
		if (next != null && pool.canWake() && this.queue.isReady(now)) {
			wakeWorker(now);
		}
		return next;
	}

	private void attempt(PendingGoal pending) {
		try {
			if (this.queue.isExpired(pending, this.timer.now())) {
				complete(pending, new Dropped(Dropped.Reason.EXPIRED, pending.lastFailure()));
			}
			else if (pending.delivery() != null) {
				pending.delivery().run();
			}
			else {
				deliver(pending);
			}
		}
		catch (Throwable ex) {
			afterFailure(pending, ex);
		}
	}

	private void deliver(PendingGoal pending) {
		if (pending.isClaimed()) {
			return;
		}
		GoalReceipt receipt;
		try {
			receipt = this.delivery.send(pending.goal());
		}
		catch (DataFastException ex) {
			afterFailure(pending, ex);
			return;
		}
		Assert.state(receipt != null, "There is no receipt");
		afterAnswer();
		complete(pending, new Created(receipt));
	}

	private void afterFailure(PendingGoal pending, DataFastException failure) {
		long now = this.timer.now();
		RetryPolicy.Decision decision = pending.failed(failure, this.retryPolicy);
		if (decision.unreachable()) {
			if (this.queue.unreachable(pending, now)) {
				this.outageLog.unreachable(failure);
			}
			return;
		}
		if (decision.pause() != null) {
			this.queue.pauseUntil(now + decision.pause().toNanos());
			this.outageLog.paused(decision.pause(), failure);
		}
		if (isAnswer(failure)) {
			afterAnswer();
		}
		else {
			this.queue.unanswered(pending, now);
		}
		if (decision.outcome() != null) {
			complete(pending, decision.outcome());
		}
		else if (decision.retryAfter() != null && this.queue.retry(pending, now, decision.retryAfter())) {
			advance();
		}
	}

	/**
	 * Something failed that should not. If it did so after the goal was given back, the
	 * goal is as well off as without it.
	 */
	private void afterFailure(PendingGoal pending, Throwable failure) {
		String message = "Delivering a goal failed";
		if (this.queue.finished(pending) && pending.claim()) {
			release(() -> this.outcomes.publishFailed(pending.goal(), message, failure));
		}
		else {
			this.failures.log(message, message, failure);
		}
	}

	private static boolean isAnswer(DataFastException failure) {
		return !(failure instanceof DataFastUnavailableException unavailable) || unavailable.getStatus() != null;
	}

	private void afterAnswer() {
		if (this.queue.answered()) {
			this.outageLog.reachable(pending());
			advance();
		}
	}

	private boolean complete(PendingGoal pending, GoalOutcome outcome) {
		this.queue.finished(pending);
		if (!pending.claim()) {
			return false;
		}
		Duration sinceHandOver = Duration.ofNanos(this.timer.now() - pending.trackedAt());
		release(() -> this.outcomes.publish(pending.goal(), outcome, sinceHandOver));
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

	// What one sees

	/**
	 * How many goals are pending: waiting, in flight, and waiting to be tried again.
	 * @return the number, from 0 to {@link #capacity()}
	 */
	public int pending() {
		return this.admission.pending();
	}

	/**
	 * How many goals may be pending.
	 * @return the capacity
	 */
	public int capacity() {
		return this.settings.capacity();
	}

	int workers() {
		return this.workers.active();
	}

	// Lifecycle

	@Override
	public int getPhase() {
		return PHASE;
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
		return this.admission.isOpen();
	}

	@Override
	public void start() {
		this.queue.open();
		this.admission.open();
	}

	/**
	 * Take no more goals, try those that wait for their next attempt at once, wait until
	 * none is pending, at most the shutdown timeout, and drop what is left. What fails
	 * meanwhile is tried again after a tenth of that time at most, unless DataFast asks
	 * for a pause. The dispatcher can be started again.
	 */
	@Override
	public void stop() {
		this.admission.close();
		this.queue.hurry(this.timer.now(), this.settings.shutdownTimeout().dividedBy(DRAIN_DELAY_DIVISOR));
		advance();
		int dropped = awaitEmpty(this.settings.shutdownTimeout()) ? 0 : dropAll();
		this.timer.stop();
		this.wakeUpCall.cancel();
		this.workers.shutDown();
		this.workers = createWorkers();
		if (dropped > 0) {
			this.log.warn("Dropped " + dropped + " goal(s) that DataFast had not taken within "
					+ this.settings.shutdownTimeout().toMillis()
					+ " ms at shutdown (datafast.delivery.shutdown-timeout)");
		}
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

	private int dropAll() {
		int dropped = 0;
		for (PendingGoal pending : this.queue.close()) {
			dropped += drop(pending) ? 1 : 0;
		}
		// Others may be about to tell an outcome, for which the context is still needed.
		awaitEmpty(ABANDON_TIMEOUT);
		return dropped;
	}

	private boolean drop(PendingGoal pending) {
		return complete(pending, new Dropped(Dropped.Reason.SHUTDOWN, pending.lastFailure()));
	}

	/**
	 * Stop, unless the context has done so.
	 */
	@Override
	public void destroy() {
		if (isRunning()) {
			stop();
		}
	}

}
