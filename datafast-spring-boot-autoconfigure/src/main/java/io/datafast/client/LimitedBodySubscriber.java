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

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Keeps the beginning of a body and never fails: a body that breaks off, is too large or
 * does not end in time counts as what has been received of it.
 */
final class LimitedBodySubscriber implements HttpResponse.BodySubscriber<byte[]> {

	/**
	 * Many times what DataFast answers.
	 */
	static final int LIMIT = 16 * 1024;

	private static final byte[] TIMED_OUT = new byte[0];

	private final CompletableFuture<byte[]> result = new CompletableFuture<>();

	private final ByteArrayOutputStream content = new ByteArrayOutputStream(256);

	private final long deadline;

	private volatile Flow.@Nullable Subscription subscription;

	/**
	 * Create a subscriber.
	 * @param deadline the reading of {@link System#nanoTime()} at which the body ends,
	 * whether or not it has
	 */
	LimitedBodySubscriber(long deadline) {
		this.deadline = deadline;
	}

	@Override
	public CompletionStage<byte[]> getBody() {
		return this.result.completeOnTimeout(TIMED_OUT, this.deadline - System.nanoTime(), TimeUnit.NANOSECONDS)
			.thenApply(this::endIfTimedOut);
	}

	private byte[] endIfTimedOut(byte[] body) {
		Flow.Subscription current = this.subscription;
		if (body == TIMED_OUT && current != null) {
			current.cancel();
		}
		return body;
	}

	byte[] received() {
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
		Flow.Subscription current = this.subscription;
		if (current != null) {
			current.cancel();
		}
		onComplete();
	}

	@Override
	public void onError(Throwable throwable) {
		onComplete();
	}

	@Override
	public void onComplete() {
		this.result.complete(received());
	}

}
