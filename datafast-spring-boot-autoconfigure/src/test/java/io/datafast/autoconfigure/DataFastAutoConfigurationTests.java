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

package io.datafast.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.GoalReceipt;
import io.datafast.VisitorIdResolver;
import io.datafast.delivery.GoalDelivery;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.memory.InMemoryGoalDispatcher;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.web.VisitorCookie;
import io.datafast.web.servlet.ServletVisitorIdResolver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.web.client.RestClient;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class DataFastAutoConfigurationTests {

	private final ApplicationContextRunner runner = DataFastContextRunners.plain();

	private final WebApplicationContextRunner webRunner = new WebApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(DataFastAutoConfiguration.class, DataFastServletAutoConfiguration.class))
		.withPropertyValues("datafast.api-key=df_key");

	@Test
	void hasTheDocumentedDefaults() {
		this.runner.run((context) -> {
			DataFastProperties properties = context.getBean(DataFastProperties.class);
			assertThat(properties.enabled()).isNull();
			assertThat(properties.apiKey()).isNull();
			assertThat(properties.websiteId()).isNull();
			assertThat(properties.baseUrl()).hasToString("https://datafa.st/api/v1");
			assertThat(properties.connectTimeout()).isEqualTo(Duration.ofSeconds(2));
			assertThat(properties.readTimeout()).isEqualTo(Duration.ofSeconds(5));
			assertThat(properties.metadata()).isEmpty();
			assertThat(properties.visitor().cookieName()).isEqualTo("datafast_visitor_id");
			assertThat(properties.visitor().headerName()).isNull();
			assertThat(properties.visitor().issueCookie()).isFalse();
			assertThat(properties.visitor().renewCookie()).isFalse();
			assertThat(properties.visitor().cookieDomain()).isNull();
			assertThat(properties.delivery().capacity()).isEqualTo(10_000);
			assertThat(properties.delivery().concurrency()).isEqualTo(16);
			assertThat(properties.delivery().shutdownTimeout()).isEqualTo(Duration.ofSeconds(10));
		});
	}

	@Test
	void readsMetadataFromEnvironmentVariablesAndYaml() {
		this.runner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment",
						Map.of("DATAFAST_METADATA_REGION", "eu", "DATAFAST_METADATA_APP_VERSION", "1.2"))))
			.withInitializer((context) -> context.getEnvironment().getPropertySources().addLast(yaml("""
					datafast:
					  metadata:
					    app_version: "1.0"
					    build_number: 7
					    "[release_name]": ginger
					""")))
			.run((context) -> assertThat(context.getBean(DataFastProperties.class).metadata()).containsOnly(
					Map.entry("region", "eu"), Map.entry("app_version", "1.2"), Map.entry("build_number", "7"),
					Map.entry("release_name", "ginger")));
	}

	private static PropertySource<?> yaml(String content) {
		try {
			return new YamlPropertySourceLoader()
				.load("yaml", new ByteArrayResource(content.getBytes(StandardCharsets.UTF_8)))
				.get(0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Test
	void propertiesDoNotPrintTheKeyAndStripIt() {
		this.runner.withPropertyValues("datafast.api-key= df_secret\t").run((context) -> {
			DataFastProperties properties = context.getBean(DataFastProperties.class);
			assertThat(properties.apiKey()).isEqualTo("df_secret");
			assertThat(properties).asString().doesNotContain("secret");
		});
	}

	@Test
	void enabledWithKeyWorks() {
		this.runner.withPropertyValues("datafast.enabled=true", "datafast.api-key=df_key")
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(DataFastGoals.class));
	}

	@Test
	void warnsOfPlainHttpToAnotherMachineOnly(CapturedOutput output) {
		for (String url : new String[] { "http://localhost:1/api", "http://127.0.0.1:1/api", "http://[::1]:1/api",
				"https://example.com/api" }) {
			this.runner.withPropertyValues("datafast.api-key=df_key", "datafast.base-url=" + url)
				.run((context) -> assertThat(context).hasNotFailed());
		}
		assertThat(output).doesNotContain("WARN");
		this.runner.withPropertyValues("datafast.api-key=df_key", "datafast.base-url=http://example.com/api")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce("WARN").contains("http://example.com/api is not https");
	}

	@Test
	void backsOffToTheApplicationsDataFastGoals() {
		DataFastGoals own = new DataFastGoals() {

			@Override
			public void track(Goal goal) {
			}

			@Override
			public GoalReceipt create(Goal goal) {
				return new GoalReceipt(null, "");
			}

		};
		this.runner.withBean("own", DataFastGoals.class, () -> own)
			.run((context) -> assertThat(context).getBean(DataFastGoals.class).isSameAs(own));
	}

	@Test
	void backsOffToTheApplicationsDispatcher() {
		this.runner.withPropertyValues("datafast.api-key=df_key")
			.withBean("own", GoalDispatcher.class, () -> (goal) -> {
			})
			.run((context) -> assertThat(context).hasSingleBean(GoalDispatcher.class)
				.doesNotHaveBean(InMemoryGoalDispatcher.class));
	}

	@Test
	void backsOffToTheApplicationsVisitorIdResolver() {
		this.webRunner.withBean("own", VisitorIdResolver.class, () -> () -> "visitor")
			.run((context) -> assertThat(context).hasSingleBean(VisitorIdResolver.class)
				.doesNotHaveBean(ServletVisitorIdResolver.class));
	}

	@Test
	void backsOffToTheApplicationsOwnInfrastructure() {
		this.webRunner
			.withBean("ownCookie", VisitorCookie.class, () -> new VisitorCookie("own", null, null, false, false))
			.withBean("ownPublisher", GoalOutcomePublisher.class, () -> new GoalOutcomePublisher(() -> List.of()))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(VisitorCookie.class)
				.hasSingleBean(GoalOutcomePublisher.class));
	}

	@Test
	void severalRestClientBuildersAreNoProblem() {
		this.runner.withPropertyValues("datafast.api-key=df_key")
			.withBean("one", RestClient.Builder.class, RestClient::builder)
			.withBean("two", RestClient.Builder.class, RestClient::builder)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(GoalDelivery.class));
	}

	@Test
	void servletPartsNeedAServletApplication() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(VisitorIdResolver.class)
			.doesNotHaveBean(WebMvcConfigurer.class));
		this.webRunner.run((context) -> assertThat(context).hasSingleBean(ServletVisitorIdResolver.class)
			.hasSingleBean(WebMvcConfigurer.class)
			.getBean("dataFastVisitorCookieFilter", FilterRegistrationBean.class)
			.matches((registration) -> !registration.isEnabled()));
	}

	@Test
	void worksWithoutSpringMvcAndWithoutServletApi() {
		this.webRunner.withClassLoader(new FilteredClassLoader("org.springframework.web.servlet"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(ServletVisitorIdResolver.class)
				.doesNotHaveBean("dataFastVisitorIdWebMvcConfigurer"));
		this.runner.withClassLoader(new FilteredClassLoader("jakarta.servlet"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(DataFastGoals.class));
	}

	@Test
	void theDispatcherStopsAfterTheWebServer() {
		this.webRunner.run((context) -> assertThat(context.getBean(InMemoryGoalDispatcher.class).getPhase())
			.isLessThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
			.isNegative());
	}

}
