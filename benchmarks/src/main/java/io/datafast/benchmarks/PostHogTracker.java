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

import com.posthog.server.PostHog;
import com.posthog.server.PostHogCaptureOptions;
import com.posthog.server.PostHogConfig;
import com.posthog.server.PostHogInterface;

/**
 * PostHog's client with its defaults, but sending to the given URL, without feature flags
 * and with a larger queue.
 */
final class PostHogTracker implements Tracker {

	/** It does not tell what is pending. A batch is delivered in a fraction of this. */
	private static final long DRAIN_MILLIS = 300;

	private final PostHogInterface postHog;

	PostHogTracker(String baseUrl) {
		this.postHog = PostHog.with(PostHogConfig.builder("benchmark")
			.host(baseUrl)
			.maxQueueSize(CAPACITY)
			.preloadFeatureFlags(false)
			.sendFeatureFlagEvent(false)
			.build());
	}

	@Override
	public void track(String name, String visitor, Map<String, Object> metadata) {
		this.postHog.capture(visitor, name, PostHogCaptureOptions.builder().properties(metadata).build());
	}

	@Override
	public void drain() throws InterruptedException {
		this.postHog.flush();
		Thread.sleep(DRAIN_MILLIS);
	}

	@Override
	public void close() {
		this.postHog.close();
	}

}
