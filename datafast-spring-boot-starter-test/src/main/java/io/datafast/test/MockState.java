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

package io.datafast.test;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

import com.sun.net.httpserver.HttpExchange;
import org.jspecify.annotations.Nullable;

/**
 * What the mock has received and how it was told to behave, under one lock, so that a
 * reset is atomic. Thread-safe.
 */
final class MockState {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final GoalRules rules = new GoalRules();

	private final List<ReceivedGoal> goals = new ArrayList<>();

	private final List<ReceivedRequest> requests = new ArrayList<>();

	private final Queue<MockAnswer> script = new ArrayDeque<>();

	private final Set<HttpExchange> waiting = new HashSet<>();

	private @Nullable MockAnswer standingAnswer;

	private Duration latency = Duration.ZERO;

	private long version;

	/**
	 * Judges a request and records it. An exchange whose reply has to wait is kept until
	 * {@link #stopWaiting(HttpExchange) it is answered} or {@link #reset(Consumer)
	 * reset}.
	 */
	Reply receive(Incoming request, HttpExchange exchange) {
		Verdict misrouted = this.rules.checkRoute(request);
		Verdict verdict = (misrouted != null) ? misrouted : this.rules.check(request);
		this.lock.lock();
		try {
			MockAnswer answer = (misrouted != null) ? null : nextAnswer();
			Reply reply = (answer != null) ? Reply.of(verdict, answer, this.latency) : Reply.of(verdict, this.latency);
			this.requests.add(request.answered(reply.status(), reply.message()));
			if (reply.goal() != null) {
				this.goals.add(reply.goal());
			}
			if (reply.isWaiting()) {
				this.waiting.add(exchange);
			}
			signalChange();
			return reply;
		}
		finally {
			this.lock.unlock();
		}
	}

	private @Nullable MockAnswer nextAnswer() {
		MockAnswer scripted = this.script.poll();
		return (scripted != null) ? scripted : this.standingAnswer;
	}

	private void signalChange() {
		this.version++;
		this.changed.signalAll();
	}

	boolean stopWaiting(HttpExchange exchange) {
		this.lock.lock();
		try {
			return this.waiting.remove(exchange);
		}
		finally {
			this.lock.unlock();
		}
	}

	void reset(Consumer<HttpExchange> release) {
		List<HttpExchange> released;
		this.lock.lock();
		try {
			released = List.copyOf(this.waiting);
			this.waiting.clear();
			this.goals.clear();
			this.requests.clear();
			this.script.clear();
			this.standingAnswer = null;
			this.latency = Duration.ZERO;
			this.rules.reset();
			signalChange();
		}
		finally {
			this.lock.unlock();
		}
		released.forEach(release);
	}

	/**
	 * Waits for the condition, which is evaluated outside the lock, so that it delays no
	 * request.
	 */
	boolean awaitUntil(BooleanSupplier condition, Duration timeout) throws InterruptedException {
		long deadline = System.nanoTime() + toNanos(timeout);
		while (true) {
			long seen = version();
			if (condition.getAsBoolean()) {
				return true;
			}
			if (!awaitChange(seen, deadline)) {
				return condition.getAsBoolean();
			}
		}
	}

	private long version() {
		this.lock.lock();
		try {
			return this.version;
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean awaitChange(long seen, long deadline) throws InterruptedException {
		this.lock.lockInterruptibly();
		try {
			while (this.version == seen) {
				long remaining = deadline - System.nanoTime();
				if (remaining <= 0) {
					return false;
				}
				this.changed.awaitNanos(remaining);
			}
			return deadline - System.nanoTime() > 0;
		}
		finally {
			this.lock.unlock();
		}
	}

	private static long toNanos(Duration timeout) {
		return TimeUnit.NANOSECONDS.convert(timeout);
	}

	List<ReceivedGoal> goals() {
		return locked(() -> List.copyOf(this.goals));
	}

	List<ReceivedRequest> requests() {
		return locked(() -> List.copyOf(this.requests));
	}

	void addAnswers(List<MockAnswer> answers) {
		locked(() -> this.script.addAll(answers));
	}

	void setStandingAnswer(MockAnswer answer) {
		locked(() -> this.standingAnswer = answer);
	}

	void setLatency(Duration latency) {
		locked(() -> this.latency = latency);
	}

	GoalRules rules() {
		return this.rules;
	}

	private <T> T locked(Supplier<T> action) {
		this.lock.lock();
		try {
			return action.get();
		}
		finally {
			this.lock.unlock();
		}
	}

}
