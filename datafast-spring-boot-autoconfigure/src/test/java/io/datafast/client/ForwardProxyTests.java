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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import javax.net.ssl.SSLContext;

import io.datafast.DataFastGoals;
import io.datafast.DataFastRestClientCustomizer;
import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.ForwardProxy;
import io.datafast.testing.OtherJvm;
import io.datafast.testing.RawHttpServer;
import io.datafast.testing.RecordedOutcomes;
import io.datafast.testing.SelfSignedCertificate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.BeanUtils;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Goals through a forward proxy that the JDK's system properties name.
 */
@ExtendWith(OutputCaptureExtension.class)
class ForwardProxyTests {

	private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

	private static SelfSignedCertificate certificate;

	private static SSLContext tls;

	private final Map<String, String> originalProperties = new HashMap<>();

	@BeforeAll
	static void createCertificate(@TempDir Path directory) throws Exception {
		certificate = SelfSignedCertificate.create(directory);
		tls = certificate.sslContext();
	}

	@BeforeEach
	void rememberProperties() {
		for (String name : new String[] { "https.proxyHost", "https.proxyPort", "http.nonProxyHosts" }) {
			this.originalProperties.put(name, System.getProperty(name));
		}
	}

	@AfterEach
	void restoreProperties() {
		this.originalProperties.forEach((name, value) -> {
			if (value != null) {
				System.setProperty(name, value);
			}
			else {
				System.clearProperty(name);
			}
		});
	}

	@Test
	void goalsArriveThroughTheTunnel() {
		try (RawHttpServer server = new RawHttpServer(tls, RawHttpServer.text(ANSWER));
				ForwardProxy proxy = new ForwardProxy(null)) {
			use(proxy);
			runner(server).run((context) -> {
				track(context.getBean(DataFastGoals.class));
				context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
				assertThat(server.requests()).singleElement().asString().startsWith("POST /api/v1/goals ");
				assertThat(proxy.requests()).singleElement()
					.asString()
					.startsWith("CONNECT localhost:")
					.doesNotContain("Authorization")
					.doesNotContain("df_key");
			});
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 403, 407, 502, 504 })
	void goalsWaitWhileTheProxyRefusesTheTunnel(int status, CapturedOutput output) {
		try (RawHttpServer server = new RawHttpServer(tls, RawHttpServer.text(ANSWER));
				ForwardProxy proxy = new ForwardProxy(null)) {
			use(proxy);
			proxy.refuse(status);
			runner(server).withPropertyValues("datafast.delivery.max-attempts=1").run((context) -> {
				track(context.getBean(DataFastGoals.class));
				Awaitility.await().until(() -> proxy.requests().size() >= 5);
				assertThat(context.getBean(RecordedOutcomes.class).all()).isEmpty();
				assertThat(server.requests()).isEmpty();
				assertThat(output.getAll().lines().filter((line) -> line.contains("WARN"))).singleElement()
					.asString()
					.contains(String.valueOf(status));
				proxy.refuse(0);
				context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
			});
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { SimpleClientHttpRequestFactory.class, JdkClientHttpRequestFactory.class })
	void theJdksOtherClientsTellThatATunnelWasRefused(Class<? extends ClientHttpRequestFactory> type) {
		try (ForwardProxy proxy = new ForwardProxy(null)) {
			use(proxy);
			proxy.refuse(403);
			DataFastContextRunners.plain()
				.withPropertyValues("datafast.base-url=https://datafast.invalid/api/v1", "datafast.api-key=df_key")
				.withBean(DataFastRestClientCustomizer.class,
						() -> (builder) -> builder.requestFactory(BeanUtils.instantiateClass(type)))
				.run((context) -> assertThatExceptionOfType(DataFastUnavailableException.class)
					.isThrownBy(() -> context.getBean(DataFastGoals.class)
						.create(Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR)))
					.satisfies((failure) -> assertThat(failure.isAmbiguous()).isFalse()));
			assertThat(proxy.requests()).singleElement().asString().startsWith("CONNECT ");
		}
	}

	@ParameterizedTest
	@CsvSource({ "403, rejected", "502, dropped" })
	void anAnswerThroughTheTunnelIsDataFasts(int status, String outcome) {
		try (RawHttpServer server = new RawHttpServer(tls,
				RawHttpServer.text("HTTP/1.1 " + status + " No\r\nContent-Length: 0\r\n\r\n"));
				ForwardProxy proxy = new ForwardProxy(null)) {
			use(proxy);
			runner(server).withPropertyValues("datafast.delivery.max-attempts=1").run((context) -> {
				track(context.getBean(DataFastGoals.class));
				RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
				outcomes.awaitCount(1);
				assertThat(outcomes.outcomes()).singleElement()
					.satisfies((single) -> assertThat(single.outcomeName()).isEqualTo(outcome));
			});
		}
	}

	/**
	 * In a JVM of its own, since the JDK reads the property only once.
	 */
	@Test
	void aProxyThatAsksForAPasswordGetsTheHeaderOfACustomizer() throws Exception {
		try (RawHttpServer server = new RawHttpServer(tls, RawHttpServer.text(ANSWER));
				ForwardProxy proxy = new ForwardProxy(Application.CREDENTIALS)) {
			OtherJvm.run(Application.class,
					List.of("-Djdk.http.auth.tunneling.disabledSchemes=", "-Dhttps.proxyHost=127.0.0.1",
							"-Dhttps.proxyPort=" + proxy.port(), "-Dhttp.nonProxyHosts="),
					"--datafast.base-url=" + server.url(),
					"--spring.ssl.bundle.jks.company.truststore.location=file:" + certificate.keyStore());
			assertThat(server.requests()).singleElement()
				.asString()
				.startsWith("POST /api/v1/goals ")
				.doesNotContain("Proxy-Authorization");
		}
	}

	private static void use(ForwardProxy proxy) {
		System.setProperty("https.proxyHost", "127.0.0.1");
		System.setProperty("https.proxyPort", String.valueOf(proxy.port()));
		System.setProperty("http.nonProxyHosts", "");
	}

	private static ApplicationContextRunner runner(RawHttpServer server) {
		return DataFastContextRunners.plain()
			.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
			.withPropertyValues("datafast.base-url=" + server.url(), "datafast.api-key=df_key",
					"datafast.ssl.bundle=company", "datafast.delivery.initial-backoff=10ms",
					"datafast.delivery.max-backoff=20ms",
					"spring.ssl.bundle.jks.company.truststore.location=file:" + certificate.keyStore(),
					"spring.ssl.bundle.jks.company.truststore.password=" + SelfSignedCertificate.PASSWORD);
	}

	private static void track(DataFastGoals goals) {
		goals.track(Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		static final String CREDENTIALS = "Basic "
				+ Base64.getEncoder().encodeToString("user:password".getBytes(StandardCharsets.UTF_8));

		public static void main(String[] arguments) throws IOException {
			try (var context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
				.properties("datafast.api-key=df_key", "datafast.ssl.bundle=company", "spring.flyway.enabled=false",
						"spring.datasource.url=jdbc:h2:mem:proxy",
						"spring.ssl.bundle.jks.company.truststore.password=" + SelfSignedCertificate.PASSWORD)
				.run(arguments)) {
				context.getBean(DataFastGoals.class).create(Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR));
			}
		}

		@Bean
		DataFastRestClientCustomizer proxyCredentials() {
			return (builder) -> builder.defaultHeader("Proxy-Authorization", CREDENTIALS);
		}

	}

}
