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
 * Keeps the beginning of a body and never fails: a body that breaks off or is too large
 * counts as what has been received of it.
 */
final class LimitedBodySubscriber implements HttpResponse.BodySubscriber<byte[]> {

	/**
	 * Many times what DataFast answers.
	 */
	static final int LIMIT = 16 * 1024;

	private final CompletableFuture<byte[]> result = new CompletableFuture<>();

	private final ByteArrayOutputStream content = new ByteArrayOutputStream(256);

	private Flow.@Nullable Subscription subscription;

	@Override
	public CompletionStage<byte[]> getBody() {
		return this.result;
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
		if (this.subscription != null) {
			this.subscription.cancel();
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
