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

package io.datafast.sample.demo;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

import io.datafast.Goal;
import io.datafast.GoalFilter;
import io.datafast.delivery.GoalDeliveryListener;
import io.datafast.delivery.GoalOutcome;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * The latest form posts: how fast the shop answered them, which goals they made, and what
 * became of the goals. Goals are seen by three of the library's extension points: a
 * {@link GoalFilter} when they are tracked, an interceptor of the HTTP client
 * ({@link JournalConfiguration}) when they are sent, and a {@link GoalDeliveryListener}
 * at their end.
 */
@Component
@Order
class Journal implements GoalFilter, GoalDeliveryListener {

	private static final int LIMIT = 30;

	private final Deque<Post> posts = new ArrayDeque<>();

	private final ThreadLocal<Post> current = new ThreadLocal<>();

	private final ThreadLocal<@Nullable Post> sent = new ThreadLocal<>();

	/**
	 * Note that the current thread begins to answer a form post.
	 */
	void begin(String form, @Nullable Behaviour dataFast) {
		Post post = new Post(form, dataFast);
		synchronized (this.posts) {
			this.posts.addFirst(post);
			if (this.posts.size() > LIMIT) {
				this.posts.removeLast();
			}
		}
		this.current.set(post);
	}

	/**
	 * Note that the current thread has answered the form post.
	 */
	void end(int status) {
		Post post = this.current.get();
		this.current.remove();
		synchronized (this.posts) {
			post.status = status;
			post.time = Duration.ofNanos(System.nanoTime() - post.begin);
		}
	}

	/**
	 * Lets every goal pass, on the thread that tracks it.
	 */
	@Override
	public Goal filter(Goal goal) {
		Post post = this.current.get();
		if (post != null) {
			synchronized (this.posts) {
				post.goal = goal;
			}
		}
		return goal;
	}

	/**
	 * Note that the current thread begins to send a goal. Of equal goals, the oldest one
	 * that is not being sent counts.
	 */
	void sending(Goal goal) {
		synchronized (this.posts) {
			Post post = findPending(goal);
			this.sent.set(post);
			if (post != null) {
				post.attempts++;
				post.sending = true;
			}
		}
	}

	/**
	 * Note why the attempt of the current thread failed.
	 */
	void failed(String failure) {
		Post post = this.sent.get();
		if (post != null) {
			synchronized (this.posts) {
				post.failure = failure;
				post.sending = false;
			}
		}
	}

	/**
	 * Called on the thread that has sent the goal, if the goal has been sent.
	 */
	@Override
	public void onOutcome(Goal goal, GoalOutcome outcome) {
		synchronized (this.posts) {
			Post post = this.sent.get();
			this.sent.remove();
			if (post == null || post.outcome != null || !goal.equals(post.goal)) {
				post = findPending(goal);
			}
			if (post != null) {
				post.outcome = outcome;
				post.outcomeTime = Duration.ofNanos(System.nanoTime() - post.begin);
			}
		}
	}

	private @Nullable Post findPending(Goal goal) {
		Post oldest = null;
		for (Post post : this.posts) {
			if (goal.equals(post.goal) && post.outcome == null && !post.sending) {
				oldest = post;
			}
		}
		return oldest;
	}

	/**
	 * Returns the answered posts, the newest first.
	 */
	List<Entry> getEntries() {
		synchronized (this.posts) {
			List<Entry> entries = new ArrayList<>();
			for (Post post : this.posts) {
				if (post.time != null) {
					entries.add(new Entry(post.form, (post.dataFast != null) ? post.dataFast.inWords() : null,
							post.status, Math.max(1, post.time.toMillis()), post.describeGoal()));
				}
			}
			return entries;
		}
	}

	/**
	 * A visitor id is personal data, so the page does not show the whole of it.
	 */
	static String abbreviate(@Nullable String visitorId) {
		return (visitorId != null) ? visitorId.substring(0, Math.min(8, visitorId.length() / 2)) + "..." : "none";
	}

	/**
	 * A form post and its goal.
	 *
	 * @param dataFast how DataFast behaved at that time
	 * @param status the status of the shop's answer
	 * @param millis how long the answer took, measured in the server around all that
	 * handles the request
	 */
	record Entry(String form, @Nullable String dataFast, int status, long millis, @Nullable GoalEntry goal) {
	}

	/**
	 * A goal and what became of it.
	 *
	 * @param outcome the outcome, or {@code waiting}, {@code sending}, {@code retrying}
	 */
	record GoalEntry(String name, String visitor, Map<String, String> metadata, String outcome, String detail) {

		/**
		 * Whether the goal has no outcome yet.
		 */
		public boolean isPending() {
			return this.outcome.equals("waiting") || this.outcome.equals("sending") || this.outcome.equals("retrying");
		}

		public boolean isLost() {
			return this.outcome.equals("rejected") || this.outcome.equals("dropped");
		}

	}

	private static final class Post {

		private final String form;

		private final @Nullable Behaviour dataFast;

		private final long begin = System.nanoTime();

		private int status;

		private @Nullable Duration time;

		private @Nullable Goal goal;

		private int attempts;

		private boolean sending;

		private @Nullable String failure;

		private @Nullable GoalOutcome outcome;

		private Duration outcomeTime = Duration.ZERO;

		private Post(String form, @Nullable Behaviour dataFast) {
			this.form = form;
			this.dataFast = dataFast;
		}

		private @Nullable GoalEntry describeGoal() {
			return (this.goal != null) ? new GoalEntry(this.goal.name(), abbreviate(this.goal.visitorId()),
					this.goal.metadata(), describeOutcome(), describeDetail()) : null;
		}

		private String describeOutcome() {
			if (this.outcome != null) {
				return this.outcome.outcomeName();
			}
			if (this.attempts == 0) {
				return "waiting";
			}
			return this.sending ? "sending" : "retrying";
		}

		private String describeDetail() {
			String attempts = (this.attempts == 1) ? "1 attempt" : this.attempts + " attempts";
			if (this.outcome == null) {
				return (this.failure != null) ? attempts + ", last: " + this.failure : "";
			}
			if (this.outcome instanceof GoalOutcome.Created) {
				return "after " + describe(this.outcomeTime) + ", " + attempts;
			}
			String reason = this.outcome.reasonName().replace('_', ' ');
			return reason + ((this.attempts > 0) ? ", after " + attempts : "");
		}

		private static String describe(Duration duration) {
			long millis = Math.max(1, duration.toMillis());
			return (millis < 1000) ? millis + " ms" : (millis / 100) / 10.0 + " s";
		}

	}

}
