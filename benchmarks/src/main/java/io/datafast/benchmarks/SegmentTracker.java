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

package io.datafast.benchmarks;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import com.segment.analytics.Analytics;
import com.segment.analytics.Callback;
import com.segment.analytics.messages.Message;
import com.segment.analytics.messages.TrackMessage;

/**
 * Segment's client with its defaults, but sending to the given URL.
 */
final class SegmentTracker implements Tracker {

	private final AtomicLong pending = new AtomicLong();

	private final Analytics analytics;

	SegmentTracker(String baseUrl) {
		this.analytics = Analytics.builder("benchmark").endpoint(baseUrl).callback(new Callback() {

			@Override
			public void success(Message message) {
				SegmentTracker.this.pending.decrementAndGet();
			}

			@Override
			public void failure(Message message, Throwable failure) {
				System.err.println("Unexpected: " + failure);
				SegmentTracker.this.pending.decrementAndGet();
			}

		}).build();
	}

	@Override
	public void track(String name, String visitor, Map<String, Object> metadata) {
		this.pending.incrementAndGet();
		this.analytics.enqueue(TrackMessage.builder(name).anonymousId(visitor).properties(metadata));
	}

	@Override
	public void drain() throws InterruptedException {
		this.analytics.flush();
		while (this.pending.get() > 0) {
			Thread.sleep(1);
		}
	}

	@Override
	public void close() {
		this.analytics.shutdown();
	}

}
