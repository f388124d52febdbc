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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;

/**
 * The goals that wait or are in flight, and whether one of them may be taken. First
 * attempts are first come, first served; a goal whose time to be tried again has come
 * goes first. While DataFast is unreachable, one goal at a time is let through as a
 * probe. Goals that are too old can always be taken, to be given up.
 * <p>
 * All times are readings of one {@link DeliveryTimer}. Thread-safe; nothing blocks for
 * longer than it takes to touch the queue.
 */
final class GoalQueue {

	/**
	 * The time that never comes.
	 */
	static final long NEVER = Long.MAX_VALUE;

	/**
	 * Goals that become too old one after the other are given up together, at most this
	 * much later.
	 */
	private static final long EXPIRY_DELAY = Duration.ofSeconds(1).toNanos();

	private static final Comparator<PendingGoal> BY_TIME = Comparator.comparingLong(PendingGoal::dueAt)
		.thenComparingLong(PendingGoal::trackedAt);

	private final long maxAge;

	private final IntFunction<Duration> probeBackoff;

	private final Deque<PendingGoal> untried = new ArrayDeque<>();

	private final PriorityQueue<PendingGoal> tried = new PriorityQueue<>(BY_TIME);

	/**
	 * None of those that were tried was tracked before.
	 */
	private long triedSince = NEVER;

	private final Deque<PendingGoal> expired = new ArrayDeque<>();

	private final Set<PendingGoal> inFlight = new HashSet<>();

	private long pausedUntil;

	private volatile int failedProbes;

	private long probeAt;

	private @Nullable PendingGoal probe;

	private volatile long opensAt;

	private long maxDelay = NEVER;

	private boolean closed;

	/**
	 * Create a queue.
	 * @param maxAge how old a goal may become
	 * @param probeBackoff the time to the next probe after a number of failed ones
	 */
	GoalQueue(Duration maxAge, IntFunction<Duration> probeBackoff) {
		this.maxAge = maxAge.toNanos();
		this.probeBackoff = probeBackoff;
	}

	/**
	 * Add a goal that has not been tried.
	 * @return {@code false} if the queue is closed
	 */
	synchronized boolean offer(PendingGoal goal) {
		return !this.closed && this.untried.offerLast(goal);
	}

	/**
	 * Take the next goal. Whoever takes it gives it back: {@link #retry},
	 * {@link #unreachable} or {@link #finished}.
	 * @return the goal, or {@code null} if there is none or none may be taken now
	 */
	synchronized @Nullable PendingGoal take(long now) {
		PendingGoal next = pollExpired(now);
		if (next == null && isOpen(now)) {
			next = isDue(this.tried.peek(), now) ? this.tried.poll() : this.untried.pollFirst();
			if (next != null && this.failedProbes > 0) {
				this.probe = next;
				updateOpensAt();
			}
		}
		if (next != null) {
			this.inFlight.add(next);
		}
		return next;
	}

	private @Nullable PendingGoal pollExpired(long now) {
		findExpired(now);
		return isExpired(this.untried.peekFirst(), now) ? this.untried.pollFirst() : this.expired.pollFirst();
	}

	/**
	 * Those that were tried are not ordered by age, so they are only looked through when
	 * one may be too old.
	 */
	private void findExpired(long now) {
		if (this.triedSince == NEVER || now - this.triedSince <= this.maxAge) {
			return;
		}
		this.triedSince = NEVER;
		for (Iterator<PendingGoal> goals = this.tried.iterator(); goals.hasNext();) {
			PendingGoal goal = goals.next();
			if (isExpired(goal, now)) {
				goals.remove();
				this.expired.addLast(goal);
			}
			else {
				this.triedSince = Math.min(this.triedSince, goal.trackedAt());
			}
		}
	}

	boolean isExpired(@Nullable PendingGoal goal, long now) {
		return goal != null && now - goal.trackedAt() > this.maxAge;
	}

	/**
	 * Whether goals that are not too old may be taken.
	 */
	boolean isOpen(long now) {
		return now >= this.opensAt;
	}

	private void updateOpensAt() {
		long probing = (this.failedProbes == 0) ? 0 : (this.probe == null) ? this.probeAt : NEVER;
		this.opensAt = Math.max(this.pausedUntil, probing);
	}

	private static boolean isDue(@Nullable PendingGoal goal, long now) {
		return goal != null && now >= goal.dueAt();
	}

	/**
	 * Whether there is a goal to be taken now.
	 */
	synchronized boolean isReady(long now) {
		findExpired(now);
		return !this.expired.isEmpty() || isExpired(this.untried.peekFirst(), now)
				|| (isOpen(now) && (!this.untried.isEmpty() || isDue(this.tried.peek(), now)));
	}

