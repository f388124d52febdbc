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

package io.datafast.client;

import io.datafast.DataFastGoals;
import io.datafast.annotation.TrackGoal;
import io.datafast.test.AutoConfigureMockDataFast;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.restclient.test.autoconfigure.RestClientTest;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.test.web.client.MockRestServiceServer;
import org.springframework.web.client.RestClient;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.client.match.MockRestRequestMatchers.requestTo;
import static org.springframework.test.web.client.response.MockRestResponseCreators.withSuccess;

/**
 * {@code @RestClientTest} of a bean that has an HTTP client of its own and tracks goals.
 */
class RestClientSliceTests {

	@Nested
	@RestClientTest
	@Import(Rates.class)
	class WithoutTheTestKit {

		@Test
		void theApplicationsClientIsTheOnlyOne(@Autowired MockRestServiceServer server, @Autowired Rates rates,
				@Autowired ObjectProvider<DataFastGoals> goals) {
			server.expect(requestTo("/eur")).andRespond(withSuccess("1.1", MediaType.TEXT_PLAIN));
			assertThat(rates.find(DataFastContextRunners.VISITOR)).isEqualTo("1.1");
			server.verify();
			assertThat(goals.getIfAvailable()).isNull();
		}

	}

	@Nested
	@RestClientTest
	@Import(Rates.class)
	@AutoConfigureMockDataFast
	class WithTheTestKit {

		@Test
		void goalsGoToTheMockAndNotToTheServerOfTheApplicationsClient(@Autowired MockRestServiceServer server,
				@Autowired Rates rates, @Autowired MockDataFast mock) {
			server.expect(requestTo("/eur")).andRespond(withSuccess("1.1", MediaType.TEXT_PLAIN));
			assertThat(rates.find(DataFastContextRunners.VISITOR)).isEqualTo("1.1");
			server.verify();
			assertThat(mock).received("rate_found");
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	static class Rates {

		private final RestClient client;

		Rates(RestClient.Builder builder) {
			this.client = builder.build();
		}

		@TrackGoal(name = "rate_found", visitorId = "#visitor")
		String find(String visitor) {
			return String.valueOf(this.client.get().uri("/eur").retrieve().body(String.class));
		}

	}

}
