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

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import com.sun.net.httpserver.HttpExchange;
import io.datafast.test.GoalsApi.RefusedException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.json.JsonWriter;

/**
 * What the mock has received and how it was told to behave, under one monitor, so that a
 * reset is atomic. Thread-safe.
 */
final class MockState {

	private static final MockAnswer NORMAL = MockAnswer.ok();

	private final GoalsApi api = new GoalsApi();

	private final List<ReceivedGoal> goals = new ArrayList<>();

	private final List<ReceivedRequest> requests = new ArrayList<>();

	private final Queue<MockAnswer> script = new ArrayDeque<>();

	private final Set<HttpExchange> waiting = new HashSet<>();

	private MockAnswer standingAnswer = NORMAL;

	private Duration latency = Duration.ZERO;

	private long version;

	private int runningTests;

	/**
	 * Judges a request and records it. An exchange whose reply has to wait is kept until
	 * {@link #stopWaiting(HttpExchange) it is answered} or {@link #reset() reset}.
	 */
	synchronized Reply receive(ReceivedRequest request, HttpExchange exchange) {
		Reply reply = judge(request);
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

	private Reply judge(ReceivedRequest request) {
		MockAnswer answer = NORMAL;
		try {
			this.api.checkRoute(request);
			answer = this.script.isEmpty() ? this.standingAnswer : this.script.remove();
			return Reply.of(this.api.check(request), answer, this.latency);
		}
		catch (RefusedException ex) {
			return (answer.kind() == MockAnswer.Kind.PROCESS) ? Reply.of(ex, answer.latencyOr(this.latency))
					: Reply.of((ReceivedGoal) null, answer, this.latency);
		}
	}

	private void signalChange() {
		this.version++;
		notifyAll();
	}

	synchronized boolean stopWaiting(HttpExchange exchange) {
		return this.waiting.remove(exchange);
	}

	synchronized void reset() {
		this.waiting.forEach(HttpExchange::close);
		this.waiting.clear();
		this.goals.clear();
		this.requests.clear();
		this.script.clear();
		this.standingAnswer = NORMAL;
		this.latency = Duration.ZERO;
		this.api.reset();
		signalChange();
	}

	/**
	 * Resets the mock for a test method, unless another one is using it.
	 */
	synchronized void beginTest() {
		if (this.runningTests++ == 0) {
			reset();
		}
	}

	synchronized void endTest() {
		this.runningTests--;
	}

	/**
	 * Waits for the condition, which is evaluated outside the monitor, so that it delays
	 * no request.
	 */
	boolean awaitUntil(BooleanSupplier condition, Duration timeout) throws InterruptedException {
		long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
		long seen;
		do {
			seen = version();
			if (condition.getAsBoolean()) {
				return true;
			}
		}
		while (awaitChange(seen, deadline));
		return condition.getAsBoolean();
	}

	private synchronized long version() {
		return this.version;
	}

	private synchronized boolean awaitChange(long seen, long deadline) throws InterruptedException {
		long remaining = deadline - System.nanoTime();
		while (this.version == seen && remaining > 0) {
			TimeUnit.NANOSECONDS.timedWait(this, remaining);
			remaining = deadline - System.nanoTime();
		}
		return remaining > 0;
	}

	synchronized List<ReceivedGoal> goals() {
		return List.copyOf(this.goals);
	}

	synchronized List<ReceivedRequest> requests() {
		return List.copyOf(this.requests);
	}

	synchronized void addAnswers(List<MockAnswer> answers) {
		this.script.addAll(answers);
	}

	synchronized void setStandingAnswer(MockAnswer answer) {
		this.standingAnswer = answer;
	}

	synchronized void setLatency(Duration latency) {
		this.latency = latency;
	}

	GoalsApi api() {
		return this.api;
	}

	/**
	 * What goes over the wire for one request.
	 */
	record Reply(MockAnswer.Kind kind, int status, String message, Map<String, String> headers, byte[] body,
			Duration latency, @Nullable ReceivedGoal goal) {

		private static final JsonWriter<String> JSON = JsonWriter.standard();

		static Reply of(RefusedException refusal, Duration latency) {
			return new Reply(MockAnswer.Kind.PROCESS, refusal.status(), refusal.reason(),
					(refusal.status() == 405) ? Map.of("Allow", GoalsApi.METHOD) : Map.of(),
					bytes(body(refusal.status(), refusal.reason(), null)), latency, null);
		}

		static Reply of(@Nullable ReceivedGoal goal, MockAnswer answer, Duration defaultLatency) {
			int status = answer.status();
			Duration latency = answer.latencyOr(defaultLatency);
			if (status == ReceivedRequest.NO_ANSWER) {
				return new Reply(answer.kind(), status, "as told: " + answer, Map.of(), bytes(""), latency, null);
			}
			String message = GoalsApi.message(status);
			ReceivedGoal received = (status == 200) ? goal : null;
			return new Reply(answer.kind(), status,
					(answer != NORMAL) ? message + " (as told: " + answer + ")" : message, answer.headers(),
					bytes((answer.body() != null) ? answer.body() : body(status, message, received)), latency,
					received);
		}

		boolean isWaiting() {
			return this.kind == MockAnswer.Kind.HANG || this.latency.toMillis() > 0;
		}

		private static String body(int status, String message, @Nullable ReceivedGoal goal) {
			if (status != 200) {
				return "{\"status\":\"error\",\"error\":{\"code\":" + status + ",\"message\":"
						+ JSON.writeToString(message) + "}}";
			}
			String eventId = (goal != null) ? goal.eventId() : "000000000000000000000000";
			return "{\"status\":\"success\",\"data\":[{\"message\":\"" + message + "\",\"eventId\":\"" + eventId
					+ "\"}]}";
		}

		private static byte[] bytes(String body) {
			return body.getBytes(StandardCharsets.UTF_8);
		}

	}

}
