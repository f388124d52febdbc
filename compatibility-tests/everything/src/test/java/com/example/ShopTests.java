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
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

import io.datafast.test.AutoConfigureMockDataFast;
import io.datafast.test.MockDataFast;
import io.micrometer.core.instrument.MeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.annotation.DirtiesContext;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each test has an application of its own, since they count.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureMockDataFast
@DirtiesContext(classMode = DirtiesContext.ClassMode.BEFORE_EACH_TEST_METHOD)
class ShopTests {

	@Autowired
	private MockDataFast mockDataFast;

	@Value("${local.server.port}")
	private int port;

	@Value("${local.management.port}")
	private int managementPort;

	@Test
	void tracksWhatSucceeds(@Autowired CallLog callLog) throws Exception {
		assertThat(order("{\"plan\":\"\",\"price\":9}")).isEqualTo(400);
		assertThat(order("{\"plan\":\"team\",\"price\":0}")).isEqualTo(500);
		assertThat(order("{\"plan\":\"team\",\"price\":9}")).isEqualTo(200);
		assertThat(this.mockDataFast).received("order:accepted")
			.forVisitor("visitor-1")
			.withMetadata("plan", "team")
			.once();
		// The order that failed was rolled back, and this one was there before the goal.
		assertThat(this.mockDataFast).received("order:stored").withMetadata("orders", "1").once();
		assertThat(this.mockDataFast).received("order:placed").forVisitor("visitor-1").once();
		assertThat(callLog.calls()).isEqualTo(2);
	}

	@Test
	void theEndpointIsOnTheManagementPort() throws Exception {
		order("{\"plan\":\"team\",\"price\":0}");
		order("{\"plan\":\"team\",\"price\":9}");
		assertThat(this.port).isNotEqualTo(this.managementPort);
		Awaitility.await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
			assertThat(get(this.managementPort, "/actuator/datafast")).contains("\"enabled\":true")
				.contains("\"created\":{\"none\":3}")
				.contains("\"skipped\":{\"rolled_back\":1}")
				.contains("\"method\":\"place(Order)\"");
			assertThat(get(this.managementPort, "/actuator/metrics/datafast.goals")).contains("\"value\":4.0");
		});
	}

	@Test
	void theApplicationsMetersCountGoalsAndCalls(@Autowired MeterRegistry registry) throws Exception {
		order("{\"plan\":\"team\",\"price\":9}");
		Awaitility.await().atMost(Duration.ofMinutes(1)).ignoreExceptions().untilAsserted(() -> {
			assertThat(registry.get("datafast.goals").tag("goal", "order:stored").counter().count()).isOne();
			assertThat(registry.get("datafast.goals.pending").gauge().value()).isZero();
			// Observed by the application's RestClient.Builder.
			assertThat(registry.get("http.client.requests").tag("uri", "/api/v1/goals").timer().count()).isEqualTo(3);
		});
	}

	private int order(String order) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + "/orders"))
			.header("Cookie", "datafast_visitor_id=visitor-1")
			.header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(order))
			.build();
		return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
	}

	private static String get(int port, String path) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
		return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
	}

}
