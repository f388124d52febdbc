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

package io.datafast.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;

import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.util.Timeout;

import org.springframework.http.MediaType;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/**
 * One blocking call of the API, as one would write it without a library.
 */
@FunctionalInterface
interface ApiCall {

	/**
	 * The defaults of {@code datafast.connect-timeout}.
	 */
	Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

	/**
	 * The default of {@code datafast.read-timeout}.
	 */
	Duration READ_TIMEOUT = Duration.ofSeconds(5);

	/**
	 * The body that all of them send.
	 */
	String BODY = "{\"datafast_visitor_id\":\"a3ab2331-989f-4cfa-91c6-2461c9e3c6bd\",\"name\":\"checkout\"}";

	void call() throws Exception;

	static ApiCall bareClient(String baseUrl) {
		HttpClient client = http11();
		URI uri = URI.create(baseUrl + "/goals");
		return () -> {
			HttpRequest request = HttpRequest.newBuilder(uri)
				.timeout(READ_TIMEOUT)
				.header("Authorization", "Bearer df_benchmark")
				.header("Content-Type", "application/json")
				.header("Accept", "application/json")
				.POST(HttpRequest.BodyPublishers.ofString(BODY))
				.build();
			check(client.send(request, HttpResponse.BodyHandlers.ofByteArray()).statusCode());
		};
	}

	static ApiCall stockRestClient(String baseUrl) {
		JdkClientHttpRequestFactory factory = new JdkClientHttpRequestFactory(http11());
		factory.setReadTimeout(READ_TIMEOUT);
		return restClient(baseUrl, factory);
	}

	static ApiCall httpComponents(String baseUrl, int concurrency) {
		return restClient(baseUrl,
				new HttpComponentsClientHttpRequestFactory(HttpClients.custom()
					.setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
						.useSystemProperties()
						.setMaxConnPerRoute(concurrency)
						.setMaxConnTotal(concurrency)
						.setDefaultConnectionConfig(ConnectionConfig.custom()
							.setConnectTimeout(Timeout.of(CONNECT_TIMEOUT))
							.setSocketTimeout(Timeout.of(READ_TIMEOUT))
							.build())
						.build())
					.build()));
	}

	private static ApiCall restClient(String baseUrl, ClientHttpRequestFactory factory) {
		RestClient client = RestClient.builder().baseUrl(baseUrl).requestFactory(factory).build();
		Map<String, String> body = Map.of("datafast_visitor_id", "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd", "name",
				"checkout");
		return () -> check(client.post()
			.uri("/goals")
			.header("Authorization", "Bearer df_benchmark")
			.contentType(MediaType.APPLICATION_JSON)
			.accept(MediaType.APPLICATION_JSON)
			.body(body)
			.retrieve()
			.toEntity(Map.class)
			.getStatusCode()
			.value());
	}

	/**
	 * One connection per thread, and nothing but the bytes: the limit. Not to be called
	 * by more threads than live as long as the call is used.
	 */
	static ApiCall bareSocket(String baseUrl) {
		URI uri = URI.create(baseUrl + "/goals");
		byte[] request = ("POST " + uri.getPath() + " HTTP/1.1\r\nHost: " + uri.getAuthority()
				+ "\r\nAuthorization: Bearer df_benchmark\r\nContent-Type: application/json\r\n"
				+ "Accept: application/json\r\nContent-Length: " + BODY.length() + "\r\n\r\n" + BODY)
			.getBytes(StandardCharsets.US_ASCII);
		ThreadLocal<Socket> sockets = ThreadLocal.withInitial(() -> connect(uri));
		byte[] end = "}]}".getBytes(StandardCharsets.US_ASCII);
		return () -> {
			Socket socket = sockets.get();
			socket.getOutputStream().write(request);
			byte[] answer = new byte[1024];
			int length = 0;
			while (length < end.length || !Arrays.equals(answer, length - end.length, length, end, 0, end.length)) {
				int read = socket.getInputStream().read(answer, length, answer.length - length);
				if (read <= 0) {
					throw new EOFException();
				}
				length += read;
			}
		};
	}

	private static Socket connect(URI uri) {
		try {
			SocketFactory factory = uri.getScheme().equals("https") ? SSLSocketFactory.getDefault()
					: SocketFactory.getDefault();
			Socket socket = factory.createSocket(uri.getHost(), uri.getPort());
			socket.setTcpNoDelay(true);
			socket.setSoTimeout((int) READ_TIMEOUT.toMillis());
			return socket;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static HttpClient http11() {
		return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT_TIMEOUT).build();
	}

	private static void check(int status) {
		if (status != 200) {
			throw new IllegalStateException("Status " + status);
		}
	}

}
