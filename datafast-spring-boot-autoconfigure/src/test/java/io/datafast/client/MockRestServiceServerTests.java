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
import io.datafast.Goal;
import io.datafast.autoconfigure.DataFastAutoConfiguration;
import io.datafast.test.AutoConfigureMockDataFast;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.test.autoconfigure.AutoConfigureMockRestServiceServer;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.test.web.client.MockRestServiceServer;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.client.match.MockRestRequestMatchers.requestTo;
import static org.springframework.test.web.client.response.MockRestResponseCreators.withSuccess;

/**
 * An application's test of its own HTTP client with Spring Boot's support, which allows
 * one client per test.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE,
		classes = MockRestServiceServerTests.Application.class)
@AutoConfigureMockRestServiceServer
@AutoConfigureMockDataFast
class MockRestServiceServerTests {

	@Test
	void bothServersGetTheirOwn(@Autowired MockRestServiceServer server, @Autowired RestClient.Builder builder,
			@Autowired DataFastGoals goals, @Autowired MockDataFast mock) {
		goals.create(Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR));
		server.expect(requestTo("http://rates.example/eur")).andRespond(withSuccess("1.1", MediaType.TEXT_PLAIN));
		assertThat(builder.build().get().uri("http://rates.example/eur").retrieve().body(String.class))
			.isEqualTo("1.1");
		goals.create(Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR));
		server.verify();
		assertThat(mock.getGoals("goal")).hasSize(2);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataFastAutoConfiguration.class, RestClientAutoConfiguration.class })
	static class Application {

	}

}
