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
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.autoconfigure.web.reactive.WebFluxTest;
import org.springframework.test.web.reactive.server.WebTestClient;

import static io.datafast.test.MockDataFastAssert.assertThat;

/**
 * A slice needs no further annotation for the starter.
 */
@WebFluxTest
@AutoConfigureMockDataFast
class ShopControllerTests {

	@Test
	void visitorIdAndTrackGoalWork(@Autowired WebTestClient client, @Autowired MockDataFast mockDataFast) {
		client.get()
			.uri("/?source=footer")
			.cookie("datafast_visitor_id", "visitor-1")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.isEqualTo("visitor-1");
		assertThat(mockDataFast).received("visited").forVisitor("visitor-1").withMetadata("source", "footer").once();
	}

}
