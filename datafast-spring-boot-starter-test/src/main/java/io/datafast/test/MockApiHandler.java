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

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.datafast.test.GoalsApi.RefusedException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.json.JsonWriter;

/**
 * Reads requests, judges and records them, and writes replies. What has been received and
 * how the mock was told to behave is under one monitor, so that a reset is atomic. A
 * reply that has to wait occupies no thread. Thread-safe.
 */
final class MockApiHandler implements HttpHandler {

	private static final MockAnswer NORMAL = MockAnswer.ok();

	private final Executor executor;

	private final GoalsApi api = new GoalsApi();

	private final List<ReceivedGoal> goals = new ArrayList<>();

	private final List<ReceivedRequest> requests = new ArrayList<>();

	private final Queue<MockAnswer> script = new ArrayDeque<>();

	/**
	 * The exchanges whose replies wait.
	 */
	private final Set<HttpExchange> waiting = new HashSet<>();

	private MockAnswer standingAnswer = NORMAL;

	private Duration latency = Duration.ZERO;

	private int runningTests;

	MockApiHandler(Executor executor) {
		this.executor = executor;
	}

	@Override
	public void handle(HttpExchange exchange) throws IOException {
		String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
		Reply reply = receive(new ReceivedRequest(exchange.getRequestMethod(), exchange.getRequestURI().getRawPath(),
				exchange.getRequestURI().getRawQuery(), exchange.getRequestHeaders(), body, ReceivedRequest.NO_ANSWER,
				"", Instant.now()), exchange);
		if (!reply.isWaiting()) {
			reply.send(exchange);
		}
		else if (reply.kind() != MockAnswer.Kind.HANG) {
			CompletableFuture.delayedExecutor(reply.latency().toMillis(), TimeUnit.MILLISECONDS, this.executor)
				.execute(() -> sendUnlessReset(exchange, reply));
		}
	}

	private synchronized Reply receive(ReceivedRequest request, HttpExchange exchange) {
		Reply reply = judge(request);
		this.requests.add(request.answered(reply.status(), reply.message()));
		if (reply.goal() != null) {
			this.goals.add(reply.goal());
		}
		if (reply.isWaiting()) {
			this.waiting.add(exchange);
		}
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
			return (answer.kind() == MockAnswer.Kind.OK) ? Reply.of(ex, answer.latencyOr(this.latency))
					: Reply.of((ReceivedGoal) null, answer, this.latency);
		}
	}

	private void sendUnlessReset(HttpExchange exchange, Reply reply) {
		boolean waited;
		synchronized (this) {
			waited = this.waiting.remove(exchange);
		}
		if (waited) {
			reply.send(exchange);
		}
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
	private record Reply(MockAnswer.Kind kind, int status, String message, Map<String, String> headers, byte[] body,
			Duration latency, @Nullable ReceivedGoal goal) {

		static Reply of(RefusedException refusal, Duration latency) {
			return new Reply(MockAnswer.Kind.OK, refusal.status(), refusal.reason(),
					(refusal.status() == 405) ? Map.of("Allow", GoalsApi.METHOD) : Map.of(),
					bytes(error(refusal.status(), refusal.reason())), latency, null);
		}

		static Reply of(@Nullable ReceivedGoal goal, MockAnswer answer, Duration defaultLatency) {
			int status = answer.status();
			ReceivedGoal received = (status == 200) ? goal : null;
			String message = GoalsApi.message(status);
			String normalBody = (status == 200) ? success(message, received) : error(status, message);
			if (answer != NORMAL) {
				message += (message.isEmpty() ? "" : " ") + "(as told: " + answer + ")";
			}
			return new Reply(answer.kind(), status, message, answer.headers(),
					bytes((answer.body() != null) ? answer.body() : normalBody), answer.latencyOr(defaultLatency),
					received);
		}

		private static String error(int status, String message) {
			return "{\"status\":\"error\",\"error\":{\"code\":" + status + ",\"message\":"
					+ JsonWriter.standard().writeToString(message) + "}}";
		}

		private static String success(String message, @Nullable ReceivedGoal goal) {
			String eventId = (goal != null) ? goal.eventId() : "000000000000000000000000";
			return "{\"status\":\"success\",\"data\":[{\"message\":\"" + message + "\",\"eventId\":\"" + eventId
					+ "\"}]}";
		}

		private static byte[] bytes(String body) {
			return body.getBytes(StandardCharsets.UTF_8);
		}

		boolean isWaiting() {
			return this.kind == MockAnswer.Kind.HANG || this.latency.toMillis() > 0;
		}

		/**
		 * Closing an exchange before its reply is complete closes the connection, which
		 * is what {@code disconnect()} and {@code truncated()} are about.
		 */
		void send(HttpExchange exchange) {
			try (exchange) {
				switch (this.kind) {
					case OK, STATUS -> write(exchange, this.body.length, this.body.length);
					case TRUNCATED -> write(exchange, Math.max(this.body.length, 1), this.body.length / 2);
					case HANG, DISCONNECT -> {
					}
				}
			}
			catch (IOException ex) {
				// The client has gone, and closing the exchange is all that is left to
				// do.
			}
		}

		private void write(HttpExchange exchange, int announced, int sent) throws IOException {
			Headers headers = exchange.getResponseHeaders();
			headers.set("Content-Type", "application/json");
			this.headers.forEach(headers::set);
			boolean bodyless = announced == 0 || this.status == 204 || this.status == 304
					|| "HEAD".equals(exchange.getRequestMethod());
			exchange.sendResponseHeaders(this.status, bodyless ? -1 : announced);
			if (!bodyless) {
				OutputStream body = exchange.getResponseBody();
				body.write(this.body, 0, sent);
				body.flush();
			}
		}

	}

}
