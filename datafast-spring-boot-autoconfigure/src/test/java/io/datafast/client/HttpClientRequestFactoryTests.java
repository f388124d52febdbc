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
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ssl.SSLContext;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.datafast.testing.RawHttpServer;
import io.datafast.testing.SelfSignedCertificate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class HttpClientRequestFactoryTests {

	private final AtomicLong now = new AtomicLong();

	private final HttpClientRequestFactory factory = factory();

	private HttpClientRequestFactory factory() {
		HttpClientRequestFactory created = new HttpClientRequestFactory(Duration.ofSeconds(10), Duration.ofSeconds(60),
				() -> null);
		created.nanoTime = this.now::get;
		return created;
	}

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
				this.now.addAndGet(HttpClientRequestFactory.MAX_IDLE.toNanos());
				call(server);
				call(server);
				assertThat(connections).hasSize(generation);
			}
		}
	}

	@Test
	void keepsConnectionsThatAreInUse() throws Exception {
		Set<Socket> connections = ConcurrentHashMap.newKeySet();
		try (RawHttpServer server = new RawHttpServer((socket) -> {
			connections.add(socket);
			RawHttpServer.text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").write(socket);
		})) {
			for (int i = 0; i < 20; i++) {
				call(server);
				this.now.addAndGet(HttpClientRequestFactory.MAX_IDLE.toNanos() / 2);
			}
			assertThat(connections).hasSize(1);
		}
	}

	@Test
	void doesNotKeepConnectionsOfWhichOnlySomeAreInUse() throws Exception {
		Set<Socket> connections = ConcurrentHashMap.newKeySet();
		CountDownLatch bothAreThere = new CountDownLatch(2);
		try (RawHttpServer server = new RawHttpServer((socket) -> {
			connections.add(socket);
			bothAreThere.countDown();
			bothAreThere.await();
			RawHttpServer.text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").write(socket);
		})) {
			CompletableFuture<Void> other = CompletableFuture.runAsync(() -> call(server),
					(task) -> new Thread(task).start());
			call(server);
			other.get();
			assertThat(connections).hasSize(2);
			this.now.addAndGet(HttpClientRequestFactory.MAX_IDLE.toNanos() / 2);
			call(server);
			assertThat(connections).hasSize(2);
			this.now.addAndGet(HttpClientRequestFactory.MAX_IDLE.toNanos() / 2);
			call(server);
			assertThat(connections).hasSize(3);
		}
	}

	@Test
	void clientsDoNotPileUp() throws Exception {
		try (RawHttpServer server = new RawHttpServer(
				RawHttpServer.text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))) {
			long others = selectorThreads();
			for (int generation = 0; generation < 60; generation++) {
				this.now.addAndGet(HttpClientRequestFactory.MAX_IDLE.toNanos());
				call(server);
			}
			Awaitility.await().until(() -> selectorThreads() - others <= HttpClientRequestFactory.MAX_CLIENTS);
		}
	}

	@Test
	void aRequestWithoutAClientIsNotSent() throws Exception {
		IllegalStateException failure = new IllegalStateException("No TLS");
		HttpClientRequestFactory withoutClient = new HttpClientRequestFactory(Duration.ofSeconds(10),
				Duration.ofSeconds(60), () -> {
					throw failure;
				});
		ClientHttpRequest request = withoutClient.createRequest(URI.create("http://localhost:1/"), HttpMethod.POST);
		assertThatExceptionOfType(ConnectionFailures.NotSentException.class).isThrownBy(request::execute)
			.withCause(failure);
	}

	private static long selectorThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().endsWith("-SelectorManager"))
			.count();
	}

	@Test
	void speaksTlsWithManyConnectionsAtATime(@TempDir Path directory) throws Exception {
		SSLContext original = SSLContext.getDefault();
		SSLContext context = SelfSignedCertificate.create(directory).sslContext();
		HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		ExecutorService threads = Executors.newCachedThreadPool();
		try {
			server.setHttpsConfigurator(new HttpsConfigurator(context));
			server.setExecutor(threads);
			server.createContext("/", (exchange) -> {
				byte[] body = exchange.getRequestBody().readAllBytes();
				exchange.sendResponseHeaders(200, body.length);
				exchange.getResponseBody().write(body);
				exchange.close();
			});
			server.start();
			SSLContext.setDefault(context);
			URI uri = URI.create("https://localhost:" + server.getAddress().getPort() + "/");
			List<Future<String>> answers = new ArrayList<>();
			for (int i = 0; i < 16; i++) {
				String body = ("" + (char) ('a' + i)).repeat(1 + 1000 * i);
				answers.add(threads.submit(() -> {
					String answer = "";
					for (int call = 0; call < 50; call++) {
						answer = post(uri, body);
					}
					return answer;
				}));
			}
			for (int i = 0; i < 16; i++) {
				assertThat(answers.get(i).get()).isEqualTo(("" + (char) ('a' + i)).repeat(1 + 1000 * i));
			}
		}
		finally {
			SSLContext.setDefault(original);
			server.stop(0);
			threads.shutdownNow();
		}
	}

	private String post(URI uri, String body) throws IOException {
		ClientHttpRequest request = this.factory.createRequest(uri, HttpMethod.POST);
		request.getBody().write(body.getBytes(StandardCharsets.US_ASCII));
		try (ClientHttpResponse response = request.execute()) {
			return new String(response.getBody().readAllBytes(), StandardCharsets.US_ASCII);
		}
	}

	private void call(RawHttpServer server) {
		try {
			ClientHttpRequest request = this.factory.createRequest(URI.create(server.url()), HttpMethod.POST);
			request.getBody().write('1');
			try (ClientHttpResponse response = request.execute()) {
				assertThat(response.getStatusCode().value()).isEqualTo(200);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
