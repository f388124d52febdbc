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

	private final CompletableFuture<byte[]> result = new CompletableFuture<>();

	private final ByteArrayOutputStream content = new ByteArrayOutputStream(256);

	private final BodyDeadlines deadlines;

	private final long deadline;

	private volatile Flow.@Nullable Subscription subscription;

	/**
	 * Create a subscriber.
	 * @param deadlines sees to it that the body ends at the deadline
	 * @param deadline the reading of {@link System#nanoTime()} at which the body ends,
	 * whether or not it has
	 */
	LimitedBodySubscriber(BodyDeadlines deadlines, long deadline) {
		this.deadlines = deadlines;
		this.deadline = deadline;
	}

	@Override
	public CompletionStage<byte[]> getBody() {
		this.deadlines.add(this);
		if (this.result.isDone()) {
			this.deadlines.remove(this);
		}
		return this.result;
	}

	void endIfOverdue(long now) {
		if (now - this.deadline >= 0) {
			end();
		}
	}

	/**
	 * End the body although more of it may come.
	 */
	private void end() {
		onComplete();
		Flow.Subscription current = this.subscription;
		if (current != null) {
			current.cancel();
		}
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
		end();
	}

	@Override
	public void onError(Throwable throwable) {
		onComplete();
	}

	@Override
	public void onComplete() {
		this.result.complete(received());
		this.deadlines.remove(this);
	}

}
