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

package io.datafast.starter;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application with {@code spring-boot-starter-web}, the starter and a key, and nothing
 * else.
 */
class NewApplicationTests {

	private static final String VISITOR = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd";

	private static final String BODY = "{\"datafast_visitor_id\":\"" + VISITOR
			+ "\",\"name\":\"newsletter_signup\",\"metadata\":{\"source\":\"footer\"}}";

	@Test
	void sendsExactlyTheDocumentedRequest() throws Exception {
		sendsExactlyTheDocumentedRequest("/subscribe");
	}

	@Test
	void sendsItWhenAFutureIsDoneToo() throws Exception {
		sendsExactlyTheDocumentedRequest("/subscribe-later");
	}

	private static void sendsExactlyTheDocumentedRequest(String path) throws Exception {
		try (ServerSocket api = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			CompletableFuture<String> received = CompletableFuture.supplyAsync(() -> receive(api),
					(task) -> new Thread(task, "api").start());
			String url = "http://127.0.0.1:" + api.getLocalPort() + "/api/v1";
			try (ConfigurableApplicationContext context = SpringApplication.run(NewApplication.class,
					"--datafast.api-key=df_key", "--datafast.base-url=" + url, "--server.port=0")) {
				subscribe(context.getEnvironment().getRequiredProperty("local.server.port"), path);
				String[] request = received.get(60, TimeUnit.SECONDS).split("\r\n\r\n", 2);
				assertThat(request[1]).isEqualTo(BODY);
				assertThat(request[0].split("\r\n")).containsExactlyInAnyOrder("POST /api/v1/goals HTTP/1.1",
						"Host: 127.0.0.1:" + api.getLocalPort(), "Authorization: Bearer df_key",
						"Content-Type: application/json", "Content-Length: " + BODY.length(),
						"Accept: application/json",
						"User-Agent: datafast-spring-boot/" + System.getProperty("project.version"));
			}
		}
	}

	@Test
	void needsNoTransactions() {
		assertThat(
				ClassUtils.isPresent("org.springframework.transaction.support.TransactionSynchronizationManager", null))
			.isFalse();
	}

	private static void subscribe(String port, String path) throws Exception {
		HttpResponse<String> response = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path + "?source=footer"))
				.header("Cookie", "datafast_visitor_id=" + VISITOR)
				.build(), HttpResponse.BodyHandlers.ofString());
		assertThat(response.body()).isEqualTo("subscribed");
	}

	private static String receive(ServerSocket api) {
		try (Socket socket = api.accept()) {
			InputStream input = socket.getInputStream();
			ByteArrayOutputStream request = new ByteArrayOutputStream();
			while (!request.toString(StandardCharsets.UTF_8).endsWith(BODY)) {
				int next = input.read();
				if (next < 0) {
					break;
				}
				request.write(next);
			}
			socket.getOutputStream()
				.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".getBytes(StandardCharsets.UTF_8));
			return request.toString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@SpringBootApplication
	@RestController
	static class NewApplication {

		@GetMapping("/subscribe")
		@TrackGoal("newsletter_signup")
		String subscribe(@GoalMetadata("source") @RequestParam("source") String source) {
			return "subscribed";
		}

		@GetMapping("/subscribe-later")
		@TrackGoal("newsletter_signup")
		CompletableFuture<String> subscribeLater(@GoalMetadata("source") @RequestParam("source") String source) {
			return CompletableFuture.supplyAsync(() -> "subscribed");
		}

	}

}
