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
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.CollectionUtils;

/**
 * The answer to a {@link HttpClientRequest}. Its status counts, however the body ends.
 */
final class HttpClientResponse implements ClientHttpResponse {

	private final HttpResponse<Body> head;

	private final byte[] body;

	/**
	 * Wait for the body.
	 * @param head the answer
	 * @param deadline the reading of {@link System#nanoTime()} at which the body ends,
	 * whether or not it has
	 */
	HttpClientResponse(HttpResponse<Body> head, long deadline) {
		this.head = head;
		// There is none where a proxy has refused the tunnel with status 407.
		Body received = head.body();
		this.body = (received != null) ? received.await(deadline - System.nanoTime()) : new byte[0];
	}

	@Override
	public HttpStatusCode getStatusCode() {
		return HttpStatusCode.valueOf(this.head.statusCode());
	}

	@Override
	public String getStatusText() {
		HttpStatus status = HttpStatus.resolve(this.head.statusCode());
		return (status != null) ? status.getReasonPhrase() : "";
	}

	@Override
	public HttpHeaders getHeaders() {
		return HttpHeaders.readOnlyHttpHeaders(CollectionUtils.toMultiValueMap(this.head.headers().map()));
	}

	@Override
	public InputStream getBody() {
		return new ByteArrayInputStream(this.body);
	}

	@Override
	public void close() {
	}

	/**
	 * Keeps the beginning of a body and never fails: a body that breaks off, is too large
	 * or does not end in time is what has been received of it.
	 * <p>
	 * For the HTTP client the body is complete at once. It is the thread of the call that
	 * waits, which needs no timer, and seldom happens: the body usually comes with the
	 * head.
	 */
	static final class Body implements HttpResponse.BodySubscriber<Body> {

		/**
		 * Many times what DataFast answers.
		 */
		static final int LIMIT = 16 * 1024;

		private final CountDownLatch end = new CountDownLatch(1);

		private final ByteArrayOutputStream content = new ByteArrayOutputStream(256);

		private volatile Flow.@Nullable Subscription subscription;

		@Override
		public CompletionStage<Body> getBody() {
			return CompletableFuture.completedFuture(this);
		}

		private byte[] await(long nanos) {
			boolean ended = false;
			try {
				ended = this.end.await(nanos, TimeUnit.NANOSECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			Flow.Subscription current = this.subscription;
			if (!ended && current != null) {
				current.cancel();
			}
			synchronized (this.content) {
				return this.content.toByteArray();
			}
		}

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			this.subscription = subscription;
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(List<ByteBuffer> buffers) {
			synchronized (this.content) {
				for (ByteBuffer buffer : buffers) {
					byte[] bytes = new byte[Math.min(buffer.remaining(), LIMIT - this.content.size())];
					buffer.get(bytes);
					this.content.write(bytes, 0, bytes.length);
				}
				if (this.content.size() < LIMIT) {
					return;
				}
			}
			this.end.countDown();
			Flow.Subscription current = this.subscription;
			if (current != null) {
				current.cancel();
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
