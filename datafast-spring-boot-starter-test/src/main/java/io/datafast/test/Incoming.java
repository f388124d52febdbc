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
import java.nio.charset.StandardCharsets;
import java.time.Instant;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import org.jspecify.annotations.Nullable;

/**
 * A request as read from the wire, before it is judged.
 */
record Incoming(String method, String path, @Nullable String query, Headers headers, String body, Instant receivedAt) {

	static Incoming read(HttpExchange exchange) throws IOException {
		String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
		return new Incoming(exchange.getRequestMethod(), exchange.getRequestURI().getRawPath(),
				exchange.getRequestURI().getRawQuery(), exchange.getRequestHeaders(), body, Instant.now());
	}

	@Nullable String header(String name) {
		return this.headers.getFirst(name);
	}

	boolean hasParameter(String name) {
		if (this.query == null) {
			return false;
		}
		String prefix = name + "=";
		for (String parameter : this.query.split("&")) {
			if (parameter.startsWith(prefix) && parameter.length() > prefix.length()) {
				return true;
			}
		}
		return false;
	}

	ReceivedRequest answered(int status, String message) {
		return new ReceivedRequest(this.method, this.path, this.query, this.headers, this.body, status, message,
				this.receivedAt);
	}

}
