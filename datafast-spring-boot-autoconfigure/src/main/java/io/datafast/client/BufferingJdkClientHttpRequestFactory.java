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
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;

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
public final class BufferingJdkClientHttpRequestFactory implements ClientHttpRequestFactory {

	/**
	 * Without TLS, what the client would hand over from its selector to another thread is
	 * short and does not block. Done at once, it costs no change of threads, and cannot
	 * meet a pooled connection that the selector thread is about to touch: on JDK 17 that
	 * fails one call in some 50,000 at full load.
	 */
	private static final Executor ON_THE_SELECTOR_THREAD = Runnable::run;

	private static final Duration IDLE_THREAD_TIMEOUT = Duration.ofSeconds(10);

	private final Duration connectTimeout;

	private final Duration readTimeout;

	private final BodyDeadlines bodyDeadlines = new BodyDeadlines();

	private final ExpiringHttpClient plainClient;

	private final ExpiringHttpClient tlsClient;

	/**
	 * Create a factory.
	 * @param connectTimeout how long a connection may take, greater than zero
	 * @param readTimeout how long the whole exchange may take, greater than zero
	 * @param threadFactory makes the threads for what TLS may wait for, such as the check
	 * of a certificate, while the selector has to watch over the timeouts
	 */
	public BufferingJdkClientHttpRequestFactory(Duration connectTimeout, Duration readTimeout,
			ThreadFactory threadFactory) {
		this(connectTimeout, readTimeout, threadFactory, System::nanoTime);
	}

	BufferingJdkClientHttpRequestFactory(Duration connectTimeout, Duration readTimeout, ThreadFactory threadFactory,
			LongSupplier nanoTime) {
		this.connectTimeout = connectTimeout;
		this.readTimeout = readTimeout;
		Executor threads = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_THREAD_TIMEOUT.toMillis(),
				TimeUnit.MILLISECONDS, new SynchronousQueue<>(), threadFactory);
		this.plainClient = new ExpiringHttpClient(() -> createHttpClient(ON_THE_SELECTOR_THREAD), nanoTime);
		this.tlsClient = new ExpiringHttpClient(() -> createHttpClient(threads), nanoTime);
	}

	private HttpClient createHttpClient(Executor executor) {
		return HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.followRedirects(HttpClient.Redirect.NEVER)
			.connectTimeout(this.connectTimeout)
			.executor(executor)
			.build();
	}

	@Override
	public ClientHttpRequest createRequest(URI uri, HttpMethod httpMethod) {
		ExpiringHttpClient client = "https".equalsIgnoreCase(uri.getScheme()) ? this.tlsClient : this.plainClient;
		return new BufferingJdkClientHttpRequest(client.get(), this.bodyDeadlines, uri, httpMethod, this.readTimeout);
	}

}
