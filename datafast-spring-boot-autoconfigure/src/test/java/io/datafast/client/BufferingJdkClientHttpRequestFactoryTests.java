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
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

import io.datafast.testing.RawHttpServer;
import org.junit.jupiter.api.Test;

import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpResponse;

import static org.assertj.core.api.Assertions.assertThat;

class BufferingJdkClientHttpRequestFactoryTests {

	private final AtomicLong now = new AtomicLong();

	private final BufferingJdkClientHttpRequestFactory factory = new BufferingJdkClientHttpRequestFactory(
			Duration.ofSeconds(10), Duration.ofSeconds(60), daemon(), this.now::get);

	@Test
	void reusesConnectionsButNotForLongerThanServersKeepThem() throws Exception {
		Set<Socket> connections = ConcurrentHashMap.newKeySet();
		try (RawHttpServer server = new RawHttpServer((socket) -> {
			connections.add(socket);
			RawHttpServer.text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").write(socket);
		})) {
			call(server);
			call(server);
			assertThat(connections).hasSize(1);
			for (int generation = 2; generation <= 5; generation++) {
				this.now.addAndGet(BufferingJdkClientHttpRequestFactory.MAX_CLIENT_AGE.toNanos());
				call(server);
				call(server);
				assertThat(connections).hasSize(generation);
			}
		}
	}

	private static ThreadFactory daemon() {
		return (runnable) -> {
			Thread thread = new Thread(runnable);
			thread.setDaemon(true);
			return thread;
		};
	}

	private void call(RawHttpServer server) throws Exception {
		try (ClientHttpResponse response = this.factory.createRequest(URI.create(server.url()), HttpMethod.GET)
			.execute()) {
			assertThat(response.getStatusCode().value()).isEqualTo(200);
		}
	}

}
