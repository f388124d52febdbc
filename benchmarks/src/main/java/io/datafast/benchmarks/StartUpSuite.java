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

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.datafast.benchmarks.empty.EmptyWebApplication;

/**
 * Compares the start-up time of an empty web application with the starter and without.
 */
final class StartUpSuite implements Suite {

	private static final int PAIRS = 101;

	private static final double AIM = 50;

	@Override
	public List<Comparison> run() throws Exception {
		try (WebClassPath classPath = WebClassPath.create()) {
			List<Double> without = new ArrayList<>();
			List<Double> with = new ArrayList<>();
			start(classPath.without());
			start(classPath.with());
			for (int i = 0; i < PAIRS; i++) {
				if (i % 2 == 0) {
					without.add(start(classPath.without()));
				}
				with.add(start(classPath.with()));
				if (i % 2 != 0) {
					without.add(start(classPath.without()));
				}
			}
			List<Double> more = IntStream.range(0, PAIRS).mapToObj((i) -> with.get(i) - without.get(i)).toList();
			double median = Statistics.median(with);
			double reference = Statistics.median(without);
			double medianOfPairs = Statistics.median(more);
			return List.of(new Comparison(
					"Start-up of an empty web application with the starter, beside without: "
							+ ResultTable.number(medianOfPairs) + " ms more, median of " + PAIRS + " pairs",
					ResultTable.number(median) + " ms", ResultTable.number(reference) + " ms", median / reference,
					"≤ 50 ms more", medianOfPairs <= AIM));
		}
	}

	private static double start(String classPath) throws IOException {
		try (ChildJvm jvm = ChildJvm.start(classPath, EmptyWebApplication.class, List.of("-Xmx256m"))) {
			return jvm.readNumber();
		}
	}

}
