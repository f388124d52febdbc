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

import java.lang.reflect.Method;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.util.ReflectionUtils;

/**
 * A request factory over {@link HttpClient} for small bodies: both are kept in memory,
 * where Spring's factory streams them through further threads, which costs most of the
 * throughput.
 * <p>
 * The read timeout bounds the whole exchange, from before the connection is made to the
 * end of the answer's body; only the resolution of the server's name may add to it.
 * Redirects are not followed, so that the API key stays where it belongs. It speaks
 * HTTP/1.1, where each exchange has a connection of its own and so fails alone.
 * Thread-safe; there are no threads before the first request.
 */
public final class HttpClientRequestFactory implements ClientHttpRequestFactory {

	/**
	 * How long a client, and with it each pooled connection, is used: {@link HttpClient}
	 * cannot be told how long to keep idle connections, and a request must not meet one
	 * that the server is about to close.
	 */
	static final Duration MAX_AGE = Duration.ofSeconds(4);

	/**
	 * Where clients cannot be shut down they keep a thread until they are garbage, so
	 * there is a fixed number of them. When a client is used again, 44 to 52 seconds
	 * after its last use under steady load, servers have closed its connections or are
	 * not about to: none of the usual timeouts is in that range.
	 */
	static final int MAX_CLIENTS = 12;

	/**
	 * Since Java 21.
	 */
	private static final @Nullable Method SHUTDOWN = ReflectionUtils.findMethod(HttpClient.class, "shutdown");

	private final Duration connectTimeout;

	private final Duration readTimeout;

	private final Consumer<HttpClient.Builder> tls;

	private final LongSupplier nanoTime;

	/**
	 * From the client that has been out of use for the longest time to the current one.
	 */
	private final Deque<HttpClient> clients = new ArrayDeque<>();

	private long firstUse;

	/**
	 * Create a factory.
	 * @param connectTimeout how long a connection may take, greater than zero
	 * @param readTimeout how long the whole exchange may take, greater than zero
	 * @param tls sets what TLS needs other than the JDK's defaults
	 */
	public HttpClientRequestFactory(Duration connectTimeout, Duration readTimeout, Consumer<HttpClient.Builder> tls) {
		this(connectTimeout, readTimeout, tls, System::nanoTime);
	}

	HttpClientRequestFactory(Duration connectTimeout, Duration readTimeout, Consumer<HttpClient.Builder> tls,
			LongSupplier nanoTime) {
		this.connectTimeout = connectTimeout;
		this.readTimeout = readTimeout;
		this.tls = tls;
		this.nanoTime = nanoTime;
	}

	@Override
	public ClientHttpRequest createRequest(URI uri, HttpMethod method) {
		return new HttpClientRequest(currentClient(), method, uri, this.readTimeout);
	}

	private synchronized HttpClient currentClient() {
		long now = this.nanoTime.getAsLong();
		if (this.clients.isEmpty() || now - this.firstUse >= MAX_AGE.toNanos()) {
			this.clients.addLast((this.clients.size() < MAX_CLIENTS) ? createClient() : this.clients.removeFirst());
			this.firstUse = now;
			// A request that is about to start may have the client before this one.
			if (SHUTDOWN != null && this.clients.size() > 2) {
				ReflectionUtils.invokeMethod(SHUTDOWN, this.clients.removeFirst());
			}
		}
		return this.clients.getLast();
	}

	/**
	 * The client would hand over to another thread whatever its selector has read. That
	 * is short and does not block, so the selector does it at once, which spares a change
	 * of threads per answer. It also cannot meet a pooled connection that the selector is
	 * about to touch: on JDK 17 that fails one call in some 50,000 at full load.
	 */
	private HttpClient createClient() {
		HttpClient.Builder builder = HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.followRedirects(HttpClient.Redirect.NEVER)
			.connectTimeout(this.connectTimeout)
			.executor(Runnable::run);
		this.tls.accept(builder);
		return builder.build();
	}

}
