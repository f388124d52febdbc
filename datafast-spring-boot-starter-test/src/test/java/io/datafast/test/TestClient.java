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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.springframework.boot.json.JsonWriter;

/**
 * Calls a mock from outside, as an application would.
 */
final class TestClient {

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final MockDataFast mockDataFast;

	TestClient(MockDataFast mockDataFast) {
		this.mockDataFast = mockDataFast;
	}

	static String goal(String name, String visitorId, Map<String, ?> metadata) {
		Map<String, Object> goal = new LinkedHashMap<>();
		goal.put("datafast_visitor_id", visitorId);
		goal.put("name", name);
		goal.put("metadata", metadata);
		return JsonWriter.<Map<String, Object>>standard().writeToString(goal);
	}

	static String goal(String name) {
		return goal(name, "visitor-1", Map.of());
	}

	HttpRequest.Builder request(String pathAndQuery) {
		return HttpRequest.newBuilder(URI.create(this.mockDataFast.getBaseUrl() + pathAndQuery))
			.timeout(Duration.ofMinutes(1))
			.header("Authorization", "Bearer " + this.mockDataFast.getApiKey())
			.header("Content-Type", "application/json");
	}

	HttpRequest post(String body) {
		return request("/goals").POST(BodyPublishers.ofString(body)).build();
	}

	HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
		return this.client.send(request, BodyHandlers.ofString());
	}

	HttpResponse<String> send(String body) throws IOException, InterruptedException {
		return send(post(body));
	}

	CompletableFuture<HttpResponse<String>> sendAsync(String body) {
		return this.client.sendAsync(post(body), BodyHandlers.ofString());
	}

}
