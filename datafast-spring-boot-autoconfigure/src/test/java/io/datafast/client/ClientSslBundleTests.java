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

import java.nio.file.Path;

import io.datafast.DataFastGoals;
import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RawHttpServer;
import io.datafast.testing.SelfSignedCertificate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
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

}
