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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.datafast.DataFastException;
import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.VisitorNotFoundException;
import io.datafast.delivery.DaemonThreadFactory;
import io.datafast.delivery.DeliveryContext;
import io.datafast.delivery.DeliveryGate;
import io.datafast.delivery.DeliveryGate.Permit;
import io.datafast.delivery.DeliveryShutdown;
import io.datafast.delivery.GoalAttempt;
import io.datafast.delivery.GoalAttempt.Finished;
import io.datafast.delivery.GoalAttempt.Progress;
import io.datafast.delivery.GoalAttempt.Result;
import io.datafast.delivery.GoalAttempt.Retry;
import io.datafast.delivery.GoalBacklog;
import io.datafast.delivery.GoalDelivery;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.RetryPolicy;
import io.datafast.delivery.ThrottledLog;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;

/**
 * Delivers goals from a bounded queue in memory.
 * <p>
 * A goal that is admitted joins the queue. Workers, at most {@code concurrency}, take
 * goals from there while the {@link DeliveryGate} lets them through, and make a
 * {@link GoalAttempt}. A goal that is to be tried again leaves the queue until its next
 * attempt is due. There is no thread before the first goal, and threads end when they are
 * idle.
 * <p>
 * Shutdown has two steps. {@link #stop()} comes after the web server and everything else
 * with a lifecycle has stopped, and waits for what is pending. {@link #close()} comes
 * after all other beans have been destroyed. In between, goals are accepted and delivered
 * as before. Both steps together wait for the shutdown timeout at most. Thread-safe.
 */
public final class InMemoryGoalDispatcher implements GoalDispatcher, GoalBacklog, SmartLifecycle, AutoCloseable {

	private static final Duration ABANDON_TIMEOUT = Duration.ofSeconds(1);

	/**
	 * How often the queue is looked at while its goals cannot be attempted: some may have
	 * become too old, and threads may be available again.
	 */
	private static final Duration WAKE_UP_INTERVAL = Duration.ofSeconds(1);

	/**
	 * During shutdown, a goal waits for its next attempt at most for the shutdown timeout
	 * divided by this number.
	 */
	private static final int DRAIN_DELAY_DIVISOR = 10;

	private final ThrottledLog throttledLog = new ThrottledLog(InMemoryGoalDispatcher.class);

	private final GoalAttempt attempt;

	private final DeliveryGate gate;

	private final GoalOutcomePublisher outcomes;

	private final Settings settings;

	private final DeliveryContext context;

	private final ExecutorService threads;

	private final ScheduledThreadPoolExecutor timer;

	private volatile boolean running;

	private volatile boolean closed;

	private volatile @Nullable Duration maxDelay;

	private Duration shutdownTime;

	// The fields below are guarded by this object, which is notified when no goal is
	// pending.

	private final Deque<PendingGoal> queue = new ArrayDeque<>();

	/**
	 * The pending goals that are not in the queue: in flight, waiting for a time, or
	 * about to end.
	 */
	private final Set<PendingGoal> taken = new HashSet<>();

	private int workers;

	private @Nullable ScheduledFuture<?> wakeUp;

	/**
	 * Create a dispatcher.
	 * @param delivery makes the calls
	 * @param outcomes told what became of each goal
	 * @param settings the bounds of the dispatcher
	 * @param retryPolicy when goals are tried again
	 * @param threadFactory makes the threads that deliver
	 * @param context carries the context of the tracking thread to the delivering one
	 */
	public InMemoryGoalDispatcher(GoalDelivery delivery, GoalOutcomePublisher outcomes, Settings settings,
			RetryPolicy retryPolicy, ThreadFactory threadFactory, DeliveryContext context) {
		this.gate = new DeliveryGate(settings.concurrency(),
				(failures) -> shorter(retryPolicy.backoff(failures), this.maxDelay), this::advance);
		this.attempt = new GoalAttempt(delivery, retryPolicy, this.gate);
		this.outcomes = outcomes;
		this.settings = settings;
		this.context = context;
		this.shutdownTime = settings.shutdownTimeout();
		this.threads = Executors.newCachedThreadPool(threadFactory);
		this.timer = new ScheduledThreadPoolExecutor(1, new DaemonThreadFactory("datafast-timer-"));
		this.timer.setKeepAliveTime(10, TimeUnit.SECONDS);
		this.timer.allowCoreThreadTimeOut(true);
		this.timer.setRemoveOnCancelPolicy(true);
	}

	// Hand-over

	@Override
	public void dispatch(Goal goal) {
		Dropped.Reason refusal = admit(new PendingGoal(goal, this.context.capture()));
		if (refusal != null) {
			this.outcomes.publish(goal, new Dropped(refusal, null));
		}
		// Also after a refusal: a full queue whose worker or timer could not be started
		// gets no other goal.
		advance();
	}

