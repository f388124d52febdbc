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
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.AbstractClientHttpRequest;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.FastByteArrayOutputStream;

/**
 * One request of {@link BufferingJdkClientHttpRequestFactory}.
 */
final class BufferingJdkClientHttpRequest extends AbstractClientHttpRequest {

	/**
	 * {@link HttpClient} sets these itself and refuses them from others.
	 */
	private static final Set<String> RESTRICTED_HEADERS = restrictedHeaders();

	private final HttpClient httpClient;

	private final BodyDeadlines bodyDeadlines;

	private final URI uri;

	private final HttpMethod method;

	private final Duration timeout;

	private final FastByteArrayOutputStream body = new FastByteArrayOutputStream();

	BufferingJdkClientHttpRequest(HttpClient httpClient, BodyDeadlines bodyDeadlines, URI uri, HttpMethod method,
			Duration timeout) {
		this.httpClient = httpClient;
		this.bodyDeadlines = bodyDeadlines;
		this.uri = uri;
		this.method = method;
		this.timeout = timeout;
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
		ObservedBodyPublisher content = new ObservedBodyPublisher(this.body.toByteArrayUnsafe());
		Answer answer = new Answer(
				new LimitedBodySubscriber(this.bodyDeadlines, System.nanoTime() + this.timeout.toNanos()));
		int status = 0;
		try {
			// Unlike sendAsync, this needs no other thread to hand the answer over.
			status = this.httpClient.send(createRequest(headers, content), answer).statusCode();
		}
		catch (HttpConnectTimeoutException ex) {
			throw failure(content, ex);
		}
		catch (HttpTimeoutException ex) {
			if (!answer.hasBegun()) {
				throw failure(content, new HttpTimeoutException("No answer within " + this.timeout.toMillis() + " ms"));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw failure(content, new InterruptedIOException("Interrupted while waiting for the answer"));
		}
		catch (IOException ex) {
			if (!answer.hasBegun()) {
				throw failure(content, ex);
			}
		}
		if (status == HttpStatus.PROXY_AUTHENTICATION_REQUIRED.value() && !content.isRequested()) {
			// HttpClient passes the answer of the proxy off as the server's.
			throw new RequestNotSentException(new IOException("A proxy asks for authentication (status 407)"));
		}
		return answer.toResponse();
	}

	private HttpRequest createRequest(HttpHeaders headers, HttpRequest.BodyPublisher content) {
		HttpRequest.Builder builder = HttpRequest.newBuilder(this.uri)
			.timeout(this.timeout)
			.method(this.method.name(), content);
		headers.forEach((name, values) -> {
			if (!RESTRICTED_HEADERS.contains(name)) {
				values.forEach((value) -> builder.header(name, value));
			}
		});
		return builder.build();
	}

	private static Set<String> restrictedHeaders() {
		Set<String> headers = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
		headers.addAll(Set.of("connection", "content-length", "expect", "host", "upgrade"));
		return headers;
	}

	private static IOException failure(ObservedBodyPublisher content, IOException cause) {
		return content.isRequested() ? cause : new RequestNotSentException(cause);
	}

	/**
	 * Knows whether the body was asked for, that is whether the server can have got a
	 * whole request.
	 */
	private static final class ObservedBodyPublisher implements HttpRequest.BodyPublisher {

		private final HttpRequest.BodyPublisher delegate;

		private volatile boolean requested;

		ObservedBodyPublisher(byte[] content) {
			this.delegate = HttpRequest.BodyPublishers.ofByteArray(content);
		}

		boolean isRequested() {
			return this.requested;
		}

		@Override
		public long contentLength() {
			return this.delegate.contentLength();
		}

		@Override
		public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
			this.requested = true;
			this.delegate.subscribe(subscriber);
		}

	}

	/**
	 * Collects the answer. Once its head is there, the status counts, however the body
	 * ends.
	 */
	private static final class Answer implements HttpResponse.BodyHandler<byte[]> {

		private volatile HttpResponse.@Nullable ResponseInfo head;

		private final LimitedBodySubscriber body;

		Answer(LimitedBodySubscriber body) {
			this.body = body;
		}

		@Override
		public HttpResponse.BodySubscriber<byte[]> apply(HttpResponse.ResponseInfo responseInfo) {
			this.head = responseInfo;
			return this.body;
		}

		boolean hasBegun() {
			return this.head != null;
		}

		ClientHttpResponse toResponse() throws IOException {
			HttpResponse.ResponseInfo info = this.head;
			if (info == null) {
				throw new IOException("The answer has no head");
			}
			HttpHeaders headers = new HttpHeaders();
			info.headers().map().forEach(headers::addAll);
			return new BufferedClientHttpResponse(info.statusCode(), headers, this.body.received());
		}

	}

}
