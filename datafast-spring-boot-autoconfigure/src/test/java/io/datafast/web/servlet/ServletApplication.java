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

package io.datafast.web.servlet;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

import io.datafast.autoconfigure.DataFastAutoConfiguration;
import io.datafast.autoconfigure.DataFastServletAutoConfiguration;
import io.datafast.autoconfigure.DataFastTransactionAutoConfiguration;
import io.datafast.autoconfigure.TrackGoalAutoConfiguration;
import io.datafast.test.MockDataFast;
import io.datafast.testing.RecordedOutcomes;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * An application on a real Tomcat that talks to a mock of DataFast, and a browser.
 */
final class ServletApplication implements AutoCloseable {

	private final MockDataFast mock = MockDataFast.start();

	private final HttpClient browser = HttpClient.newHttpClient();

	private final ConfigurableApplicationContext context;

	ServletApplication(Class<?> configuration, String... properties) {
		List<String> arguments = new ArrayList<>(List.of("--datafast.base-url=" + this.mock.getBaseUrl(),
				"--datafast.api-key=" + this.mock.getApiKey(), "--server.port=0", "--server.address=127.0.0.1",
				"--spring.main.banner-mode=off", "--server.max-http-request-header-size=64KB"));
		for (String property : properties) {
			arguments.add("--" + property);
		}
		this.context = new SpringApplicationBuilder(BaseConfiguration.class, configuration)
			.run(arguments.toArray(String[]::new));
	}

	MockDataFast mock() {
		return this.mock;
	}

	RecordedOutcomes outcomes() {
		return this.context.getBean(RecordedOutcomes.class);
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	int port() {
		return Integer.parseInt(this.context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	HttpResponse<String> get(String path, String... headers) throws Exception {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path));
		if (headers.length > 0) {
			request.headers(headers);
		}
		return this.browser.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	@Override
	public void close() {
		this.context.close();
		this.mock.close();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataFastAutoConfiguration.class, DataFastServletAutoConfiguration.class,
			DataFastTransactionAutoConfiguration.class, TrackGoalAutoConfiguration.class,
			TomcatServletWebServerAutoConfiguration.class, DispatcherServletAutoConfiguration.class,
			WebMvcAutoConfiguration.class, JacksonAutoConfiguration.class, HttpMessageConvertersAutoConfiguration.class,
			ErrorMvcAutoConfiguration.class })
	static class BaseConfiguration {

		@Bean
		RecordedOutcomes recordedOutcomes() {
			return new RecordedOutcomes();
		}

	}

}
