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
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.AbstractClientHttpRequest;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.FastByteArrayOutputStream;

/**
 * One request of {@link HttpClientRequestFactory}.
 */
final class HttpClientRequest extends AbstractClientHttpRequest {

	/**
	 * {@link HttpClient} sets these itself and refuses them from others.
	 */
	private static final Set<String> RESTRICTED_HEADERS = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

	static {
		RESTRICTED_HEADERS.addAll(Set.of("connection", "content-length", "expect", "host", "upgrade"));
	}

	private final HttpClient client;

	private final HttpMethod method;

	private final URI uri;

	private final Duration timeout;

	private final FastByteArrayOutputStream body = new FastByteArrayOutputStream();

	HttpClientRequest(HttpClient client, HttpMethod method, URI uri, Duration timeout) {
		this.client = client;
		this.method = method;
		this.uri = uri;
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
		long deadline = System.nanoTime() + this.timeout.toNanos();
		AtomicBoolean sent = new AtomicBoolean();
		try {
			// Unlike sendAsync, this needs no other thread to hand the answer over.
			HttpResponse<HttpClientResponse.Body> head = this.client.send(request(headers, sent),
					(info) -> new HttpClientResponse.Body());
			return new HttpClientResponse(head, deadline);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw failure(sent, new InterruptedIOException("Interrupted while waiting for the answer"));
		}
		catch (HttpTimeoutException ex) {
			throw failure(sent, (ex instanceof HttpConnectTimeoutException) ? ex
					: new HttpTimeoutException("No answer within " + this.timeout.toMillis() + " ms"));
		}
		catch (IOException ex) {
			throw failure(sent, ex);
		}
	}

	/**
	 * Create the request. Its timeout ends with the head of the answer.
	 */
	private HttpRequest request(HttpHeaders headers, AtomicBoolean sent) {
		HttpRequest.Builder builder = HttpRequest.newBuilder(this.uri)
			.timeout(this.timeout)
			.method(this.method.name(), content(sent));
		headers.forEach((name, values) -> {
			if (!RESTRICTED_HEADERS.contains(name)) {
				values.forEach((value) -> builder.header(name, value));
			}
		});
		return builder.build();
	}

	/**
	 * Once the body is asked for, the server may get a whole request. It is never empty.
	 */
	private BodyPublisher content(AtomicBoolean sent) {
		BodyPublisher content = BodyPublishers.ofByteArray(this.body.toByteArrayUnsafe());
		return BodyPublishers.fromPublisher((subscriber) -> {
			sent.set(true);
			content.subscribe(subscriber);
		}, content.contentLength());
	}

	private static IOException failure(AtomicBoolean sent, IOException cause) {
		return sent.get() ? cause : new RequestNotSentException(cause);
	}

}
