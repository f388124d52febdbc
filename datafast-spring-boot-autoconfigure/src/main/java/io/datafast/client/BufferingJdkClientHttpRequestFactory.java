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

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * A request factory over {@link HttpClient} for small bodies: both are kept in memory,
 * where Spring's factory streams them through further threads, which costs most of the
 * throughput.
 * <p>
 * The read timeout bounds the whole exchange, from before the connection is made to the
 * end of the answer's body. Redirects are not followed, so that the API key stays where
 * it belongs. It speaks HTTP/1.1, where each exchange has a connection of its own and so
 * fails alone. Thread-safe; there are no threads before the first request.
 */
public final class BufferingJdkClientHttpRequestFactory implements ClientHttpRequestFactory {

	private static final Duration IDLE_THREAD_TIMEOUT = Duration.ofSeconds(10);

	private final Duration connectTimeout;

	private final Duration readTimeout;

	private volatile @Nullable HttpClient httpClient;

	/**
	 * Create a factory.
	 * @param connectTimeout how long a connection may take, greater than zero
	 * @param readTimeout how long the whole exchange may take, greater than zero
	 */
	public BufferingJdkClientHttpRequestFactory(Duration connectTimeout, Duration readTimeout) {
		this.connectTimeout = connectTimeout;
		this.readTimeout = readTimeout;
	}

	@Override
	public ClientHttpRequest createRequest(URI uri, HttpMethod httpMethod) {
		return new BufferingJdkClientHttpRequest(httpClient(), uri, httpMethod, this.readTimeout);
	}

	private HttpClient httpClient() {
		HttpClient client = this.httpClient;
		if (client == null) {
			synchronized (this) {
				client = this.httpClient;
				if (client == null) {
					client = createHttpClient();
					this.httpClient = client;
				}
			}
		}
		return client;
	}

	private HttpClient createHttpClient() {
		CustomizableThreadFactory threads = new CustomizableThreadFactory("datafast-http-");
		threads.setDaemon(true);
		return HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.followRedirects(HttpClient.Redirect.NEVER)
			.connectTimeout(this.connectTimeout)
			.executor(new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_THREAD_TIMEOUT.toMillis(),
					TimeUnit.MILLISECONDS, new SynchronousQueue<>(), threads))
			.build();
	}

}
