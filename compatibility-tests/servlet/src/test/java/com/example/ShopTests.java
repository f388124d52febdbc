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

package com.example;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

import io.datafast.test.AutoConfigureMockDataFast;
import io.datafast.test.MockDataFast;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "datafast.visitor.issue-cookie=true")
@AutoConfigureMockDataFast
class ShopTests {

	@Autowired
	private MockDataFast mockDataFast;

	@Value("${local.server.port}")
	private int port;

	@Test
	void annotatedMethodIsTracked() throws Exception {
		send(request("/newsletter?source=").POST(BodyPublishers.noBody()));
		send(request("/newsletter?source=footer").POST(BodyPublishers.noBody()));
		assertThat(this.mockDataFast).received("newsletter_signup")
			.forVisitor("visitor-1")
			.withMetadata("source", "footer")
			.once();
	}

	@Test
	void expressionsSeeArgumentsAndResult() throws Exception {
		String receipt = send(request("/checkout").header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString("{\"plan\":\"team\"}"))).body();
		assertThat(receipt).isEqualTo("{\"paid\":true,\"total\":29}");
		assertThat(this.mockDataFast).received("checkout:completed")
			.forVisitor("visitor-1")
			.withMetadata("plan", "team")
			.withMetadata("total", "29");
	}

	@Test
	void tracksInCode() throws Exception {
		send(request("/trial").POST(BodyPublishers.noBody()));
		assertThat(this.mockDataFast).received("trial_started").forVisitor("visitor-1").once();
	}

	@Test
	void visitorIdIsAnArgument() throws Exception {
		assertThat(send(request("/visitor").GET()).body()).isEqualTo("visitor-1");
		assertThat(send(HttpRequest.newBuilder(uri("/visitor")).GET()).body()).isEqualTo("nobody");
	}

	@Test
	void aNavigationGetsTheCookie() throws Exception {
		HttpResponse<String> response = send(HttpRequest.newBuilder(uri("/visitor")).header("Accept", "text/html").GET());
		assertThat(response.headers().allValues("Set-Cookie")).singleElement().asString().contains(response.body());
		assertThat(response.headers().allValues("Cache-Control")).containsExactly("private");
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(uri(path)).header("Cookie", "datafast_visitor_id=visitor-1");
	}

	private URI uri(String path) {
		return URI.create("http://127.0.0.1:" + this.port + path);
	}

	private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
		return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
	}

}
