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

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.AbstractClientHttpRequest;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.CollectionUtils;
import org.springframework.util.FastByteArrayOutputStream;
import org.springframework.util.ReflectionUtils;

/**
 * A request factory over {@link HttpClient} for small bodies. It keeps the bodies of
 * request and answer in memory. Spring's own factory streams them through further
 * threads, which costs most of the throughput.
 * <p>
 * The read timeout bounds the whole exchange, from before the connection is made to the
 * end of the answer's body; only the resolution of the server's name may add to it.
 * Redirects are not followed, so that the API key is sent to no other host. The protocol
 * is HTTP/1.1, where each exchange has a connection of its own and so fails alone.
 * Thread-safe. No thread is started before the first request.
 */
public final class HttpClientRequestFactory implements ClientHttpRequestFactory {

	/**
	 * How long a pooled connection may have been idle when it is used again. A request
	 * must not use a connection that the server is about to close, and an
	 * {@link HttpClient} has no setting for this time.
	 */
	static final Duration MAX_IDLE = Duration.ofSeconds(4);

	/**
	 * How many clients there are at most. Before Java 21, clients cannot be shut down and
	 * keep a thread until they are garbage-collected, so a fixed number of them takes
	 * turns. A client is used again 44 seconds after its last use at the earliest;
	 * servers have closed most of its connections by then.
	 */
	static final int MAX_CLIENTS = 12;

	/**
	 * {@code HttpClient.shutdown()}, which exists since Java 21.
	 */
	private static final @Nullable Method SHUTDOWN = ReflectionUtils.findMethod(HttpClient.class, "shutdown");

	/**
	 * The JDK's class whose tasks are TLS handshakes.
	 */
	private static final String TLS_HANDSHAKE_TASK = "jdk.internal.net.http.common.SSLFlowDelegate";

	/**
	 * Headers that {@link HttpClient} sets itself and refuses to take from its callers,
	 * in lower case.
	 */
	private static final Set<String> RESTRICTED_HEADERS = Set.of("connection", "content-length", "expect", "host",
			"upgrade");

	private final Duration connectTimeout;

	private final Duration readTimeout;

	private final Supplier<? extends @Nullable Tls> tls;

	/**
	 * Replaced by tests.
	 */
	LongSupplier nanoTime = System::nanoTime;

	/**
	 * The last client is the current one. The first client has been out of use for the
	 * longest time.
	 */
	private final Deque<PooledClient> clients = new ArrayDeque<>();

	/**
	 * Create a factory.
	 * @param connectTimeout how long a connection may take, greater than zero
	 * @param readTimeout how long the whole exchange may take, greater than zero
	 * @param tls supplies the TLS settings, or {@code null} for the JDK's defaults;
	 * called for each request. When it supplies another object, connections with the
	 * previous settings are not used again.
	 */
	public HttpClientRequestFactory(Duration connectTimeout, Duration readTimeout,
			Supplier<? extends @Nullable Tls> tls) {
		this.connectTimeout = connectTimeout;
		this.readTimeout = readTimeout;
		this.tls = tls;
	}

	@Override
	public ClientHttpRequest createRequest(URI uri, HttpMethod method) {
		return new Request(method, uri);
	}

	/**
	 * Begin an exchange.
	 * @return a client, none of whose connections has been idle for too long
	 */
	private synchronized PooledClient acquire() {
		long now = this.nanoTime.getAsLong();
		Tls settings = this.tls.get();
		PooledClient current = this.clients.peekLast();
		if (current == null || current.tls != settings || now - current.allInUseAt >= MAX_IDLE.toNanos()) {
			current = replace(settings);
			current.allInUseAt = now;
			this.clients.addLast(current);
		}
		if (++current.exchanges >= current.connections) {
			current.connections = current.exchanges;
			current.allInUseAt = now;
		}
		return current;
	}

	private synchronized void release(PooledClient client) {
		client.exchanges--;
	}

