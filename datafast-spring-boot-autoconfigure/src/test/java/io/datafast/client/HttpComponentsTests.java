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
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.SSLContext;

import io.datafast.DataFastGoals;
import io.datafast.DataFastRestClientCustomizer;
import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RawHttpServer;
import io.datafast.testing.SelfSignedCertificate;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * The documented way to call DataFast through Apache HttpComponents.
 */
class HttpComponentsTests {

	private static final Goal GOAL = Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR);

	private final ApplicationContextRunner runner = DataFastContextRunners.plain()
		.withUserConfiguration(HttpComponents.class)
		.withPropertyValues("datafast.api-key=df_key");

	@Test
	void createsGoals() {
		try (MockDataFast mock = MockDataFast.start()) {
			this.runner
				.withPropertyValues("datafast.base-url=" + mock.getBaseUrl(), "datafast.api-key=" + mock.getApiKey())
				.run((context) -> {
					assertThat(context.getBean(DataFastGoals.class).create(GOAL).eventId()).isNotNull();
					assertThat(mock.getRequests()).singleElement()
						.satisfies((request) -> assertThat(request.headers().get("Authorization"))
							.containsExactly("Bearer " + mock.getApiKey()));
				});
		}
	}

	@Test
	void tellsWhatWasSentFromWhatWasNot() throws IOException {
		try (MockDataFast mock = MockDataFast.start()) {
			mock.answer(MockAnswer.disconnect());
			assertThat(failure(mock.getBaseUrl()).isAmbiguous()).isTrue();
		}
		int closed;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			closed = socket.getLocalPort();
		}
		assertThat(failure("http://127.0.0.1:" + closed).isAmbiguous()).isFalse();
	}

	@Test
	void aConnectTimeoutIsNotAmbiguous() throws IOException {
		try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			List<Socket> waiting = fill(full);
			try {
				assertThat(failure("http://127.0.0.1:" + full.getLocalPort()).isAmbiguous()).isFalse();
			}
			finally {
				for (Socket socket : waiting) {
					socket.close();
				}
			}
		}
	}

	@Test
	void aCertificateOfAnotherHostIsNotAmbiguous(@TempDir Path directory) throws Exception {
		SSLContext tls = SelfSignedCertificate.create(directory).sslContext();
		CloseableHttpClient client = HttpClients.custom()
			.setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
				.setTlsSocketStrategy(new DefaultClientTlsStrategy(tls))
				.build())
			.disableAutomaticRetries()
			.build();
		try (client; RawHttpServer server = new RawHttpServer(tls, RawHttpServer.text(""))) {
			DataFastContextRunners.plain()
				.withBean(DataFastRestClientCustomizer.class,
						() -> (builder) -> builder.requestFactory(new HttpComponentsClientHttpRequestFactory(client)))
				.withPropertyValues("datafast.api-key=df_key",
						"datafast.base-url=" + server.url().replace("localhost", "127.0.0.1"))
				.run((context) -> assertThat(catchThrowableOfType(DataFastUnavailableException.class,
						() -> context.getBean(DataFastGoals.class).create(GOAL))
					.isAmbiguous()).isFalse());
			assertThat(server.requests()).isEmpty();
		}
	}

	/**
	 * Connect until the server has no room for another connection.
	 */
	static List<Socket> fill(ServerSocket server) throws IOException {
		List<Socket> sockets = new ArrayList<>();
		while (true) {
			Socket socket = new Socket();
			try {
				socket.connect(server.getLocalSocketAddress(), 1000);
				sockets.add(socket);
			}
			catch (SocketTimeoutException ex) {
				socket.close();
				return sockets;
			}
		}
	}

	private DataFastUnavailableException failure(String baseUrl) {
		DataFastUnavailableException[] failure = new DataFastUnavailableException[1];
		this.runner.withPropertyValues("datafast.base-url=" + baseUrl)
			.run((context) -> failure[0] = catchThrowableOfType(DataFastUnavailableException.class,
					() -> context.getBean(DataFastGoals.class).create(GOAL)));
		return failure[0];
	}

	@Configuration(proxyBeanMethods = false)
	static class HttpComponents {

		@Bean
		CloseableHttpClient dataFastHttpClient() {
			return HttpClients.custom()
				.setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
					.setMaxConnPerRoute(16)
					.setMaxConnTotal(16)
					.setDefaultConnectionConfig(ConnectionConfig.custom()
						.setConnectTimeout(Timeout.ofSeconds(2))
						.setSocketTimeout(Timeout.ofSeconds(5))
						.build())
					.build())
				.setDefaultRequestConfig(RequestConfig.custom().setResponseTimeout(Timeout.ofSeconds(5)).build())
				.evictIdleConnections(TimeValue.ofSeconds(4))
				.disableRedirectHandling()
				.disableAutomaticRetries()
				.disableCookieManagement()
				.build();
		}

		@Bean
		DataFastRestClientCustomizer httpComponents(CloseableHttpClient dataFastHttpClient) {
			return (builder) -> builder.requestFactory(new HttpComponentsClientHttpRequestFactory(dataFastHttpClient));
		}

	}

}
