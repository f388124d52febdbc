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

import java.util.List;
import java.util.Map;

import io.datafast.benchmarks.JmhRun.Score;

/**
 * Compares {@code track} with Segment's {@code enqueue} and PostHog's {@code capture} on
 * the calling thread, the API answering at once.
 */
final class TrackSuite implements Suite {

	private static final double AIM = 0.2;

	@Override
	public List<Comparison> run() throws Exception {
		try (ChildJvm api = StubApi.launch(0)) {
			Map<String, Score> scores = JmhRun.run(TrackBenchmark.class, "kind",
					"-D" + TrackBenchmark.API + "=" + api.read()[0]);
			Score dataFast = scores.getOrDefault("DATAFAST", Score.NONE);
			Score segment = scores.getOrDefault("SEGMENT", Score.NONE);
			Score postHog = scores.getOrDefault("POSTHOG", Score.NONE);
			double ratio = dataFast.nanos() / segment.nanos();
			return List.of(
					new Comparison("`track`, beside Segment's `enqueue`", dataFast.toString(), segment.toString(),
							ratio, "≤ 0.2", ratio <= AIM),
					Comparison.info("`track`, beside PostHog's `capture`", dataFast.toString(), postHog.toString(),
							dataFast.nanos() / postHog.nanos()));
		}
	}

}