	private PooledClient replace(@Nullable Tls settings) {
		// The previous client is kept: an exchange that is about to start may use it.
		if (SHUTDOWN != null && this.clients.size() >= 2) {
			ReflectionUtils.invokeMethod(SHUTDOWN, this.clients.removeFirst().client);
		}
		PooledClient oldest = (this.clients.size() >= MAX_CLIENTS) ? this.clients.removeFirst() : null;
		return (oldest != null && oldest.tls == settings) ? oldest : new PooledClient(createClient(settings), settings);
	}

	private HttpClient createClient(@Nullable Tls settings) {
		HttpClient.Builder builder = HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.followRedirects(HttpClient.Redirect.NEVER)
			.connectTimeout(this.connectTimeout)
			.executor(HttpClientRequestFactory::execute);
		if (settings != null) {
			builder.sslContext(settings.context()).sslParameters(settings.parameters());
		}
		return builder.build();
	}

	/**
	 * Run a task of the HTTP client, which handles what its selector thread has read.
	 * Such tasks are short and do not block, so they run on the selector thread, which
	 * spares two changes of threads per answer. It also rules out a race with the
	 * selector for a pooled connection, which on JDK 17 fails one call in some 50,000 at
	 * full load. Only a TLS handshake has a thread of its own: the check of a certificate
	 * may take long, and the selector thread has all other exchanges to serve.
	 */
	private static void execute(Runnable task) {
		if (!task.getClass().getName().startsWith(TLS_HANDSHAKE_TASK)) {
			task.run();
			return;
		}
		Thread thread = new Thread(null, task, "datafast-tls-handshake", 0, false);
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * TLS settings, in place of the JDK's defaults.
	 *
	 * @param context the keys and trusted certificates
	 * @param parameters the protocols and cipher suites
	 */
	public record Tls(SSLContext context, SSLParameters parameters) {

	}

	/**
	 * A client. It has at most as many connections as it has ever had exchanges at the
	 * same time.
	 */
	private static final class PooledClient {

		private final HttpClient client;

		private final @Nullable Tls tls;

		private int exchanges;

		private int connections;

		/**
		 * When all connections were last in use: none has been idle since an earlier
		 * time.
		 */
		private long allInUseAt;

		private PooledClient(HttpClient client, @Nullable Tls tls) {
			this.client = client;
			this.tls = tls;
		}

	}

	/**
	 * A request and its exchange.
	 */
	private final class Request extends AbstractClientHttpRequest {

		private final HttpMethod method;

		private final URI uri;

		private final FastByteArrayOutputStream body = new FastByteArrayOutputStream();

		private volatile boolean sent;

		Request(HttpMethod method, URI uri) {
			this.method = method;
			this.uri = uri;
		}

		@Override
		public HttpMethod getMethod() {
			return this.method;
		}

		@Override
		public URI getURI() {
			return this.uri;
		}

		@Override
		protected OutputStream getBodyInternal(HttpHeaders headers) {
			return this.body;
		}

		@Override
		protected ClientHttpResponse executeInternal(HttpHeaders headers) throws IOException {
			long deadline = System.nanoTime() + HttpClientRequestFactory.this.readTimeout.toNanos();
			Body body = new Body();
			PooledClient pooled = null;
			try {
				pooled = acquire();
				// Unlike sendAsync, send needs no other thread to hand the answer over.
				HttpResponse<?> head = pooled.client.send(request(headers), body::begin);
				// There is no body where a proxy has refused the tunnel with status 407.
				return new Response(head.statusCode(), head.headers(),
						(head.body() != null) ? body.await(deadline) : new byte[0]);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw failure(new InterruptedIOException("Interrupted while waiting for the answer"));
			}
			catch (IOException | RuntimeException ex) {
				ResponseInfo head = body.head;
				if (head != null && body.subscription != null) {
					// The body broke off when it had just begun.
					return new Response(head.statusCode(), head.headers(), body.content.toByteArray());
				}
				// There may be no client, as without file descriptors or with an unusable
				// SSL bundle, and the head of the answer may be malformed.
				throw failure(ex);
			}
			finally {
				if (pooled != null) {
					release(pooled);
				}
			}
		}

		/**
		 * That writing failed ("Broken pipe") does not show that the request was not
		 * sent: with TLS, it is mostly the reply to the server's {@code close_notify}
		 * that could not be written, after the whole request.
		 */
		private IOException failure(Exception cause) {
			if (!this.sent) {
				return new ConnectionFailures.NotSentException(cause);
			}
			return (cause instanceof IOException failure) ? failure : new IOException("The answer is malformed", cause);
		}

		/**
		 * Create the request. Its timeout ends with the head of the answer.
		 */
		private HttpRequest request(HttpHeaders headers) {
			HttpRequest.Builder builder = HttpRequest.newBuilder(this.uri)
				.timeout(HttpClientRequestFactory.this.readTimeout)
				.method(this.method.name(), content());
			headers.forEach((name, values) -> {
				if (!RESTRICTED_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
					values.forEach((value) -> builder.header(name, value));
				}
			});
			return builder.build();
		}

		/**
		 * The body of the request, which is never empty. From the subscription to it on,
		 * the server may receive a whole request.
		 */
		private BodyPublisher content() {
			BodyPublisher content = BodyPublishers.ofByteArray(this.body.toByteArrayUnsafe());
			return BodyPublishers.fromPublisher((subscriber) -> {
				this.sent = true;
				content.subscribe(subscriber);
			}, content.contentLength());
		}

	}

	/**
	 * The answer. Its status counts, however the body ends.
	 *
	 * @param status the status
	 * @param headers the headers
	 * @param body what has been received of the body
	 */
	private record Response(int status, java.net.http.HttpHeaders headers, byte[] body) implements ClientHttpResponse {

		@Override
		public HttpStatusCode getStatusCode() {
			return HttpStatusCode.valueOf(this.status);
		}

		@Override
		public String getStatusText() {
			return "";
		}

		@Override
		public HttpHeaders getHeaders() {
			return HttpHeaders.readOnlyHttpHeaders(CollectionUtils.toMultiValueMap(this.headers.map()));
		}

		@Override
		public InputStream getBody() {
			return new ByteArrayInputStream(this.body);
		}

		@Override
		public void close() {
		}

	}

	/**
	 * Keeps the beginning of a body and never fails. Of a body that breaks off, is too
	 * large or does not end in time, it keeps what has been received.
	 * <p>
	 * The HTTP client is told that the body is complete at once. The thread of the call
	 * waits for the end of the body, which needs no timer. It seldom has to wait, since
	 * the body usually comes with the head.
	 */
	private static final class Body implements BodySubscriber<Body> {

		private final CountDownLatch end = new CountDownLatch(1);

		private final ByteArrayOutputStream content = new ByteArrayOutputStream(256);

		private volatile @Nullable ResponseInfo head;

		/**
		 * There once the HTTP client has understood from the head where the body ends.
		 */
		private volatile Flow.@Nullable Subscription subscription;

		private Body begin(ResponseInfo head) {
			this.head = head;
			return this;
		}

		@Override
		public CompletionStage<Body> getBody() {
			return CompletableFuture.completedFuture(this);
		}

		private byte[] await(long deadline) throws InterruptedException {
			if (!this.end.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
				end();
			}
			return this.content.toByteArray();
		}

		private void end() {
			this.end.countDown();
			Flow.Subscription current = this.subscription;
			if (current != null) {
				current.cancel();
			}
		}

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			this.subscription = subscription;
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(List<ByteBuffer> buffers) {
			for (ByteBuffer buffer : buffers) {
				byte[] bytes = new byte[Math.min(buffer.remaining(), GoalClient.BODY_LIMIT - this.content.size())];
				buffer.get(bytes);
				this.content.writeBytes(bytes);
			}
			if (this.content.size() == GoalClient.BODY_LIMIT) {
				end();
			}
		}

		@Override
		public void onError(Throwable failure) {
			this.end.countDown();
		}

		@Override
		public void onComplete() {
			this.end.countDown();
		}

	}

}
