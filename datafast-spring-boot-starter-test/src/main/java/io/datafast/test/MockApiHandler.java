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
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.datafast.test.MockState.Reply;

/**
 * Reads requests and writes replies. A reply that has to wait occupies no thread.
 */
final class MockApiHandler implements HttpHandler {

	private final MockState state;

	private final Executor executor;

	MockApiHandler(MockState state, Executor executor) {
		this.state = state;
		this.executor = executor;
	}

	@Override
	public void handle(HttpExchange exchange) throws IOException {
		Reply reply = this.state.receive(read(exchange), exchange);
		if (reply.kind() == MockAnswer.Kind.HANG) {
			return;
		}
		if (reply.isWaiting()) {
			CompletableFuture.delayedExecutor(reply.latency().toMillis(), TimeUnit.MILLISECONDS, this.executor)
				.execute(() -> sendDelayed(exchange, reply));
			return;
		}
		send(exchange, reply);
	}

	private static ReceivedRequest read(HttpExchange exchange) throws IOException {
		String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
		return new ReceivedRequest(exchange.getRequestMethod(), exchange.getRequestURI().getRawPath(),
				exchange.getRequestURI().getRawQuery(), exchange.getRequestHeaders(), body, ReceivedRequest.NO_ANSWER,
				"", Instant.now());
	}

	private void sendDelayed(HttpExchange exchange, Reply reply) {
		if (this.state.stopWaiting(exchange)) {
			send(exchange, reply);
		}
	}

	/**
	 * Closing an exchange before its reply is complete closes the connection, which is
	 * what {@code disconnect()} and {@code truncated()} are about.
	 */
	private static void send(HttpExchange exchange, Reply reply) {
		try (exchange) {
			switch (reply.kind()) {
				case PROCESS, STATUS -> write(exchange, reply, reply.body().length, reply.body().length);
				case TRUNCATED -> write(exchange, reply, Math.max(reply.body().length, 1), reply.body().length / 2);
				case HANG, DISCONNECT -> {
				}
			}
		}
		catch (IOException ex) {
			// The client has gone, and closing the exchange is all that is left to do.
		}
	}

	private static void write(HttpExchange exchange, Reply reply, int announced, int sent) throws IOException {
		Headers headers = exchange.getResponseHeaders();
		headers.set("Content-Type", "application/json");
		reply.headers().forEach(headers::set);
		if (announced == 0 || isBodyless(exchange, reply)) {
			exchange.sendResponseHeaders(reply.status(), -1);
			return;
		}
		exchange.sendResponseHeaders(reply.status(), announced);
		OutputStream body = exchange.getResponseBody();
		body.write(reply.body(), 0, sent);
		body.flush();
	}

	private static boolean isBodyless(HttpExchange exchange, Reply reply) {
		return reply.status() == 204 || reply.status() == 304 || "HEAD".equals(exchange.getRequestMethod());
	}

}
