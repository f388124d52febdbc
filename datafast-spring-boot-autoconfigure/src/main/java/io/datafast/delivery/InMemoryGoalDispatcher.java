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
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome.Dropped;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Delivers goals from memory. At most {@code capacity} goals are pending, waiting and in
 * flight together; one more is dropped. At most {@code concurrency} daemon threads
 * deliver them, first come, first served; there is none before the first goal, and they
 * end when there is nothing to do.
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
	static final int PHASE = Integer.MIN_VALUE / 2;

	private static final Duration IDLE_THREAD_TIMEOUT = Duration.ofSeconds(10);

	private static final Duration ABANDON_TIMEOUT = Duration.ofSeconds(1);

	private final Log log = LogFactory.getLog(InMemoryGoalDispatcher.class);

	private final GoalDelivery delivery;

	private final GoalOutcomePublisher outcomes;

	private final int capacity;

	private final int concurrency;

	private final Duration shutdownTimeout;

	private final Admission admission;

	private final OverflowLog overflowLog;

	private final Queue<PendingGoal> waiting = new ConcurrentLinkedQueue<>();

	private final Set<PendingGoal> inFlight = ConcurrentHashMap.newKeySet();

	private final AtomicInteger workers = new AtomicInteger();

	private final Object executorMonitor = new Object();

	private @Nullable ExecutorService executor;

	/**
	 * Create a dispatcher.
	 * @param delivery makes the calls
	 * @param outcomes told what became of each goal
	 * @param capacity how many goals may be pending, at least 1
	 * @param concurrency how many calls may be in flight, at least 1
	 * @param shutdownTimeout how long {@link #stop()} waits for pending goals
	 */
	public InMemoryGoalDispatcher(GoalDelivery delivery, GoalOutcomePublisher outcomes, int capacity, int concurrency,
			Duration shutdownTimeout) {
		this.delivery = delivery;
		this.outcomes = outcomes;
		this.capacity = capacity;
		this.concurrency = concurrency;
		this.shutdownTimeout = shutdownTimeout;
		this.admission = new Admission(capacity);
		this.overflowLog = new OverflowLog(capacity, System::nanoTime);
	}

	@Override
	public void dispatch(Goal goal) {
		switch (this.admission.admit()) {
			case ADMITTED -> {
				this.waiting.add(new PendingGoal(goal));
				startWorkerIfUseful();
			}
			case FULL -> {
				this.overflowLog.dropped();
				this.outcomes.publish(goal, new Dropped(Dropped.Reason.QUEUE_FULL, null));
			}
			case CLOSED -> this.outcomes.publish(goal, new Dropped(Dropped.Reason.SHUTDOWN, null));
		}
	}

	private void startWorkerIfUseful() {
		int current = this.workers.get();
		while (current < this.concurrency) {
			if (this.workers.compareAndSet(current, current + 1)) {
				startWorker();
				return;
			}
			current = this.workers.get();
		}
	}

	private void startWorker() {
		try {
			executor().execute(this::work);
		}
		catch (RejectedExecutionException ex) {
			this.workers.decrementAndGet();
			dropWaiting();
		}
		catch (Throwable ex) {
			// Most likely no thread could be created. The goal stays in the queue, and
			// the next one tries again.
			this.workers.decrementAndGet();
			this.log.warn("Cannot start a delivery thread", ex);
		}
	}

	private void work() {
		try {
			PendingGoal next = this.waiting.poll();
			while (next != null) {
				deliver(next);
				next = this.waiting.poll();
			}
		}
		finally {
			this.workers.decrementAndGet();
			// A goal may have come after the last look, when this worker still counted.
			if (!this.waiting.isEmpty()) {
				startWorkerIfUseful();
			}
		}
	}

	private void deliver(PendingGoal pending) {
		this.inFlight.add(pending);
		try {
			complete(pending, this.delivery.attempt(pending.goal()));
		}
		catch (Throwable ex) {
			if (pending.claim()) {
				release(() -> this.outcomes.publishFailed(pending.goal(), "Delivering a goal failed", ex));
			}
		}
		finally {
			this.inFlight.remove(pending);
		}
	}

	private boolean complete(PendingGoal pending, GoalOutcome outcome) {
		if (!pending.claim()) {
			return false;
		}
		release(() -> this.outcomes.publish(pending.goal(), outcome));
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

	/**
	 * How many goals are pending: waiting and in flight.
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
		return this.capacity;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	@Override
	public boolean isRunning() {
		return this.admission.isOpen();
	}

	@Override
	public void start() {
		this.admission.open();
	}

	/**
	 * Take no more goals, wait until none is pending, at most the shutdown timeout, and
	 * drop what is left. The dispatcher can be started again.
	 */
	@Override
	public void stop() {
		this.admission.close();
		int dropped = drain() ? 0 : dropAll();
		this.overflowLog.report();
		shutDownExecutor();
		if (dropped > 0) {
			this.log.warn("Dropped " + dropped + " goal(s) that DataFast had not taken within "
					+ this.shutdownTimeout.toMillis() + " ms at shutdown (datafast.delivery.shutdown-timeout)");
		}
	}

	private boolean drain() {
		try {
			return this.admission.awaitEmpty(this.shutdownTimeout);
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
			dropped += dropWaiting();
			for (PendingGoal pending : this.inFlight) {
				dropped += drop(pending);
			}
			// A goal that a worker has just taken is not in flight yet.
			Thread.onSpinWait();
		}
		while (this.admission.pending() > 0 && System.nanoTime() - deadline < 0);
		return dropped;
	}

	private int dropWaiting() {
		int dropped = 0;
		PendingGoal pending = this.waiting.poll();
		while (pending != null) {
			dropped += drop(pending);
			pending = this.waiting.poll();
		}
		return dropped;
	}

	private int drop(PendingGoal pending) {
		return complete(pending, new Dropped(Dropped.Reason.SHUTDOWN, null)) ? 1 : 0;
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

	private ExecutorService executor() {
		synchronized (this.executorMonitor) {
			if (this.executor == null) {
				CustomizableThreadFactory threads = new CustomizableThreadFactory("datafast-delivery-");
				threads.setDaemon(true);
				this.executor = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_THREAD_TIMEOUT.toMillis(),
						TimeUnit.MILLISECONDS, new SynchronousQueue<>(), threads);
			}
			return this.executor;
		}
	}

	private void shutDownExecutor() {
		synchronized (this.executorMonitor) {
			if (this.executor != null) {
				this.executor.shutdownNow();
				this.executor = null;
			}
		}
	}

}
