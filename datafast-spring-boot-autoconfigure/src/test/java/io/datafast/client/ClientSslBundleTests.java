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

import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

import io.datafast.DataFastGoals;
import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.GoalReceipt;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RawHttpServer;
import io.datafast.testing.SelfSignedCertificate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class ClientSslBundleTests {

	private static final Goal GOAL = Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR);

	private static SelfSignedCertificate certificate;

	@BeforeAll
	static void createCertificate(@TempDir Path directory) throws Exception {
		certificate = SelfSignedCertificate.create(directory);
	}

	@Test
	void aSelfSignedServerIsRefusedWithoutTheBundleAndAcceptedWithIt() throws Exception {
		try (RawHttpServer server = new RawHttpServer(certificate.sslContext(),
				RawHttpServer.text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))) {
			runner().withPropertyValues("datafast.base-url=" + server.url()).run((context) -> {
				DataFastUnavailableException failure = catchThrowableOfType(DataFastUnavailableException.class,
						() -> context.getBean(DataFastGoals.class).create(GOAL));
				assertThat(failure.isAmbiguous()).isFalse();
				assertThat(failure).hasMessageContaining("certification path");
			});
			assertThat(server.requests()).isEmpty();
			runner().withPropertyValues("datafast.base-url=" + server.url(), "datafast.ssl.bundle=company")
				.run((context) -> context.getBean(DataFastGoals.class).create(GOAL));
			assertThat(server.requests()).hasSize(1);
		}
	}

	@Test
	void aBundleThatIsReloadedAppliesToLaterCalls(@TempDir Path directory) throws Exception {
		SelfSignedCertificate other = SelfSignedCertificate.create(directory);
		try (RawHttpServer server = new RawHttpServer(certificate.sslContext(),
				RawHttpServer.text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))) {
			runner()
				.withPropertyValues("datafast.base-url=" + server.url(), "datafast.ssl.bundle=company",
						"spring.ssl.bundle.jks.other.truststore.location=file:" + other.keyStore(),
						"spring.ssl.bundle.jks.other.truststore.password=" + SelfSignedCertificate.PASSWORD)
				.run((context) -> {
					DataFastGoals goals = context.getBean(DataFastGoals.class);
					DefaultSslBundleRegistry bundles = context.getBean(DefaultSslBundleRegistry.class);
					SslBundle original = bundles.getBundle("company");
					goals.create(GOAL);
					bundles.updateBundle("company", bundles.getBundle("other"));
					assertThat(catchThrowableOfType(DataFastUnavailableException.class, () -> goals.create(GOAL))
						.isAmbiguous()).isFalse();
					bundles.updateBundle("company", original);
					goals.create(GOAL);
					assertThat(server.requests()).hasSize(2);
				});
		}
	}

	@Test
	void aSlowCheckOfACertificateHoldsUpNoOtherCall() throws Exception {
		SlowTrustManager trustManager = new SlowTrustManager();
		try (RawHttpServer server = new RawHttpServer(certificate.sslContext(),
				RawHttpServer.text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))) {
			runner()
				.withPropertyValues("datafast.base-url=" + server.url(), "datafast.ssl.bundle=slow",
						"datafast.connect-timeout=5m", "datafast.read-timeout=5m")
				.withBean(SslBundleRegistrar.class,
						() -> (bundles) -> bundles.registerBundle("slow",
								SslBundle.of(null, null, null, null, SslManagerBundle.from(trustManager))))
				.run((context) -> {
					DataFastGoals goals = context.getBean(DataFastGoals.class);
					CompletableFuture<GoalReceipt> slow = CompletableFuture.supplyAsync(() -> goals.create(GOAL),
							(task) -> new Thread(task).start());
					assertThat(trustManager.checking.await(1, TimeUnit.MINUTES)).isTrue();
					assertThat(
							CompletableFuture.supplyAsync(() -> goals.create(GOAL), (task) -> new Thread(task).start()))
						.succeedsWithin(Duration.ofMinutes(1));
					assertThat(slow).isNotDone();
					trustManager.over.countDown();
					assertThat(slow).succeedsWithin(Duration.ofMinutes(1));
				});
		}
		finally {
			trustManager.over.countDown();
		}
	}

	@Test
	void theProtocolsOfTheBundleApply() throws Exception {
		try (RawHttpServer server = new RawHttpServer(certificate.sslContext(),
				RawHttpServer.text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))) {
			runner()
				.withPropertyValues("datafast.base-url=" + server.url(), "datafast.ssl.bundle=company",
						"spring.ssl.bundle.jks.company.options.enabled-protocols=TLSv1.1")
				.run((context) -> assertThat(catchThrowableOfType(DataFastUnavailableException.class,
						() -> context.getBean(DataFastGoals.class).create(GOAL))
					.isAmbiguous()).isFalse());
		}
	}

	@Test
	void aBundleThatCannotBeReadFailsStartUp() {
		runner()
			.withPropertyValues("datafast.ssl.bundle=company",
					"spring.ssl.bundle.jks.company.truststore.location=file:/does/not/exist.p12")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("exist.p12"));
	}

	@Test
	void aBundleThatDoesNotExistDoesNotMatterWithoutKey() {
		runner().withPropertyValues("datafast.api-key=", "datafast.ssl.bundle=unknown")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private static ApplicationContextRunner runner() {
		return DataFastContextRunners.plain()
			.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
			.withPropertyValues("datafast.api-key=df_key",
					"spring.ssl.bundle.jks.company.truststore.location=file:" + certificate.keyStore(),
					"spring.ssl.bundle.jks.company.truststore.password=" + SelfSignedCertificate.PASSWORD);
	}

	/**
	 * Takes its time for the first certificate.
	 */
	private static final class SlowTrustManager extends X509ExtendedTrustManager {

		final CountDownLatch over = new CountDownLatch(1);

		final CountDownLatch checking = new CountDownLatch(1);

		private final AtomicBoolean first = new AtomicBoolean(true);

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
			if (this.first.getAndSet(false)) {
				this.checking.countDown();
				try {
					this.over.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String type) {
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String type) {
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
		}

		@Override
		public X509Certificate[] getAcceptedIssuers() {
			return new X509Certificate[0];
		}

	}

}
