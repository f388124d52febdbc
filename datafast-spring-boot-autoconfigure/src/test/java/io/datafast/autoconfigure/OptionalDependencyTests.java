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

import io.datafast.annotation.TrackGoal;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DeferredImportSelector;
import org.springframework.context.annotation.Import;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.ClassUtils;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * All that is optional may be missing. What truly lacks it is in the compatibility tests;
 * so is AspectJ and Bean Validation, which are not there in these tests.
 */
class OptionalDependencyTests {

	private final MockDataFast mock = MockDataFast.start();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withUserConfiguration(Application.class)
		.withPropertyValues("datafast.base-url=" + this.mock.getBaseUrl(), "datafast.api-key=" + this.mock.getApiKey(),
				"management.endpoints.web.exposure.include=datafast")
		.withBean(Newsletter.class);

	@AfterEach
	void stop() {
		this.mock.close();
	}

	@Test
	void tracksWithEverything() {
		this.runner.run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean(Newsletter.class).subscribe();
			assertThat(this.mock).received("newsletter_signup").once();
		});
	}

	@ParameterizedTest
	@CsvSource({ "com.fasterxml.jackson.databind, com.fasterxml.jackson.databind.ObjectMapper",
			"graphql, graphql.schema.DataFetchingEnvironment",
			"io.micrometer.context, io.micrometer.context.ContextSnapshotFactory",
			"io.micrometer.core, io.micrometer.core.instrument.MeterRegistry",
			"io.micrometer, io.micrometer.observation.ObservationRegistry", "io.smallrye, io.smallrye.mutiny.Multi",
			"jakarta.servlet, jakarta.servlet.Servlet", "kotlinx.coroutines, kotlinx.coroutines.flow.Flow",
			"org.springframework.boot.actuate, org.springframework.boot.actuate.endpoint.annotation.Endpoint",
			"org.springframework.boot.restclient, org.springframework.boot.restclient.RestClientCustomizer",
			"org.springframework.graphql, org.springframework.graphql.server.WebGraphQlInterceptor",
			"org.springframework.transaction, org.springframework.transaction.PlatformTransactionManager",
			"org.springframework.web.reactive, org.springframework.web.reactive.DispatcherHandler",
			"org.springframework.web.servlet, org.springframework.web.servlet.DispatcherServlet",
			"reactor, reactor.core.publisher.Mono", "tools.jackson, tools.jackson.databind.json.JsonMapper" })
	void tracksWithout(String packageName, String className) {
		assertThat(ClassUtils.isPresent(className, null)).isTrue();
		this.runner.withClassLoader(new FilteredClassLoader(packageName)).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(ClassUtils.isPresent(className, context.getClassLoader())).isFalse();
			context.getBean(Newsletter.class).subscribe();
			assertThat(this.mock).received("newsletter_signup").once();
		});
	}

	@Configuration(proxyBeanMethods = false)
	@Import(AllAutoConfigurations.class)
	static class Application {

	}

	/**
	 * By name, as Spring Boot does it: what is missing must not be loaded.
	 */
	static class AllAutoConfigurations implements DeferredImportSelector {

		@Override
		public String[] selectImports(AnnotationMetadata importingClass) {
			return ImportCandidates.load(AutoConfiguration.class, null)
				.getCandidates()
				.stream()
				.filter((candidate) -> candidate.startsWith("io.datafast."))
				.sorted()
				.toArray(String[]::new);
		}

	}

	/**
	 * Public, for its proxy is in the class loader that filters.
	 */
	public static class Newsletter {

		@TrackGoal(name = "newsletter_signup", visitorId = "'" + DataFastContextRunners.VISITOR + "'")
		public void subscribe() {
		}

	}

}
