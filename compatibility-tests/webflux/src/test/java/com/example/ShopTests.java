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

import io.datafast.test.AutoConfigureMockDataFast;
import io.datafast.test.MockDataFast;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.reactive.server.WebTestClient.ResponseSpec;

import static io.datafast.test.MockDataFastAssert.assertThat;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "datafast.visitor.issue-cookie=true", "datafast.visitor.header-name=X-Visitor" })
@AutoConfigureMockDataFast
class ShopTests {

	@Autowired
	private MockDataFast mockDataFast;

	@Value("${local.server.port}")
	private int port;

	@Test
	void annotatedMethodIsTracked() {
		post("/newsletter?source=footer").expectBody(String.class).isEqualTo("subscribed");
		assertThat(this.mockDataFast).received("newsletter_signup")
			.forVisitor("visitor-1")
			.withMetadata("source", "footer")
			.once();
	}

	@Test
	void annotatedMethodWithoutReactiveTypeIsTracked() {
		post("/contact").expectBody(String.class).isEqualTo("body");
		assertThat(this.mockDataFast).received("contacted").forVisitor("visitor-1").once();
	}

	@Test
	void tracksInCode() {
		post("/trial").expectBody(String.class).isEqualTo("visitor-1");
		assertThat(this.mockDataFast).received("trial_wanted").forVisitor("visitor-1").once();
		assertThat(this.mockDataFast).received("trial_started").forVisitor("visitor-1").once();
	}

	@Test
	void aNavigationGetsTheCookie() {
		client().get()
			.uri("/page")
			.accept(MediaType.TEXT_HTML)
			.exchange()
			.expectCookie()
			.exists("datafast_visitor_id")
			.expectHeader()
			.valueEquals("Cache-Control", "private")
			.expectBody(String.class)
			.value((visitorId) -> Assertions.assertThat(visitorId).hasSize(36));
	}

	@Test
	void theHeaderIsRead() {
		client().get()
			.uri("/page")
			.header("x-visitor", "by-header")
			.exchange()
			.expectBody(String.class)
			.isEqualTo("by-header");
	}

	private WebTestClient client() {
		return WebTestClient.bindToServer().baseUrl("http://127.0.0.1:" + this.port).build();
	}

	private ResponseSpec post(String uri) {
		return client().post()
			.uri(uri)
			.cookie("datafast_visitor_id", "visitor-1")
			.bodyValue("body")
			.exchange()
			.expectStatus()
			.isOk();
	}

}
