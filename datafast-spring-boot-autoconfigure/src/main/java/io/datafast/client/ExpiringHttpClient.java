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
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * An {@link HttpClient} that is replaced, together with its pool of connections, before
 * servers close those: it has no setting of its own for how long it keeps them.
 * Thread-safe.
 */
final class ExpiringHttpClient {

	/**
	 * A pooled connection is used for no longer than this, which is less than servers
	 * keep idle ones: a request must not meet a connection that is just being closed.
	 */
	static final Duration MAX_AGE = Duration.ofSeconds(4);

	private static final int RING_SIZE = 16;

	/**
	 * Since Java 21.
	 */
	private static final @Nullable Method SHUTDOWN = ReflectionUtils.findMethod(HttpClient.class, "shutdown");

	private final Supplier<HttpClient> factory;

	private final LongSupplier nanoTime;

	private final Deque<HttpClient> ring = new ArrayDeque<>();

	private @Nullable HttpClient current;

	private @Nullable HttpClient previous;

	private long createdAt;

	ExpiringHttpClient(Supplier<HttpClient> factory, LongSupplier nanoTime) {
		this.factory = factory;
		this.nanoTime = nanoTime;
	}

	/**
	 * The current client. The one before it is left alone, since a request that is about
	 * to start may have taken it.
	 */
	synchronized HttpClient get() {
		long now = this.nanoTime.getAsLong();
		if (this.current == null || now - this.createdAt >= MAX_AGE.toNanos()) {
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
		return this.factory.get();
	}

	/**
	 * A client that cannot be shut down keeps its thread until it is garbage, so there is
	 * a fixed number of them. When a client's turn comes again, servers have closed the
	 * connections that it kept.
	 */
	private HttpClient nextOfRing() {
		if (this.ring.size() < RING_SIZE) {
			this.ring.addLast(this.factory.get());
		}
		else {
			this.ring.addLast(this.ring.removeFirst());
		}
		return this.ring.getLast();
	}

}
