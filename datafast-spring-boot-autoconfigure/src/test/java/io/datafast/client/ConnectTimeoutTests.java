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
import java.util.List;
import java.util.function.Consumer;

import io.datafast.DataFastGoals;
import io.datafast.DataFastRestClientCustomizer;
import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.testing.DataFastContextRunners;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * A server that accepts no more connections: nothing has been sent.
 */
class ConnectTimeoutTests {

	@ParameterizedTest
	@EnumSource
	void isNotAmbiguous(Client client) throws IOException {
		try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			List<Socket> waiting = HttpComponentsTests.fill(full);
			try {
				DataFastContextRunners.plain()
					.withPropertyValues("datafast.api-key=df_key", "datafast.connect-timeout=100ms",
							"datafast.base-url=http://127.0.0.1:" + full.getLocalPort())
					.withBean(DataFastRestClientCustomizer.class, () -> client.customizer::accept)
					.run((context) -> {
						DataFastUnavailableException failure = catchThrowableOfType(DataFastUnavailableException.class,
								() -> context.getBean(DataFastGoals.class)
									.create(Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR)));
						assertThat(failure.isAmbiguous()).isFalse();
						assertThat(failure).hasMessageContainingAll("onnect", "timed out");
					});
			}
			finally {
				for (Socket socket : waiting) {
					socket.close();
				}
			}
		}
	}

	enum Client {

		OF_THE_LIBRARY((builder) -> {
		}),

		HTTP_URL_CONNECTION((builder) -> {
			SimpleClientHttpRequestFactory factory = new SimpleClientHttpRequestFactory();
			factory.setConnectTimeout(100);
			builder.requestFactory(factory);
		}),

		STOCK_JDK_FACTORY((builder) -> builder.requestFactory(new JdkClientHttpRequestFactory(
				java.net.http.HttpClient.newBuilder().connectTimeout(java.time.Duration.ofMillis(100)).build())));

		private final Consumer<RestClient.Builder> customizer;

		Client(Consumer<RestClient.Builder> customizer) {
			this.customizer = customizer;
		}

	}

}
