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

package io.datafast.actuate;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.actuate.DataFastEndpoint.DataFastDescriptor;
import io.datafast.actuate.DataFastEndpoint.TrackedMethodDescriptor;
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.autoconfigure.DataFastAutoConfiguration;
import io.datafast.autoconfigure.DataFastEndpointAutoConfiguration;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.json.JsonContent;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

class DataFastEndpointTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private static final String EMAIL = "jane.doe@example.com";

	private final HttpClient browser = HttpClient.newHttpClient();

	private final MockDataFast mock = MockDataFast.start();

	private final ApplicationContextRunner runner = DataFastContextRunners.with(this.mock)
		.withConfiguration(AutoConfigurations.of(DataFastEndpointAutoConfiguration.class))
		.withPropertyValues("management.endpoints.web.exposure.include=datafast",
				"management.endpoints.jmx.exposure.include=datafast", "spring.jmx.enabled=true",
				"datafast.delivery.max-attempts=1", "datafast.delivery.visitor-not-found-retry=0");

	@AfterEach
	void stop() {
		this.mock.close();
	}

	@Test
	void showsAFreshApplication() {
		this.runner.run((context) -> {
			DataFastDescriptor state = state(context);
			assertThat(state.enabled()).isTrue();
			assertThat(state.disabledReason()).isNull();
			assertThat(state.baseUrl()).isEqualTo(this.mock.getBaseUrl());
			assertThat(state.delivery())
				.isEqualTo(new DataFastEndpoint.DeliveryDescriptor("memory", 0, 10_000, null, null));
			assertThat(state.outcomes()).isEmpty();
			assertThat(state.lastFailure()).isNull();
			assertThat(state.trackedMethods()).isEmpty();
		});
	}

	@Test
	void saysWhyGoalsAreNotSent() {
		this.runner.withPropertyValues("datafast.enabled=false").run((context) -> {
			context.getBean(DataFastGoals.class).track("signup");
			assertThat(state(context).enabled()).isFalse();
			assertThat(state(context).disabledReason()).contains("datafast.enabled=false");
			assertThat(state(context).outcomes()).isEqualTo(Map.of("skipped", Map.of("disabled", 1L)));
		});
		this.runner.withPropertyValues("datafast.api-key=").run((context) -> {
			assertThat(state(context).enabled()).isFalse();
			assertThat(state(context).disabledReason()).contains("datafast.api-key");
		});
	}

	@Test
	void countsOutcomesAndShowsTheLastFailure() {
		this.mock.answer(MockAnswer.ok(), MockAnswer.ok(), MockAnswer.status(401), MockAnswer.status(404),
				MockAnswer.status(503), MockAnswer.ok());
		Instant begin = Instant.now();
		this.runner.run((context) -> {
			for (int tracked = 1; tracked <= 6; tracked++) {
				context.getBean(DataFastGoals.class).track(Goal.of("signup").forVisitor(VISITOR));
				context.getBean(RecordedOutcomes.class).awaitCount(tracked);
			}
			context.getBean(DataFastGoals.class).track("signup");
			Awaitility.await()
				.untilAsserted(() -> assertThat(state(context).outcomes())
					.isEqualTo(Map.of("created", Map.of("none", 3L), "skipped", Map.of("no_visitor", 1L), "rejected",
							Map.of("authentication", 1L, "visitor_not_found", 1L), "dropped",
							Map.of("attempts_exhausted", 1L))));
			DataFastEndpoint.FailureDescriptor failure = state(context).lastFailure();
			assertThat(failure).isNotNull();
			assertThat(failure.time()).isBetween(begin, Instant.now());
			assertThat(failure.goal()).isEqualTo("signup");
			assertThat(failure.outcome()).isEqualTo("dropped");
			assertThat(failure.reason()).isEqualTo("attempts_exhausted");
			assertThat(failure.status()).isEqualTo(503);
			assertThat(failure.message()).contains("DataFast answered 503");
		});
	}

	@Test
	void aFailureWithoutAnswerHasNoStatus() {
		this.mock.alwaysAnswer(MockAnswer.hang());
		this.runner.withPropertyValues("datafast.read-timeout=200ms").run((context) -> {
			context.getBean(DataFastGoals.class).track(Goal.of("signup").forVisitor(VISITOR));
			Awaitility.await()
				.atMost(Duration.ofSeconds(60))
				.untilAsserted(() -> assertThat(state(context).lastFailure()).isNotNull());
			assertThat(state(context).lastFailure().status()).isNull();
			assertThat(state(context).lastFailure().reason()).isEqualTo("ambiguous");
		});
	}

	@Test
	void showsPendingGoals() {
		this.mock.alwaysAnswer(MockAnswer.hang());
		this.runner
			.withPropertyValues("datafast.delivery.capacity=2", "datafast.read-timeout=1h",
					"datafast.delivery.shutdown-timeout=0s")
			.run((context) -> {
				for (int tracked = 0; tracked < 3; tracked++) {
					context.getBean(DataFastGoals.class).track(Goal.of("signup").forVisitor(VISITOR));
				}
				assertThat(state(context).delivery())
					.isEqualTo(new DataFastEndpoint.DeliveryDescriptor("memory", 2, 2, 0L, null));
				assertThat(state(context).outcomes()).isEqualTo(Map.of("dropped", Map.of("queue_full", 1L)));
			});
	}

	@Test
	void knowsNothingOfAnotherDispatchersQueue() {
		this.runner.withBean(GoalDispatcher.class, () -> (goal) -> {
		})
			.run((context) -> assertThat(state(context).delivery())
				.isEqualTo(new DataFastEndpoint.DeliveryDescriptor("custom", null, null, null, null)));
	}

	@Test
	void listsTheAnnotatedMethodsOfBeans() {
		this.runner.withBean(Shop.class)
			.withBean("another", Shop.class)
			.withBean(AnnotatedPayments.class)
			.run((context) -> {
				Shop shop = context.getBeansOfType(Shop.class).values().iterator().next();
				shop.subscribe(EMAIL);
				context.getBean(Payments.class).pay(1);
				assertThat(state(context).trackedMethods()).containsExactly(
						new TrackedMethodDescriptor("newsletter_signup", Shop.class.getName(), "subscribe(String)"),
						new TrackedMethodDescriptor("payment", AnnotatedPayments.class.getName(), "pay(int)"),
						new TrackedMethodDescriptor("signup", Shop.class.getName(), "subscribe(String)"));
			});
	}

	@Test
	void isOnlyThereWhenExposed() {
		DataFastContextRunners.with(this.mock)
			.withConfiguration(AutoConfigurations.of(DataFastEndpointAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(DataFastEndpoint.class));
		this.runner.withPropertyValues("management.endpoint.datafast.access=NONE")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(DataFastEndpoint.class));
	}

	@Test
	void worksWithoutMicrometer() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer")).run((context) -> {
			context.getBean(DataFastGoals.class).track("signup");
			assertThat(state(context).outcomes()).isEqualTo(Map.of("skipped", Map.of("no_visitor", 1L)));
		});
	}

	@Test
	void theLibraryWorksWithoutActuator() {
		for (String absent : new String[] { "org.springframework.boot.actuate",
				"org.springframework.boot.actuate.autoconfigure" }) {
			new ApplicationContextRunner().withUserConfiguration(OnlyDataFast.class)
				.withPropertyValues("management.endpoints.web.exposure.include=datafast")
				.withClassLoader(new FilteredClassLoader(absent))
				.run((context) -> {
					assertThat(context).hasNotFailed().doesNotHaveBean(DataFastEndpointAutoConfiguration.class);
					context.getBean(DataFastGoals.class).track("signup");
					assertThat(context.getBean(RecordedOutcomes.class).all()).hasSize(1);
				});
		}
	}

	@Test
	void isReadOverHttpAndHoldsNoSecret() throws Exception {
		String quoting = "{\"error\":{\"message\":\"" + this.mock.getApiKey() + " " + VISITOR + " " + EMAIL + "\"}}";
		this.mock.answer(MockAnswer.ok(), MockAnswer.status(400).body(quoting));
		try (ConfigurableApplicationContext context = run("--management.endpoints.web.exposure.include=datafast",
				"--datafast.metadata.contact=" + EMAIL)) {
			for (int tracked = 1; tracked <= 2; tracked++) {
				send(context, "POST", "/newsletter?email=" + EMAIL);
				context.getBean(RecordedOutcomes.class).awaitCount(2 * tracked);
			}
			HttpResponse<String> response = send(context, "GET", "/actuator/datafast");
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.body()).doesNotContain(VISITOR, VISITOR.substring(9), this.mock.getApiKey(), EMAIL,
					"jane");
			assertThat(new JsonContent(response.body())).satisfies((json) -> {
				assertThat(json).extractingPath("$.enabled").isEqualTo(true);
				assertThat(json).doesNotHavePath("$.disabledReason");
				assertThat(json).extractingPath("$.baseUrl").isEqualTo(this.mock.getBaseUrl());
				assertThat(json).extractingPath("$.delivery.mode").isEqualTo("memory");
				assertThat(json).extractingPath("$.outcomes.created.none").isEqualTo(3);
				assertThat(json).extractingPath("$.outcomes.rejected.rejected").isEqualTo(1);
				assertThat(json).extractingPath("$.lastFailure.status").isEqualTo(400);
				assertThat(json).extractingPath("$.lastFailure.message").asString().contains("DataFast answered 400");
				assertThat(json).extractingPath("$.lastFailure.time")
					.asString()
					.satisfies((time) -> assertThat(Instant.parse(time)).isBefore(Instant.now().plusSeconds(1)));
				assertThat(json).extractingPath("$.trackedMethods[0].goal").isEqualTo("newsletter_signup");
			});
			assertThat(send(context, "POST", "/actuator/datafast").statusCode()).isEqualTo(405);
			assertThat(send(context, "DELETE", "/actuator/datafast").statusCode()).isEqualTo(405);
		}
	}

	@Test
	void isNotExposedOverHttpByDefault() throws Exception {
		try (ConfigurableApplicationContext context = run()) {
			assertThat(send(context, "GET", "/actuator/health").statusCode()).isEqualTo(200);
			assertThat(send(context, "GET", "/actuator/datafast").statusCode()).isEqualTo(404);
		}
	}

	private ConfigurableApplicationContext run(String... arguments) {
		return new SpringApplicationBuilder(Application.class)
			.properties("datafast.base-url=" + this.mock.getBaseUrl(), "datafast.api-key=" + this.mock.getApiKey(),
					"datafast.delivery.max-attempts=1", "server.port=0", "server.address=127.0.0.1",
					"spring.main.banner-mode=off")
			.run(arguments);
	}

	private HttpResponse<String> send(ApplicationContext context, String method, String path) throws Exception {
		String port = context.getEnvironment().getRequiredProperty("local.server.port");
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
			.header("Cookie", "datafast_visitor_id=" + VISITOR)
			.method(method, HttpRequest.BodyPublishers.noBody())
			.build();
		return this.browser.send(request, HttpResponse.BodyHandlers.ofString());
	}

	private static DataFastDescriptor state(ApplicationContext context) {
		return context.getBean(DataFastEndpoint.class).dataFast();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Shop shop() {
			return new Shop();
		}

		@Bean
		RecordedOutcomes recordedOutcomes() {
			return new RecordedOutcomes();
		}

	}

	/**
	 * Imported as in an application: without loading what its conditions keep out.
	 */
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataFastAutoConfiguration.class, DataFastEndpointAutoConfiguration.class })
	static class OnlyDataFast {

		@Bean
		RecordedOutcomes recordedOutcomes() {
			return new RecordedOutcomes();
		}

	}

	@RestController
	static class Shop {

		@PostMapping("/newsletter")
		@TrackGoal("newsletter_signup")
		@TrackGoal("signup")
		String subscribe(@GoalMetadata("email") @RequestParam String email) {
			return "subscribed";
		}

		String untracked() {
			return "";
		}

	}

	interface Payments {

		@TrackGoal("payment")
		void pay(int amount);

	}

	static class AnnotatedPayments implements Payments {

		@Override
		public void pay(int amount) {
		}

	}

}
