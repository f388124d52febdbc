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

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.IntToLongFunction;

import org.jspecify.annotations.Nullable;

/**
 * The goals that wait, and whether one of them may be taken. First attempts are first
 * come, first served; a goal whose time to be tried again has come goes first. While
 * DataFast is unreachable, one goal at a time is let through as a probe.
 * <p>
 * All times are readings of one {@link DeliveryTimer}. Thread-safe; nothing blocks for
 * longer than it takes to touch the queue.
 */
final class GoalQueue {

	/**
	 * The time that never comes.
	 */
	static final long NEVER = Long.MAX_VALUE;

	private static final Comparator<PendingGoal> BY_TIME = Comparator.comparingLong(PendingGoal::dueAt)
		.thenComparingLong(PendingGoal::trackedAt);

	private final long maxAge;

	private final Deque<PendingGoal> untried = new ArrayDeque<>();

	private final PriorityQueue<PendingGoal> tried = new PriorityQueue<>(BY_TIME);

	private long pausedUntil;

	private int failedProbes;

	private long probeAt;

	private @Nullable PendingGoal probe;

	GoalQueue(long maxAge) {
		this.maxAge = maxAge;
	}

	/**
	 * Add a goal that has not been tried.
	 * @return whether a goal can be taken now
	 */
	synchronized boolean add(PendingGoal goal, long now) {
		this.untried.addLast(goal);
		return isOpen(now);
	}

	/**
	 * Add a goal that is to be tried again.
	 */
	synchronized void addAgain(PendingGoal goal, long dueAt) {
		goal.setDueAt(dueAt);
		this.tried.add(goal);
	}

	/**
	 * Take the next goal. Whoever takes it says how it went: {@link #answered},
	 * {@link #unreachable} or {@link #untold}.
	 * @return the goal, or {@code null} if there is none or none may be taken now
	 */
	synchronized @Nullable PendingGoal take(long now) {
		if (!isOpen(now)) {
			return null;
		}
		PendingGoal next = isDue(this.tried.peek(), now) ? this.tried.poll() : this.untried.pollFirst();
		if (this.failedProbes > 0) {
			this.probe = next;
		}
		return next;
	}

	private boolean isOpen(long now) {
		return now >= this.pausedUntil && (this.failedProbes == 0 || (this.probe == null && now >= this.probeAt));
	}

	private static boolean isDue(@Nullable PendingGoal goal, long now) {
		return goal != null && now >= goal.dueAt();
	}

	/**
	 * How many goals can be taken now.
	 */
	synchronized int available(long now) {
		if (!isOpen(now)) {
			return 0;
		}
		int available = this.untried.size() + (isDue(this.tried.peek(), now) ? this.tried.size() : 0);
		return (this.failedProbes > 0) ? Math.min(1, available) : available;
	}

	/**
	 * When a goal can be taken that cannot be taken now, if nothing else happens.
	 * @return the time, or {@link #NEVER}
	 */
	synchronized long nextTime(long now) {
		PendingGoal again = this.tried.peek();
		if ((again == null && this.untried.isEmpty()) || this.probe != null) {
			return NEVER;
		}
		long time = this.untried.isEmpty() && again != null ? again.dueAt() : now;
		if (this.failedProbes > 0) {
			time = Math.max(time, this.probeAt);
		}
		return Math.max(time, this.pausedUntil);
	}

	/**
	 * DataFast answered, whatever it said.
	 * @return whether it had been unreachable
	 */
	synchronized boolean answered() {
		boolean recovered = this.failedProbes > 0;
		this.failedProbes = 0;
		this.probe = null;
		return recovered;
	}

	/**
	 * DataFast could not be reached: keep the goal, and let no other than a probe
	 * through.
	 * @param backoff the time to the next probe after a number of failed ones
	 * @return whether this is news
	 */
	synchronized boolean unreachable(PendingGoal goal, long now, IntToLongFunction backoff) {
		boolean news = this.failedProbes == 0;
		if (news || goal == this.probe) {
			this.failedProbes++;
			this.probeAt = now + backoff.applyAsLong(this.failedProbes);
			this.probe = null;
		}
		addAgain(goal, goal.dueAt());
		return news;
	}

	/**
	 * DataFast did not answer. A probe that ends so is no recovery.
	 * @param backoff the time to the next probe after a number of failed ones
	 */
	synchronized void unanswered(PendingGoal goal, long now, IntToLongFunction backoff) {
		if (goal == this.probe) {
			this.failedProbes++;
			this.probeAt = now + backoff.applyAsLong(this.failedProbes);
			this.probe = null;
		}
	}

	/**
	 * The attempt ended without telling whether DataFast can be reached.
	 */
	synchronized void untold(PendingGoal goal) {
		if (goal == this.probe) {
			this.probe = null;
		}
	}

	/**
	 * Let no goal through for a while.
	 */
	synchronized void pauseUntil(long time) {
		this.pausedUntil = Math.max(this.pausedUntil, time);
	}

	synchronized boolean isExpired(PendingGoal goal, long now) {
		return now - goal.trackedAt() > this.maxAge;
	}

	/**
	 * Let no goal wait for its next attempt, nor the next probe for its time, any longer.
	 */
	synchronized void hurry(long now) {
		this.probeAt = Math.min(this.probeAt, now);
		List<PendingGoal> waiting = new ArrayList<>(this.tried);
		this.tried.clear();
		for (PendingGoal goal : waiting) {
			addAgain(goal, Math.min(goal.dueAt(), now));
		}
	}

	/**
	 * Remove the goals that are too old.
	 */
	synchronized List<PendingGoal> removeExpired(long now) {
		List<PendingGoal> expired = new ArrayList<>();
		while (!this.untried.isEmpty() && isExpired(this.untried.getFirst(), now)) {
			expired.add(this.untried.removeFirst());
		}
		for (Iterator<PendingGoal> goals = this.tried.iterator(); goals.hasNext();) {
			PendingGoal goal = goals.next();
			if (isExpired(goal, now)) {
				goals.remove();
				expired.add(goal);
			}
		}
		return expired;
	}

	/**
	 * Remove everything.
	 */
	synchronized List<PendingGoal> removeAll() {
		List<PendingGoal> all = new ArrayList<>(this.tried);
		all.addAll(this.untried);
		this.tried.clear();
		this.untried.clear();
		return all;
	}

	/**
	 * Forget what is known of DataFast.
	 */
	synchronized void reset() {
		this.pausedUntil = 0;
		this.failedProbes = 0;
		this.probe = null;
	}

}
