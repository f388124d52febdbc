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

import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.test.context.TestPropertySource;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AutoConfigureMockDataFast @AutoConfigureMockDataFast} with Spring
 * Boot.
 */
@SpringBootTest(classes = AutoConfigureMockDataFastTests.Application.class,
		properties = { "datafast.base-url=http://localhost:1", "datafast.enabled=false", "datafast.api-key=real" })
@AutoConfigureMockDataFast
class AutoConfigureMockDataFastTests {

	@Autowired
	private MockDataFast mockDataFast;

	@Autowired
	private Environment environment;

	@Autowired
	private ApplicationContext context;

	@BeforeEach
	void isResetBeforePreparingMethods() {
		assertThat(this.mockDataFast).receivedNothing();
		this.mockDataFast.unknownVisitor("prepared");
	}

	@Test
	void pointsApplicationAtMockAboveAllOtherProperties() {
		assertThat(this.environment.getProperty("datafast.base-url")).isEqualTo(this.mockDataFast.getBaseUrl());
		assertThat(this.environment.getProperty("datafast.api-key")).isEqualTo(this.mockDataFast.getApiKey());
		assertThat(this.environment.getProperty("datafast.enabled", Boolean.class)).isTrue();
	}

	@Test
	void keepsWhatPreparingMethodsConfigured() throws Exception {
		TestClient client = new TestClient(this.mockDataFast);
		assertThat(client.send(TestClient.goal("signup", "prepared", Map.of())).statusCode()).isEqualTo(404);
	}

	@RepeatedTest(2)
	void resetsMockBetweenTests() throws Exception {
		this.mockDataFast.suspended(false);
		new TestClient(this.mockDataFast).send(TestClient.goal("signup"));
		assertThat(this.mockDataFast).received("signup", 1);
		this.mockDataFast.suspended(true);
	}

	@Nested
	class InNestedClass {

		@Autowired
		private MockDataFast nestedMock;

		@RepeatedTest(2)
		void usesAndResetsMockOfEnclosingClass() throws Exception {
			assertThat(this.nestedMock).isSameAs(AutoConfigureMockDataFastTests.this.mockDataFast);
			new TestClient(this.nestedMock).send(TestClient.goal("signup"));
			assertThat(this.nestedMock).received("signup", 1);
		}

		@Test
		void sharesCachedContext(@Autowired ApplicationContext nestedContext) {
			assertThat(nestedContext).isSameAs(AutoConfigureMockDataFastTests.this.context);
		}

	}

	@Nested
	@TestPropertySource(properties = "other=context")
	class WithOtherContext {

		@Test
		void isPointedAtMockToo(@Autowired MockDataFast otherMock, @Autowired Environment otherEnvironment) {
			assertThat(otherEnvironment.getProperty("other")).isEqualTo("context");
			assertThat(otherEnvironment.getProperty("datafast.base-url")).isEqualTo(otherMock.getBaseUrl());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

	}

}
