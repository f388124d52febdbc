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
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

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

	private static final Duration EXPIRY_CHECK_INTERVAL = Duration.ofSeconds(1);

	private final Log log = LogFactory.getLog(InMemoryGoalDispatcher.class);

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

	private final Set<PendingGoal> inFlight = ConcurrentHashMap.newKeySet();

	private final AtomicLong wakeUpAt = new AtomicLong(GoalQueue.NEVER);

	private final AtomicLong nextExpiryCheck = new AtomicLong();

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
		this.workers = new WorkerPool(settings.concurrency(), this.threadFactory);
		this.admission = new Admission(settings.capacity());
		this.outageLog = new OutageLog(InMemoryGoalDispatcher.class, timer::now);
		this.queue = new GoalQueue(retryPolicy.maxAge().toNanos());
	}

	// Hand-over

	@Override
	public void dispatch(Goal goal) {
		Admission.Decision decision = this.admission.admit();
		if (decision == Admission.Decision.FULL && dropExpired()) {
			decision = this.admission.admit();
		}
		switch (decision) {
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
		if (!this.queue.add(pending, now)) {
			wakeUpLater(now);
		}
		else {
			startWorker();
		}
	}

	/**
	 * In an outage, goals that are too old should not keep new ones out. Looking for them
	 * costs more than a hand-over should, so it is done only now and then.
	 */
	private boolean dropExpired() {
		long now = this.timer.now();
		long next = this.nextExpiryCheck.get();
		if (now < next || !this.nextExpiryCheck.compareAndSet(next, now + EXPIRY_CHECK_INTERVAL.toNanos())) {
			return false;
		}
		List<PendingGoal> expired = this.queue.removeExpired(now);
		expired.forEach(this::expire);
		return !expired.isEmpty();
	}

	private void expire(PendingGoal pending) {
		complete(pending, new Dropped(Dropped.Reason.EXPIRED, pending.lastFailure()));
	}

	// Workers

	/**
	 * Start as many workers as can be useful, and see to it that this is done again when
	 * there may be more to do.
	 */
	private void advance() {
		long now = this.timer.now();
		for (int useful = this.queue.available(now); useful > 0 && startWorker(); useful--) {
			// Until there are enough.
		}
		wakeUpLater(now);
	}

	private void wakeUpLater(long now) {
		long time = this.queue.nextTime(now);
		if (time > now && time < this.wakeUpAt.getAndAccumulate(time, Math::min)) {
			this.timer.schedule(() -> wakeUp(time), time - now);
		}
	}

	private void wakeUp(long time) {
		if (!this.wakeUpAt.compareAndSet(time, GoalQueue.NEVER)) {
			// An earlier time has come in between, and armed what is needed.
			return;
		}
		dropExpired();
		advance();
	}

	private boolean startWorker() {
		try {
			return this.workers.start(this::work);
		}
		catch (Throwable ex) {
			// The goal stays in the queue, and the next one tries again.
			this.log.warn("Cannot start a delivery thread", ex);
			return false;
		}
	}

	private void work(WorkerPool pool) {
		try {
			PendingGoal next = take(pool);
			while (next != null) {
				attempt(next);
				next = take(pool);
			}
		}
		finally {
			pool.ended();
			// A goal may have come after the last look, when this worker still counted.
			advance();
		}
	}

	private @Nullable PendingGoal take(WorkerPool pool) {
		return pool.isShutDown() ? null : this.queue.take(this.timer.now());
	}

	private void attempt(PendingGoal pending) {
		try {
			if (this.queue.isExpired(pending, this.timer.now())) {
				this.queue.untold(pending);
				expire(pending);
			}
			else if (pending.delivery() != null) {
				pending.delivery().run();
			}
			else {
				deliver(pending);
			}
		}
		catch (Throwable ex) {
			this.queue.untold(pending);
			if (pending.claim()) {
				release(() -> this.outcomes.publishFailed(pending.goal(), "Delivering a goal failed", ex));
			}
		}
	}

	private void deliver(PendingGoal pending) {
		this.inFlight.add(pending);
		GoalReceipt receipt = null;
		DataFastException failure = null;
		try {
			receipt = this.delivery.send(pending.goal());
		}
		catch (DataFastException ex) {
			failure = ex;
		}
		finally {
			this.inFlight.remove(pending);
		}
		if (failure != null) {
			afterFailure(pending, failure);
		}
		else {
			Assert.state(receipt != null, "There is no receipt");
			afterAnswer();
			complete(pending, new Created(receipt));
		}
	}

	private void afterFailure(PendingGoal pending, DataFastException failure) {
		long now = this.timer.now();
		RetryPolicy.Decision decision = pending.failed(failure, this.retryPolicy);
		if (decision.unreachable()) {
			if (pending.isClaimed()) {
				this.queue.untold(pending);
			}
			else if (this.queue.unreachable(pending, now, (failures) -> this.retryPolicy.backoff(failures).toNanos())) {
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
			this.queue.unanswered(pending, now, (failures) -> this.retryPolicy.backoff(failures).toNanos());
		}
		if (decision.outcome() != null) {
			complete(pending, decision.outcome());
		}
		else if (decision.retryAfter() != null && !pending.isClaimed()) {
			this.queue.addAgain(pending, now + decision.retryAfter().toNanos());
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
		this.queue.reset();
		this.admission.open();
	}

	/**
	 * Take no more goals, try those that wait for their next attempt at once, wait until
	 * none is pending, at most the shutdown timeout, and drop what is left. The
	 * dispatcher can be started again.
	 */
	@Override
	public void stop() {
		this.admission.close();
		this.queue.hurry(this.timer.now());
		advance();
		int dropped = drain() ? 0 : dropAll();
		this.timer.stop();
		this.wakeUpAt.set(GoalQueue.NEVER);
		this.workers.shutDown();
		this.workers = new WorkerPool(this.settings.concurrency(), this.threadFactory);
		if (dropped > 0) {
			this.log.warn("Dropped " + dropped + " goal(s) that DataFast had not taken within "
					+ this.settings.shutdownTimeout().toMillis()
					+ " ms at shutdown (datafast.delivery.shutdown-timeout)");
		}
	}

	private boolean drain() {
		try {
			return this.admission.awaitEmpty(this.settings.shutdownTimeout());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	private int dropAll() {
		int dropped = 0;
		long deadline = System.nanoTime() + ABANDON_TIMEOUT.toNanos();
		do {
			for (PendingGoal pending : this.queue.removeAll()) {
				dropped += drop(pending);
			}
			for (PendingGoal pending : this.inFlight) {
				dropped += drop(pending);
			}
			// A goal that a worker has just taken is not in flight yet.
			Thread.onSpinWait();
		}
		while (this.admission.pending() > 0 && System.nanoTime() - deadline < 0);
		return dropped;
	}

	private int drop(PendingGoal pending) {
		return complete(pending, new Dropped(Dropped.Reason.SHUTDOWN, pending.lastFailure())) ? 1 : 0;
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
