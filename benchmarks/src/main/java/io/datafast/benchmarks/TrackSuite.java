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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.datafast.benchmarks.JmhRun.Score;

/**
 * Compares {@code track} with Segment's {@code enqueue} and PostHog's {@code capture} on
 * the calling thread.
 */
final class TrackSuite implements Suite {

	private static final double AIM = 0.2;

	@Override
	public List<Comparison> run() throws Exception {
		try (ChildJvm answering = StubApi.launch(0);
				ChildJvm hanging = StubApi.launch(Duration.ofHours(1).toMillis())) {
			Map<String, Score> scores = JmhRun.run(TrackBenchmark.class, List.of("kind", "api"),
					"-Djmh.shutdownTimeout=1", "-Djmh.shutdownTimeout.step=1",
					"-D" + TrackBenchmark.API + TrackBenchmark.ANSWERING + "=" + answering.read()[0],
					"-D" + TrackBenchmark.API + TrackBenchmark.HANGING + "=" + hanging.read()[0]);
			List<Comparison> comparisons = new ArrayList<>();
			comparisons.addAll(compare(scores, TrackBenchmark.HANGING, "nothing being delivered"));
			comparisons.addAll(compare(scores, TrackBenchmark.ANSWERING, "delivery competing for the cores"));
			return comparisons;
		}
	}

	private static List<Comparison> compare(Map<String, Score> scores, String api, String situation) {
		Score dataFast = scores.getOrDefault("DATAFAST " + api, Score.NONE);
		Score segment = scores.getOrDefault("SEGMENT " + api, Score.NONE);
		Score postHog = scores.getOrDefault("POSTHOG " + api, Score.NONE);
		double ratio = dataFast.nanos() / segment.nanos();
		return List.of(
				new Comparison("`track`, " + situation + ", beside Segment's `enqueue`", dataFast.time(),
						segment.time(), ratio, "≤ 0.2", ratio <= AIM),
				Comparison.info("… beside PostHog's `capture`", dataFast.time(), postHog.time(),
						dataFast.nanos() / postHog.nanos()));
	}

}
