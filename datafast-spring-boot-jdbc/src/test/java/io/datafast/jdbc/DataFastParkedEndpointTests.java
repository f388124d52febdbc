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

package io.datafast.jdbc;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.jdbc.JdbcGoalDispatcher;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.json.JsonContent;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table with the goals, seen over HTTP.
 */
class DataFastParkedEndpointTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private static final String EMAIL = "jane.doe@example.com";

	private static final String UNRESTRICTED = "--management.endpoint.datafastparked.access=unrestricted";

	private final HttpClient operator = HttpClient.newHttpClient();

	private final MockDataFast mock = MockDataFast.start();

	@AfterEach
	void stop() {
		this.mock.close();
	}

	@Test
	void theDataFastEndpointShowsBacklogAgeAndParkedGoals() throws Exception {
		this.mock.answer(MockAnswer.status(400));
		try (ConfigurableApplicationContext context = run()) {
			track(context, "parked", 1);
			context.getBean(JdbcGoalDispatcher.class).stop();
			context.getBean(DataFastGoals.class).track(Goal.of("waiting").forVisitor(VISITOR));
			JdbcGoalDispatcher dispatcher = context.getBean(JdbcGoalDispatcher.class);
			Awaitility.await().until(() -> {
				dispatcher.refresh();
				return dispatcher.oldestAge() != null && dispatcher.pending() == 1;
			});
			assertThat(send(context, "GET", "/actuator/datafast")).satisfies((json) -> {
				assertThat(json).extractingPath("$.delivery.mode").isEqualTo("jdbc");
				assertThat(json).extractingPath("$.delivery.pending").isEqualTo(1);
				assertThat(json).extractingPath("$.delivery.capacity").isEqualTo(10_000);
				assertThat(json).extractingPath("$.delivery.oldestAgeSeconds").asNumber().isNotNull();
				assertThat(json).extractingPath("$.delivery.parked").isEqualTo(1);
			});
		}
	}

	@Test
	void parkedGoalsAreNotThereUnlessAllowed() throws Exception {
		try (ConfigurableApplicationContext context = run()) {
			assertThat(status(context, "GET", "/actuator/datafastparked")).isEqualTo(404);
			assertThat(context.getBeansOfType(DataFastParkedEndpoint.class)).isEmpty();
		}
	}

	@Test
	void parkedGoalsCanBeShownOnly() throws Exception {
		try (ConfigurableApplicationContext context = run("--management.endpoint.datafastparked.access=read-only")) {
			assertThat(status(context, "GET", "/actuator/datafastparked")).isEqualTo(200);
			assertThat(status(context, "POST", "/actuator/datafastparked")).isEqualTo(405);
			assertThat(status(context, "DELETE", "/actuator/datafastparked")).isEqualTo(405);
		}
	}

	@Test
	void isNotThereInMemory() throws Exception {
		try (ConfigurableApplicationContext context = run(UNRESTRICTED, "--datafast.delivery.mode=memory")) {
			assertThat(status(context, "GET", "/actuator/datafastparked")).isEqualTo(404);
		}
	}

	@Test
	void thereAreNoParkedGoalsWhereDataFastIsOff() throws Exception {
		try (ConfigurableApplicationContext context = run(UNRESTRICTED, "--datafast.enabled=false")) {
			assertThat(status(context, "GET", "/actuator/datafastparked")).isEqualTo(404);
			assertThat(send(context, "POST", "/actuator/datafastparked")).extractingPath("$.requeued").isEqualTo(0);
			assertThat(send(context, "DELETE", "/actuator/datafastparked")).extractingPath("$.deleted").isEqualTo(0);
		}
	}

	@Test
	void showsParkedGoalsWithoutPersonalData() throws Exception {
		this.mock.answer(MockAnswer.status(400)
			.body("{\"error\":{\"message\":\"" + this.mock.getApiKey() + " " + VISITOR + " " + EMAIL + "\"}}"));
		try (ConfigurableApplicationContext context = run(UNRESTRICTED)) {
			track(context, "signup", 1);
			JsonContent json = send(context, "GET", "/actuator/datafastparked");
			assertThat(json.getJson()).doesNotContain(VISITOR, VISITOR.substring(9), this.mock.getApiKey(), EMAIL);
			assertThat(json).extractingPath("$.count").isEqualTo(1);
			assertThat(json).extractingPath("$.goals[0].goal").isEqualTo("signup");
			assertThat(json).extractingPath("$.goals[0].outcome").isEqualTo("rejected");
			assertThat(json).extractingPath("$.goals[0].reason").isEqualTo("rejected");
			assertThat(json).extractingPath("$.goals[0].answers").isEqualTo(1);
			assertThat(json).extractingPath("$.goals[0].message").asString().contains("DataFast answered 400");
		}
	}

	@Test
	void requeuesByReasonByIdAndAll() throws Exception {
		this.mock.answer(MockAnswer.status(401), MockAnswer.status(400), MockAnswer.status(400));
		try (ConfigurableApplicationContext context = run(UNRESTRICTED)) {
			track(context, "first", 1);
			track(context, "second", 2);
			track(context, "third", 3);
			assertThat(send(context, "POST", "/actuator/datafastparked/authentication")).extractingPath("$.requeued")
				.isEqualTo(1);
			context.getBean(RecordedOutcomes.class).awaitCount(4);
			String id = ids(context).get(0);
			assertThat(send(context, "POST", "/actuator/datafastparked/" + id)).extractingPath("$.requeued")
				.isEqualTo(1);
			assertThat(send(context, "POST", "/actuator/datafastparked/" + id)).extractingPath("$.requeued")
				.isEqualTo(0);
			assertThat(send(context, "POST", "/actuator/datafastparked")).extractingPath("$.requeued").isEqualTo(1);
			context.getBean(RecordedOutcomes.class).awaitCount(6);
			assertThat(this.mock.getGoals()).hasSize(3);
		}
	}

	@Test
	void deletesByReasonByIdAndAll() throws Exception {
		this.mock.answer(MockAnswer.status(401), MockAnswer.status(400), MockAnswer.status(400));
		try (ConfigurableApplicationContext context = run(UNRESTRICTED)) {
			track(context, "first", 1);
			track(context, "second", 2);
			track(context, "third", 3);
			assertThat(send(context, "DELETE", "/actuator/datafastparked/authentication")).extractingPath("$.deleted")
				.isEqualTo(1);
			assertThat(send(context, "DELETE", "/actuator/datafastparked/" + ids(context).get(0)))
				.extractingPath("$.deleted")
				.isEqualTo(1);
			assertThat(send(context, "DELETE", "/actuator/datafastparked")).extractingPath("$.deleted").isEqualTo(1);
			assertThat(ids(context)).isEmpty();
		}
	}

	private static List<String> ids(ConfigurableApplicationContext context) {
		List<String> ids = new ArrayList<>();
		context.getBean(DataFastParkedEndpoint.class).parkedGoals().goals().forEach((goal) -> ids.add(goal.id()));
		return ids;
	}

	private static void track(ConfigurableApplicationContext context, String name, int outcomes) {
		context.getBean(DataFastGoals.class).track(Goal.of(name).forVisitor(VISITOR).with("email", EMAIL));
		context.getBean(RecordedOutcomes.class).awaitCount(outcomes);
	}

	private ConfigurableApplicationContext run(String... arguments) {
		return new SpringApplicationBuilder(Application.class)
			.properties("datafast.base-url=" + this.mock.getBaseUrl(), "datafast.api-key=" + this.mock.getApiKey(),
					"datafast.delivery.mode=jdbc", "datafast.delivery.jdbc.poll-interval=50ms",
					"spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1",
					"management.endpoints.web.exposure.include=*", "server.port=0", "server.address=127.0.0.1",
					"spring.main.banner-mode=off", "spring.flyway.enabled=false")
			.run(arguments);
	}

	private JsonContent send(ConfigurableApplicationContext context, String method, String path) throws Exception {
		HttpResponse<String> response = exchange(context, method, path);
		assertThat(response.statusCode()).isEqualTo(200);
		return new JsonContent(response.body());
	}

	private int status(ConfigurableApplicationContext context, String method, String path) throws Exception {
		return exchange(context, method, path).statusCode();
	}

	private HttpResponse<String> exchange(ConfigurableApplicationContext context, String method, String path)
			throws Exception {
		String port = context.getEnvironment().getRequiredProperty("local.server.port");
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
			.method(method, HttpRequest.BodyPublishers.noBody())
			.build();
		return this.operator.send(request, HttpResponse.BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		RecordedOutcomes recordedOutcomes() {
			return new RecordedOutcomes();
		}

	}

}
