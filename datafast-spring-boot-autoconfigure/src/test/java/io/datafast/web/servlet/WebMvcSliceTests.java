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

package io.datafast.web.servlet;

import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.test.AutoConfigureMockDataFast;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import jakarta.servlet.http.Cookie;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A slice needs no annotation for the starter.
 */
@WebMvcTest(controllers = WebMvcSliceTests.Shop.class)
@AutoConfigureMockDataFast
class WebMvcSliceTests {

	@Autowired
	private MockMvcTester mvc;

	@Autowired
	private MockDataFast mockDataFast;

	@Test
	void visitorIdAndTrackGoalWork() {
		assertThat(this.mvc.get().uri("/").cookie(new Cookie("datafast_visitor_id", DataFastContextRunners.VISITOR)))
			.hasStatusOk()
			.hasBodyTextEqualTo(DataFastContextRunners.VISITOR);
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
		String visit(@VisitorId String visitorId) {
			return visitorId;
		}

	}

}