	/**
	 * When there is a goal to be taken, if nothing else happens.
	 * @return the time, which may have come, or {@link #NEVER}
	 */
	synchronized long nextTime() {
		PendingGoal first = this.untried.peekFirst();
		PendingGoal again = this.tried.peek();
		if (first == null && again == null) {
			return NEVER;
		}
		long due = (first != null) ? first.trackedAt() : again.dueAt();
		long oldest = (first != null) ? Math.min(first.trackedAt(), this.triedSince) : this.triedSince;
		return Math.min(Math.max(due, this.opensAt), oldest + this.maxAge + EXPIRY_DELAY);
	}

	/**
	 * Keep a goal that was taken for another attempt.
	 * @return {@code false} if the queue was closed in between
	 */
	synchronized boolean retry(PendingGoal goal, long now, Duration delay) {
		return keep(goal, now + Math.min(delay.toNanos(), this.maxDelay));
	}

	private boolean keep(PendingGoal goal, long dueAt) {
		if (!this.inFlight.remove(goal)) {
			return false;
		}
		goal.setDueAt(dueAt);
		this.tried.add(goal);
		this.triedSince = Math.min(this.triedSince, goal.trackedAt());
		return true;
	}

	/**
	 * A goal that was taken needs no further attempt, or the attempt told nothing of
	 * DataFast.
	 */
	synchronized void finished(PendingGoal goal) {
		this.inFlight.remove(goal);
		if (goal == this.probe) {
			this.probe = null;
			updateOpensAt();
		}
	}

	/**
	 * DataFast answered, whatever it said.
	 * @return whether it had been unreachable
	 */
	boolean answered() {
		return this.failedProbes > 0 && recovered();
	}

	private synchronized boolean recovered() {
		boolean recovered = this.failedProbes > 0;
		this.failedProbes = 0;
		this.probe = null;
		updateOpensAt();
		return recovered;
	}

	/**
	 * DataFast could not be reached: keep the goal, and let no other than a probe
	 * through.
	 * @return whether this is news
	 */
	synchronized boolean unreachable(PendingGoal goal, long now) {
		boolean news = this.failedProbes == 0;
		if (keep(goal, goal.dueAt()) && (news || goal == this.probe)) {
			probeFailed(now);
			return news;
		}
		return false;
	}

	/**
	 * DataFast took the goal and did not answer. A probe that ends so is no recovery.
	 */
	synchronized void unanswered(PendingGoal goal, long now) {
		if (goal == this.probe) {
			probeFailed(now);
		}
	}

	private void probeFailed(long now) {
		int failures = this.failedProbes + 1;
		this.failedProbes = failures;
		this.probeAt = now + Math.min(this.probeBackoff.apply(failures).toNanos(), this.maxDelay);
		this.probe = null;
		updateOpensAt();
	}

	/**
	 * Let no goal through for a while.
	 */
	synchronized void pauseUntil(long time) {
		this.pausedUntil = Math.max(this.pausedUntil, time);
		updateOpensAt();
	}

	/**
	 * Let no goal wait for its next attempt, nor the next probe for its time, any longer,
	 * and from now on none longer than the given time.
	 */
	synchronized void hurry(long now, Duration maxDelay) {
		this.maxDelay = maxDelay.toNanos();
		this.probeAt = Math.min(this.probeAt, now);
		List<PendingGoal> waiting = new ArrayList<>(this.tried);
		this.tried.clear();
		for (PendingGoal goal : waiting) {
			goal.setDueAt(Math.min(goal.dueAt(), now));
			this.tried.add(goal);
		}
		updateOpensAt();
	}

	/**
	 * Take no more goals, and give up those that are there.
	 * @return the goals that waited or were in flight
	 */
	synchronized List<PendingGoal> close() {
		this.closed = true;
		List<PendingGoal> all = new ArrayList<>(this.inFlight);
		all.addAll(this.expired);
		all.addAll(this.tried);
		all.addAll(this.untried);
		this.inFlight.clear();
		this.expired.clear();
		this.tried.clear();
		this.untried.clear();
		this.triedSince = NEVER;
		return all;
	}

	/**
	 * Take goals again, and forget what was known of DataFast.
	 */
	synchronized void open() {
		this.closed = false;
		this.maxDelay = NEVER;
		this.pausedUntil = 0;
		this.failedProbes = 0;
		this.probe = null;
		updateOpensAt();
	}

}
