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

package io.datafast.sample;

import java.net.http.HttpClient;
import java.util.Map;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.RestClient;

/**
 * Talks to the shop as a browser does, but neither follows redirects nor keeps cookies.
 */
class Browser {

	private final RestClient restClient;

	Browser(int port) {
		this(RestClient.builder()
			.baseUrl("http://localhost:" + port)
			.requestFactory(new JdkClientHttpRequestFactory(HttpClient.newHttpClient()))
			.defaultHeader(HttpHeaders.ACCEPT, MediaType.TEXT_HTML_VALUE, "*/*")
			.defaultStatusHandler((status) -> true, (request, response) -> {
			})
			.build());
	}

	private Browser(RestClient restClient) {
		this.restClient = restClient;
	}

	Browser as(String visitorId) {
		return new Browser(
				this.restClient.mutate().defaultHeader(HttpHeaders.COOKIE, "datafast_visitor_id=" + visitorId).build());
	}

	String get(String path) {
		return this.restClient.get().uri(path).retrieve().requiredBody(String.class);
	}

	ResponseEntity<String> open(String path) {
		return this.restClient.get().uri(path).retrieve().toEntity(String.class);
	}

	ResponseEntity<String> submit(String path, Map<String, String> form) {
		MultiValueMap<String, String> body = new LinkedMultiValueMap<>();
		body.setAll(form);
		return post(path, MediaType.APPLICATION_FORM_URLENCODED, body);
	}

	ResponseEntity<String> post(String path, MediaType contentType, Object body) {
		return this.restClient.post().uri(path).contentType(contentType).body(body).retrieve().toEntity(String.class);
	}

}
