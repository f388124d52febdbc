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

package io.datafast.web.reactive;

import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.test.AutoConfigureMockDataFast;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.webflux.test.autoconfigure.WebFluxTest;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static io.datafast.test.MockDataFastAssert.assertThat;

/**
 * A slice needs no annotation for the starter.
 */
@WebFluxTest(controllers = WebFluxSliceTests.Shop.class)
@AutoConfigureMockDataFast
class WebFluxSliceTests {

	@Autowired
	private ApplicationContext context;

	@Autowired
	private MockDataFast mockDataFast;

	@Test
	void visitorIdAndTrackGoalWork() {
		WebTestClient.bindToApplicationContext(this.context)
			.build()
			.get()
			.uri("/")
			.cookie("datafast_visitor_id", DataFastContextRunners.VISITOR)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.isEqualTo(DataFastContextRunners.VISITOR);
		assertThat(this.mockDataFast).received("visited").forVisitor(DataFastContextRunners.VISITOR).once();
	}

	@SpringBootConfiguration
	@Import(Shop.class)
	static class Application {

	}

	@RestController
	static class Shop {

		@GetMapping("/")
		@TrackGoal("visited")
		Mono<String> visit(@VisitorId String visitorId) {
			return Mono.just(visitorId);
		}

	}

}
