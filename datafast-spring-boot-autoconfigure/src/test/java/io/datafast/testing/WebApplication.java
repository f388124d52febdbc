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

package io.datafast.testing;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.datafast.autoconfigure.DataFastAutoConfiguration;
import io.datafast.autoconfigure.DataFastReactorAutoConfiguration;
import io.datafast.autoconfigure.DataFastServletAutoConfiguration;
import io.datafast.autoconfigure.DataFastWebFluxAutoConfiguration;
import io.datafast.test.MockDataFast;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.codec.autoconfigure.CodecsAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.error.ErrorWebFluxAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * An application on a real server that talks to a mock of DataFast, and a browser.
 */
public class WebApplication implements AutoCloseable {

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	private final MockDataFast mock = MockDataFast.start();

	private final HttpClient browser = HttpClient.newHttpClient();

	private final ConfigurableApplicationContext context;

	protected WebApplication(WebApplicationType type, Class<?> configuration, String... properties) {
		this(type, (type == WebApplicationType.SERVLET) ? TomcatConfiguration.class : NettyConfiguration.class,
				configuration, properties);
	}

	private WebApplication(WebApplicationType type, Class<?> server, Class<?> configuration, String... properties) {
		List<String> arguments = new ArrayList<>(List.of("--datafast.base-url=" + this.mock.getBaseUrl(),
				"--datafast.api-key=" + this.mock.getApiKey(), "--server.port=0", "--server.address=127.0.0.1",
				"--spring.main.banner-mode=off", "--server.max-http-request-header-size=64KB"));
		for (String property : properties) {
			arguments.add("--" + property);
		}
		this.context = new SpringApplicationBuilder(BaseConfiguration.class, server, configuration).web(type)
			.run(arguments.toArray(String[]::new));
	}

	/**
	 * A Spring MVC application.
	 */
	public static WebApplication onTomcat(Class<?> configuration, String... properties) {
		return new WebApplication(WebApplicationType.SERVLET, configuration, properties);
	}

	/**
	 * A Spring MVC application on Jetty.
	 */
	public static WebApplication onJetty(Class<?> configuration, String... properties) {
		return new WebApplication(WebApplicationType.SERVLET, JettyConfiguration.class, configuration, properties);
	}

	/**
	 * A WebFlux application.
	 */
	public static WebApplication onNetty(Class<?> configuration, String... properties) {
		return new WebApplication(WebApplicationType.REACTIVE, configuration, properties);
	}

	public MockDataFast mock() {
		return this.mock;
	}

	public RecordedOutcomes outcomes() {
		return this.context.getBean(RecordedOutcomes.class);
	}

	public <T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	public int port() {
		return Integer.parseInt(this.context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	public URI uri(String path) {
		return URI.create("http://127.0.0.1:" + port() + path);
	}

	public HttpResponse<String> get(String path, String... headers) throws Exception {
		return send(HttpRequest.newBuilder(uri(path)), headers);
	}

	public HttpResponse<String> post(String path, String body, String... headers) throws Exception {
		return send(HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofString(body)), headers);
	}

	public CompletableFuture<HttpResponse<String>> getAsync(String path, String... headers) {
		HttpRequest request = HttpRequest.newBuilder(uri(path)).headers(headers).timeout(TIMEOUT).build();
		return this.browser.sendAsync(request, HttpResponse.BodyHandlers.ofString());
	}

	private HttpResponse<String> send(HttpRequest.Builder request, String... headers) throws Exception {
		if (headers.length > 0) {
			request.headers(headers);
		}
		return this.browser.send(request.timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
	}

	@Override
	public void close() {
		this.context.close();
		this.mock.close();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataFastAutoConfiguration.class, DataFastReactorAutoConfiguration.class,
			DataFastServletAutoConfiguration.class, DataFastWebFluxAutoConfiguration.class,
			JacksonAutoConfiguration.class })
	public static class BaseConfiguration {

		@Bean
		RecordedOutcomes recordedOutcomes() {
			return new RecordedOutcomes();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ TomcatServletWebServerAutoConfiguration.class, DispatcherServletAutoConfiguration.class,
			WebMvcAutoConfiguration.class, HttpMessageConvertersAutoConfiguration.class,
			ErrorMvcAutoConfiguration.class })
	public static class TomcatConfiguration {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ JettyServletWebServerAutoConfiguration.class, DispatcherServletAutoConfiguration.class,
			WebMvcAutoConfiguration.class, HttpMessageConvertersAutoConfiguration.class,
			ErrorMvcAutoConfiguration.class })
	static class JettyConfiguration {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ NettyReactiveWebServerAutoConfiguration.class, HttpHandlerAutoConfiguration.class,
			WebFluxAutoConfiguration.class, CodecsAutoConfiguration.class, ErrorWebFluxAutoConfiguration.class })
	static class NettyConfiguration {

		/**
		 * So that the end of one application is not the end of the others.
		 */
		@Bean
		ReactorResourceFactory reactorResourceFactory() {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			return resources;
		}

	}

}
