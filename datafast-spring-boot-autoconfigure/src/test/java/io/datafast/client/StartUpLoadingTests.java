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

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.autoconfigure.DataFastAutoConfiguration;
import io.datafast.interceptor.TrackGoalBeanPostProcessor;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.OtherJvm;
import io.datafast.testing.RawHttpServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Start-up pays for nothing that only the first goal needs. Shown in a JVM of its own,
 * which logs the classes that it loads.
 */
class StartUpLoadingTests {

	private static final List<String> TRANSPORT = List.of("java.net.http.HttpClient",
			"io.datafast.client.HttpClientRequestFactory", "org.springframework.web.client.RestClient");

	@Test
	void startUpLoadsNoClassOfTheTransport(@TempDir Path directory) throws Exception {
		assertThat(loadedClasses(directory)).contains(DataFastGoals.class.getName())
			.noneMatch((name) -> name.startsWith("java.net.http."))
			.noneMatch((name) -> name.startsWith("org.springframework.web.client.RestClient"))
			.filteredOn((name) -> name.startsWith(GoalClient.class.getPackageName() + "."))
			.containsOnly(GoalClientCredentials.class.getName(), Application.class.getName());
	}

	@Test
	void startUpLoadsNoClassOfTheAdvice(@TempDir Path directory) throws Exception {
		assertThat(loadedClasses(directory)).contains(TrackGoalBeanPostProcessor.class.getName())
			.doesNotContain("io.datafast.interceptor.TrackGoalAdvisor", "io.datafast.interceptor.TrackGoalInterceptor",
					"io.datafast.interceptor.ResubscriptionInterceptor", "io.datafast.interceptor.GoalTracker");
	}

	@Test
	void theFirstGoalLoadsTheTransport(@TempDir Path directory) throws Exception {
		try (RawHttpServer server = new RawHttpServer(
				RawHttpServer.text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))) {
			assertThat(loadedClasses(directory, "--datafast.base-url=" + server.url(), "--create"))
				.containsAll(TRANSPORT);
		}
	}

	private static List<String> loadedClasses(Path directory, String... arguments) throws Exception {
		Path log = directory.resolve("classes.log");
		OtherJvm.run(Application.class, List.of("-Xlog:class+load:file=" + log + "::filecount=0"), arguments);
		try (Stream<String> lines = Files.lines(log)) {
			return lines.map((line) -> line.replaceFirst("^\\[.*?]+(\\[.*?] ?)*", "").strip().split(" ")[0]).toList();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ SslAutoConfiguration.class, DataFastAutoConfiguration.class })
	static class Application {

		public static void main(String[] arguments) {
			SpringApplication application = new SpringApplication(Application.class);
			application.setDefaultProperties(
					java.util.Map.of("datafast.api-key", "df_key", "spring.main.web-application-type", "none"));
			try (ConfigurableApplicationContext context = application.run(arguments)) {
				DataFastGoals goals = context.getBean(DataFastGoals.class);
				if (context.getEnvironment().containsProperty("create")) {
					goals.create(Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR));
				}
			}
		}

	}

}
