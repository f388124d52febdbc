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
import java.util.concurrent.Executor;
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
 * end of the answer's body. Redirects are not followed, so that the API key stays where
 * it belongs. It speaks HTTP/1.1, where each exchange has a connection of its own and so
 * fails alone. Thread-safe; there are no threads before the first request.
 */
public final class BufferingJdkClientHttpRequestFactory implements ClientHttpRequestFactory {

	/**
	 * A pooled connection is used for no longer than this, which is less than servers
	 * keep idle ones: a request must not meet a connection that is just being closed.
	 */
	static final Duration MAX_CLIENT_AGE = Duration.ofSeconds(4);

	private static final int RING_SIZE = 16;

	/**
	 * What the client would hand over from its selector to another thread is short and
	 * does not block. Done at once, it costs no change of threads, and cannot meet a
	 * pooled connection that the selector thread is about to touch: on JDK 17 that fails
	 * one call in some 50,000 at full load.
	 */
	private static final Executor ON_THE_SELECTOR_THREAD = Runnable::run;

	/**
	 * Since Java 21.
	 */
	private static final @Nullable Method SHUTDOWN = ReflectionUtils.findMethod(HttpClient.class, "shutdown");

	private final Duration connectTimeout;

	private final Duration readTimeout;

	private final LongSupplier nanoTime;

	private final BodyDeadlines bodyDeadlines = new BodyDeadlines();

	private final Deque<HttpClient> ring = new ArrayDeque<>();

	private @Nullable HttpClient current;

	private @Nullable HttpClient previous;

	private long createdAt;

	/**
	 * Create a factory.
	 * @param connectTimeout how long a connection may take, greater than zero
	 * @param readTimeout how long the whole exchange may take, greater than zero
	 */
	public BufferingJdkClientHttpRequestFactory(Duration connectTimeout, Duration readTimeout) {
		this(connectTimeout, readTimeout, System::nanoTime);
	}

	BufferingJdkClientHttpRequestFactory(Duration connectTimeout, Duration readTimeout, LongSupplier nanoTime) {
		this.connectTimeout = connectTimeout;
		this.readTimeout = readTimeout;
		this.nanoTime = nanoTime;
	}

	@Override
	public ClientHttpRequest createRequest(URI uri, HttpMethod httpMethod) {
		return new BufferingJdkClientHttpRequest(httpClient(), this.bodyDeadlines, uri, httpMethod, this.readTimeout);
	}

	/**
	 * {@link HttpClient} has no setting of its own for how long it keeps connections, so
	 * the client is replaced together with its pool. The one before the current one may
	 * still be taken by a request that is about to start.
	 */
	private synchronized HttpClient httpClient() {
		long now = this.nanoTime.getAsLong();
		if (this.current == null || now - this.createdAt >= MAX_CLIENT_AGE.toNanos()) {
			this.current = (SHUTDOWN != null) ? replace(SHUTDOWN) : nextOfRing();
			this.createdAt = now;
		}
		return this.current;
	}

	private HttpClient replace(Method shutdown) {
		if (this.previous != null) {
			ReflectionUtils.invokeMethod(shutdown, this.previous);
		}
		this.previous = this.current;
		return createHttpClient();
	}

	/**
	 * A client that cannot be shut down keeps its thread until it is garbage, so there is
	 * a fixed number of them. When a client's turn comes again, servers have closed the
	 * connections that it kept.
	 */
	private HttpClient nextOfRing() {
		if (this.ring.size() < RING_SIZE) {
			this.ring.addLast(createHttpClient());
		}
		else {
			this.ring.addLast(this.ring.removeFirst());
		}
		return this.ring.getLast();
	}

	private HttpClient createHttpClient() {
		return HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.followRedirects(HttpClient.Redirect.NEVER)
			.connectTimeout(this.connectTimeout)
			.executor(ON_THE_SELECTOR_THREAD)
			.build();
	}

}
