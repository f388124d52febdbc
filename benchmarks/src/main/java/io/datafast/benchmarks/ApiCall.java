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

package io.datafast.benchmarks;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

import org.springframework.http.MediaType;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/**
 * One blocking call of the API, as one would write it without a library.
 */
@FunctionalInterface
interface ApiCall {

	void call() throws Exception;

	static ApiCall bareClient(String baseUrl) {
		HttpClient client = http11();
		URI uri = URI.create(baseUrl + "/goals");
		return () -> {
			String body = "{\"datafast_visitor_id\":\"a3ab2331-989f-4cfa-91c6-2461c9e3c6bd\",\"name\":\"checkout\"}";
			HttpRequest request = HttpRequest.newBuilder(uri)
				.header("Authorization", "Bearer df_benchmark")
				.header("Content-Type", "application/json")
				.header("Accept", "application/json")
				.POST(HttpRequest.BodyPublishers.ofString(body))
				.build();
			check(client.send(request, HttpResponse.BodyHandlers.ofByteArray()).statusCode());
		};
	}

	static ApiCall restClient(String baseUrl) {
		RestClient client = RestClient.builder()
			.baseUrl(baseUrl)
			.requestFactory(new JdkClientHttpRequestFactory(http11()))
			.build();
		Map<String, String> body = Map.of("datafast_visitor_id", "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd", "name",
				"checkout");
		return () -> check(client.post()
			.uri("/goals")
			.header("Authorization", "Bearer df_benchmark")
			.contentType(MediaType.APPLICATION_JSON)
			.accept(MediaType.APPLICATION_JSON)
			.body(body)
			.retrieve()
			.toEntity(Map.class)
			.getStatusCode()
			.value());
	}

	private static HttpClient http11() {
		return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
	}

	private static void check(int status) {
		if (status != 200) {
			throw new IllegalStateException("Status " + status);
		}
	}

}
