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

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.datafast.DataFastGoals;
import io.datafast.DataFastRestClientCustomizer;
import io.datafast.Goal;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RawHttpServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.http.client.support.HttpRequestWrapper;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application with HTTP clients of its own: nothing of them reaches DataFast, and
 * nothing of DataFast's client reaches them.
 */
class ApplicationsHttpClientsTests {

	private static final Goal GOAL = Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR);

	private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

	@ParameterizedTest
	@EnumSource
	void nothingOfTheOnlyBuilderReachesDataFast(Customization customization) {
		RestClient.Builder builder = RestClient.builder();
		customization.customize(builder);
		assertThatTheRequestIsOurs(
				DataFastContextRunners.plain().withBean("backend", RestClient.Builder.class, () -> builder));
	}

	@ParameterizedTest
	@EnumSource
	void nothingOfTwoBuildersReachesDataFast(Customization customization) {
		assertThatTheRequestIsOurs(DataFastContextRunners.plain()
			.withBean("plain", RestClient.Builder.class, RestClient::builder)
			.withBean("backend", RestClient.Builder.class, () -> {
				RestClient.Builder builder = RestClient.builder();
				customization.customize(builder);
				return builder;
			}));
	}

	@ParameterizedTest
	@EnumSource
	void nothingOfCustomizersReachesDataFast(Customization customization) {
		assertThatTheRequestIsOurs(DataFastContextRunners.plain()
			.withConfiguration(AutoConfigurations.of(RestClientAutoConfiguration.class))
			.withBean(RestClientCustomizer.class, () -> customization::customize));
	}

	@Test
	void nothingOfBootsSettingsForHttpClientsReachesDataFast() {
		ClientHttpRequestFactory onlyTheBackend = (uri, method) -> {
			throw new IOException("only the backend");
		};
		assertThatTheRequestIsOurs(DataFastContextRunners.plain()
			.withConfiguration(AutoConfigurations.of(HttpClientAutoConfiguration.class,
					ImperativeHttpClientAutoConfiguration.class, RestClientAutoConfiguration.class,
					RestTemplateAutoConfiguration.class))
			.withPropertyValues("spring.http.clients.connect-timeout=1ns", "spring.http.clients.read-timeout=1ns",
					"spring.http.clients.imperative.factory=simple")
			.withBean(ClientHttpRequestFactoryBuilder.class,
					() -> ClientHttpRequestFactoryBuilder.of(() -> onlyTheBackend))
			.withBean(ClientHttpRequestFactory.class, () -> onlyTheBackend)
			.withBean(RestTemplateCustomizer.class, () -> (template) -> template.setRequestFactory(onlyTheBackend))
			.withBean(ClientHttpRequestInterceptor.class, () -> balancing()));
	}

	@Test
	void customizersOfOursComeInTheirOrderAndAreFollowedByTheKeyAlone() {
		DataFastRestClientCustomizer bearer = (builder) -> Customization.BEARER_INTERCEPTOR.customize(builder);
		assertThatTheRequestIsOurs(DataFastContextRunners.plain()
			.withBean("first", DataFastRestClientCustomizer.class,
					() -> (builder) -> builder.requestFactory((uri, method) -> {
						throw new IOException("replaced by the second");
					}))
			.withBean("second", DataFastRestClientCustomizer.class,
					() -> (builder) -> builder.requestFactory(new SimpleClientHttpRequestFactory()))
			.withBean("third", DataFastRestClientCustomizer.class, () -> bearer));
	}

	/**
	 * As Spring Cloud does with builders that are {@code @LoadBalanced}.
	 */
	@Test
	void aLoadBalancerForAllBuildersDoesNotBalanceDataFast() {
		assertThatTheRequestIsOurs(DataFastContextRunners.plain()
			.withBean("backend", RestClient.Builder.class, RestClient::builder)
			.withBean("loadBalancer", BeanPostProcessor.class, () -> new BeanPostProcessor() {

				@Override
				public Object postProcessBeforeInitialization(Object bean, String name) {
					return (bean instanceof RestClient.Builder builder) ? builder.requestInterceptor(balancing())
							: bean;
				}

			}));
	}

	@Test
	void nothingOfOursReachesTheApplicationsClients() {
		RestClient.Builder builder = RestClient.builder();
		try (MockDataFast mock = MockDataFast.start();
				RawHttpServer backend = new RawHttpServer(RawHttpServer.text(OK))) {
			DataFastContextRunners.with(mock)
				.withBean("backend", RestClient.Builder.class, () -> builder)
				.run((context) -> {
					context.getBean(DataFastGoals.class).create(GOAL);
					builder.build().get().uri(backend.url()).retrieve().toBodilessEntity();
					assertThat(backend.requests()).singleElement()
						.asString()
						.doesNotContainIgnoringCase("datafast")
						.doesNotContainIgnoringCase("authorization");
				});
		}
	}

	private static ClientHttpRequestInterceptor balancing() {
		return (request, body, execution) -> execution.execute(new HttpRequestWrapper(request) {

			@Override
			public URI getURI() {
				return URI.create("http://127.0.0.1:1/instance-of-" + request.getURI().getHost());
			}

		}, body);
	}

	private static void assertThatTheRequestIsOurs(ApplicationContextRunner runner) {
		try (RawHttpServer server = new RawHttpServer(RawHttpServer.text(OK))) {
			runner.withPropertyValues("datafast.base-url=" + server.url(), "datafast.api-key=df_key").run((context) -> {
				context.getBean(DataFastGoals.class).create(GOAL);
				assertThat(server.requests()).singleElement().asString().satisfies((request) -> {
					assertThat(request).startsWith("POST /api/v1/goals HTTP/1.1\r\n")
						.contains("\r\nAuthorization: Bearer df_key\r\n")
						.contains("\r\nAccept: application/json\r\n")
						.contains("\r\nContent-Type: application/json\r\n")
						.endsWith("{\"datafast_visitor_id\":\"" + DataFastContextRunners.VISITOR
								+ "\",\"name\":\"goal\"}");
					assertThat(headerNames(request)).isSubsetOf("accept", "authorization", "connection",
							"content-length", "content-type", "host", "http2-settings", "upgrade", "user-agent");
				});
			});
		}
	}

	private static List<String> headerNames(String request) {
		return Stream.of(request.substring(0, request.indexOf("\r\n\r\n")).split("\r\n"))
			.skip(1)
			.map((line) -> line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT))
			.toList();
	}

	/**
	 * What applications do to a builder for a backend of theirs.
	 */
	enum Customization {

		DEFAULT_HEADERS((builder) -> builder.defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer backend")
			.defaultHeader("X-Api-Key", "backend")
			.defaultHeader(HttpHeaders.ACCEPT, "application/xml")
			.defaultHeader(HttpHeaders.CONTENT_TYPE, "application/xml")
			.defaultHeader(HttpHeaders.ACCEPT_ENCODING, "gzip")),

		COOKIE((builder) -> builder.defaultCookie("SESSION", "backend")),

		BEARER_INTERCEPTOR((builder) -> builder.requestInterceptor((request, body, execution) -> {
			request.getHeaders().setBearerAuth("backend");
			return execution.execute(request, body);
		})),

		REFUSING_INTERCEPTOR((builder) -> builder.requestInterceptor((request, body, execution) -> {
			throw new IllegalStateException("only the backend");
		})),

		INITIALIZER((builder) -> builder
			.requestInitializer((request) -> request.getHeaders().setBasicAuth("user", "backend"))),

		DEFAULT_REQUEST((builder) -> builder.defaultRequest((request) -> request.header("X-Tenant", "backend"))),

		STATUS_HANDLER(
				(builder) -> builder.defaultStatusHandler(HttpStatusCode::is2xxSuccessful, (request, response) -> {
					throw new IllegalStateException("of the backend");
				})),

		BASE_URL((builder) -> builder.baseUrl("http://backend.invalid/{tenant}")
			.defaultUriVariables(Map.of("tenant", "backend"))),

		REQUEST_FACTORY((builder) -> builder.requestFactory((uri, method) -> {
			throw new IOException("only the backend");
		})),

		LOAD_BALANCER((builder) -> builder.requestInterceptor(balancing()));

		private final Consumer<RestClient.Builder> customizer;

		Customization(Consumer<RestClient.Builder> customizer) {
			this.customizer = customizer;
		}

		void customize(RestClient.Builder builder) {
			this.customizer.accept(builder);
		}

	}

}
