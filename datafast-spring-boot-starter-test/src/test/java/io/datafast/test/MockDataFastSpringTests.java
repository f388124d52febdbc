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

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AutoConfigureMockDataFast @AutoConfigureMockDataFast} without Spring
 * Boot's test support.
 */
@SpringJUnitConfig
@AutoConfigureMockDataFast
class MockDataFastSpringTests {

	@Test
	void pointsApplicationAtMock(@Autowired MockDataFast mockDataFast, @Value("${datafast.base-url}") String baseUrl) {
		assertThat(baseUrl).isEqualTo(mockDataFast.getBaseUrl());
	}

	@RepeatedTest(2)
	void resetsMockBetweenTests(@Autowired MockDataFast mockDataFast) throws Exception {
		new TestClient(mockDataFast).send(TestClient.goal("signup"));
		assertThat(mockDataFast).received("signup", 1);
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

	}

}