	private synchronized Dropped.@Nullable Reason admit(PendingGoal goal) {
		if (this.closed) {
			return Dropped.Reason.SHUTDOWN;
		}
		if (pending() >= this.settings.capacity()) {
			return Dropped.Reason.QUEUE_FULL;
		}
		this.queue.addLast(goal);
		return null;
	}

	// Workers

	/**
	 * Have a worker take the next goal in the queue, now or when the gate opens. The
	 * worker is started without the lock, which it needs at once.
	 */
	private void advance() {
		synchronized (this) {
			if (this.queue.isEmpty() || this.workers >= this.settings.concurrency()) {
				return;
			}
			Duration opensIn = this.gate.opensIn();
			if (opensIn == null || !opensIn.isZero()) {
				wakeUpIn(opensIn);
				return;
			}
			this.workers++;
		}
		try {
			this.threads.execute(this::work);
		}
		catch (Throwable ex) {
			this.throttledLog.warn("Cannot start a delivery thread, goals wait", ex);
			synchronized (this) {
				this.workers--;
				wakeUpIn(null);
			}
		}
	}

	private void work() {
		try {
			for (PendingGoal next = take(); next != null; next = take()) {
				// Another worker takes the goal after this one.
				advance();
				attempt(next);
			}
		}
		finally {
			synchronized (this) {
				this.workers--;
			}
			advance();
		}
	}

	/**
	 * Take the next goal if the gate is open.
	 */
	private synchronized @Nullable PendingGoal take() {
		Permit permit = this.queue.isEmpty() ? null : this.gate.tryAcquire();
		if (permit == null) {
			return null;
		}
		PendingGoal next = this.queue.removeFirst();
		next.permit = permit;
		this.taken.add(next);
		return next;
	}

	private void attempt(PendingGoal goal) {
		Permit permit = Objects.requireNonNull(goal.permit);
		AtomicReference<@Nullable Result> result = new AtomicReference<>();
		try {
			// A listener may have left the interrupt flag set, which would end the call.
			Thread.interrupted();
			goal.context.apply(() -> result.set(call(goal, permit))).run();
		}
		catch (Throwable ex) {
			result.compareAndSet(null, new Finished(this.outcomes.failed("Delivering a goal failed", ex)));
		}
		this.gate.release(permit);
		if (result.get() instanceof Retry retry) {
			requeue(goal, retry);
		}
		else if (result.get() instanceof Finished finished) {
			finish(goal, finished.outcome());
		}
	}

	private @Nullable Result call(PendingGoal goal, Permit permit) {
		if (goal.finished) {
			return null;
		}
		return this.attempt.isExpired(goal.age()) ? new Finished(goal.dropped(Dropped.Reason.EXPIRED))
				: this.attempt.run(goal.goal, goal.progress, permit);
	}

	private synchronized void requeue(PendingGoal goal, Retry retry) {
		if (goal.finished) {
			return;
		}
		goal.failed(retry);
		goal.nextAttempt = (retry.delay() != null) ? schedule(() -> {
			due(goal);
			advance();
		}, shorter(retry.delay(), this.maxDelay)) : null;
		if (goal.nextAttempt == null) {
			// Added at the end, so that the next probe is another goal.
			this.taken.remove(goal);
			this.queue.addLast(goal);
		}
	}

	private synchronized void due(PendingGoal goal) {
		if (goal.nextAttempt != null && !goal.finished) {
			goal.nextAttempt.cancel(false);
			goal.nextAttempt = null;
			this.taken.remove(goal);
			this.queue.addFirst(goal);
		}
	}

	/**
	 * Look at the queue after a delay, or after the interval if that is shorter.
	 */
	private void wakeUpIn(@Nullable Duration delay) {
		Duration sooner = shorter(WAKE_UP_INTERVAL, delay);
		ScheduledFuture<?> planned = this.wakeUp;
		if (planned == null || planned.getDelay(TimeUnit.NANOSECONDS) > sooner.toNanos()) {
			this.wakeUp = schedule(this::wakeUp, sooner);
			if (planned != null) {
				planned.cancel(false);
			}
		}
	}

	private void wakeUp() {
		List<PendingGoal> expired = new ArrayList<>();
		synchronized (this) {
			this.wakeUp = null;
			this.queue.removeIf((goal) -> this.attempt.isExpired(goal.age()) && expired.add(goal));
			this.taken.addAll(expired);
		}
		expired.forEach((goal) -> finish(goal, goal.dropped(Dropped.Reason.EXPIRED)));
		advance();
	}

