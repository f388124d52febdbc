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

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.datafast.benchmarks.JmhRun.Score;

/**
 * Compares annotated calls with the call through a proxy without advice, and with
 * Micrometer's {@code @Counted}.
 */
final class AnnotatedCallSuite implements Suite {

	private static final double MICROSECOND = 1000;

	@Override
	public List<Comparison> run() throws Exception {
		Map<String, Score> scores = JmhRun.run(AnnotatedCallBenchmark.class, List.of());
		Score noAdvice = score(scores, "noAdvice");
		Score withoutMetadata = score(scores, "withoutMetadata");
		double overhead = withoutMetadata.nanos() - noAdvice.nanos();
		double countedOverhead = score(scores, "counted").nanos() - noAdvice.nanos();
		List<Comparison> comparisons = new ArrayList<>();
		comparisons.add(call("`@TrackGoal` without metadata", withoutMetadata, noAdvice, "added ≤ 1 µs", MICROSECOND));
		comparisons.add(new Comparison("… what it adds, beside what `@Counted` adds",
				ResultTable.number(overhead) + " ns", ResultTable.number(countedOverhead) + " ns",
				overhead / countedOverhead, "≤ 1", overhead <= countedOverhead));
		comparisons
			.add(call("`@TrackGoal`, two parameters as metadata", score(scores, "parameterMetadata"), noAdvice, "", 0));
		comparisons.add(call("`@TrackGoal`, two SpEL entries", score(scores, "expressionMetadata"), noAdvice,
				"added ≤ 3 µs", 3 * MICROSECOND));
		comparisons.add(call("`@TrackGoal`, a condition", score(scores, "condition"), noAdvice, "", 0));
		comparisons.add(call("`@Counted`", score(scores, "counted"), noAdvice, "", 0));
		return comparisons;
	}

	private static Score score(Map<String, Score> scores, String method) {
		Score score = scores.get(method);
		if (score == null) {
			throw new IllegalStateException("There is no result of " + method);
		}
		return score;
	}

	private static Comparison call(String name, Score call, Score noAdvice, String aim, double bound) {
		return new Comparison(name + ", beside no advice", call.timeAndBytes(), noAdvice.timeAndBytes(),
				call.nanos() / noAdvice.nanos(), aim,
				aim.isEmpty() ? null : Boolean.valueOf(call.nanos() - noAdvice.nanos() <= bound));
	}

}
