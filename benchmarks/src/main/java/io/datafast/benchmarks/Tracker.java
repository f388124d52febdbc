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
import java.util.function.Function;

/**
 * A library that hands over goals to be sent in the background.
 */
interface Tracker extends AutoCloseable {

	/** How many goals may wait: more than are ever tracked. */
	int CAPACITY = 200_000;

	void track(String name, String visitor, Map<String, Object> metadata);

	void drain() throws InterruptedException;

	@Override
	void close();

	/**
	 * The libraries.
	 */
	enum Kind {

		/** This one. */
		DATAFAST(DataFastTracker::new),

		/** Segment's client. */
		SEGMENT(SegmentTracker::new),

		/** PostHog's client. */
		POSTHOG(PostHogTracker::new);

		private final Function<String, Tracker> factory;

		Kind(Function<String, Tracker> factory) {
			this.factory = factory;
		}

		Tracker start(String baseUrl) {
			return this.factory.apply(baseUrl);
		}

	}

}