	private @Nullable ScheduledFuture<?> schedule(Runnable task, Duration delay) {
		try {
			return this.timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (Throwable ex) {
			// The next goal that is tracked, or the end of an attempt, tries again.
			this.throttledLog.warn("Cannot start the timer's thread", ex);
			return null;
		}
	}

	private static Duration shorter(Duration delay, @Nullable Duration other) {
		return (other != null && delay.compareTo(other) > 0) ? other : delay;
	}

	private void finish(PendingGoal goal, GoalOutcome outcome) {
		synchronized (this) {
			if (goal.finished) {
				return;
			}
			goal.finished = true;
		}
		try {
			this.outcomes.publish(goal.goal, outcome, goal.age());
		}
		finally {
			synchronized (this) {
				this.taken.remove(goal);
				if (pending() == 0) {
					notifyAll();
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
	public synchronized int pending() {
		return this.queue.size() + this.taken.size();
	}

	@Override
	public int capacity() {
		return this.settings.capacity();
	}

	@Override
	public synchronized @Nullable Duration oldestAge() {
		return Stream.concat(this.queue.stream(), this.taken.stream())
			.map(PendingGoal::age)
			.max(Comparator.naturalOrder())
			.orElse(null);
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
	 * their next attempt are tried at once. A goal that fails meanwhile is tried again
	 * after a tenth of that time at most, unless DataFast asks for a pause.
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
		this.maxDelay = maxDelay;
		synchronized (this) {
			List.copyOf(this.taken).forEach(this::due);
		}
		this.gate.probeNow();
		advance();
	}

	private synchronized void awaitEmpty(Duration timeout) {
		long deadline = System.nanoTime() + timeout.toNanos();
		try {
			for (long left = timeout.toNanos(); left > 0 && pending() > 0; left = deadline - System.nanoTime()) {
				TimeUnit.NANOSECONDS.timedWait(this, left);
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
		this.closed = true;
		drain();
		List<PendingGoal> left;
		synchronized (this) {
			this.taken.addAll(this.queue);
			this.queue.clear();
			left = List.copyOf(this.taken);
		}
		left.forEach((goal) -> finish(goal, goal.dropped(Dropped.Reason.SHUTDOWN)));
		// Other threads may be publishing an outcome.
		awaitEmpty(ABANDON_TIMEOUT);
		this.gate.close();
		this.throttledLog.close();
		this.timer.shutdownNow();
		this.threads.shutdownNow();
	}

	/**
	 * The bounds of an {@link InMemoryGoalDispatcher}.
	 *
	 * @param capacity how many goals may be pending, at least 1
	 * @param concurrency how many calls may be in flight, at least 1
	 * @param shutdownTimeout how long stopping waits for pending goals
	 */
	public record Settings(int capacity, int concurrency, Duration shutdownTimeout) {

	}

	/**
	 * A goal between hand-over and outcome. Its state is changed only by the worker that
	 * has taken the goal from the queue, or under the dispatcher's lock.
	 */
	private static final class PendingGoal {

		private final Goal goal;

		private final UnaryOperator<Runnable> context;

		private final long trackedAt = System.nanoTime();

		private Progress progress = Progress.NONE;

		private @Nullable Supplier<DataFastException> lastFailure;

		/**
		 * The permit of the current or the last attempt.
		 */
		private @Nullable Permit permit;

		/**
		 * Set while the goal waits for the time of its next attempt.
		 */
		private @Nullable ScheduledFuture<?> nextAttempt;

		/**
		 * Whether the outcome is decided. The first that sets it decides the outcome, so
		 * that there is exactly one.
		 */
		private volatile boolean finished;

		PendingGoal(Goal goal, UnaryOperator<Runnable> context) {
			this.goal = goal;
			this.context = context;
		}

		Duration age() {
			return Duration.ofNanos(System.nanoTime() - this.trackedAt);
		}

		/**
		 * Keep what the failure said, without its stack trace and causes, which need more
		 * memory than the goal.
		 */
		void failed(Retry retry) {
			this.progress = retry.progress();
			DataFastException failure = retry.failure();
			String message = String.valueOf(failure.getMessage());
			if (failure instanceof VisitorNotFoundException notFound) {
				int status = notFound.getStatus();
				String apiMessage = notFound.getApiMessage();
				this.lastFailure = () -> new VisitorNotFoundException(message, status, apiMessage);
			}
			else if (failure instanceof DataFastUnavailableException unavailable) {
				Integer status = unavailable.getStatus();
				Duration retryAfter = unavailable.getRetryAfter();
				boolean ambiguous = unavailable.isAmbiguous();
				this.lastFailure = () -> (status != null)
						? new DataFastUnavailableException(message, status, retryAfter)
						: new DataFastUnavailableException(message, null, ambiguous);
			}
		}

		Dropped dropped(Dropped.Reason reason) {
			DataFastException failure = (this.lastFailure != null) ? this.lastFailure.get() : null;
			if (failure != null) {
				failure.setStackTrace(new StackTraceElement[0]);
			}
			return new Dropped(reason, failure);
		}

	}

}
