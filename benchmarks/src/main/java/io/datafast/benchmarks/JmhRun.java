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

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs a JMH benchmark with the allocation profiler.
 */
final class JmhRun {

	private JmhRun() {
	}

	/**
	 * Runs a benchmark class.
	 * @param benchmark the class
	 * @param parameters the parameters to distinguish the scores by
	 * @param jvmOptions options for the forked JVMs
	 * @return scores by the parameters' values, separated by a space, or, without
	 * parameters, by method name
	 * @throws RunnerException if it fails
	 */
	static Map<String, Score> run(Class<?> benchmark, List<String> parameters, String... jvmOptions)
			throws RunnerException {
		Options options = new OptionsBuilder().include(benchmark.getName() + "\\.")
			.addProfiler(GCProfiler.class)
			.jvmArgsAppend(jvmOptions)
			.shouldFailOnError(true)
			.build();
		Map<String, Score> scores = new LinkedHashMap<>();
		for (RunResult result : new Runner(options,
				OutputFormatFactory.createFormatInstance(System.err, VerboseMode.NORMAL))
			.run()) {
			String method = result.getParams().getBenchmark();
			String key = parameters.isEmpty() ? method.substring(method.lastIndexOf('.') + 1)
					: parameters.stream().map(result.getParams()::getParam).collect(Collectors.joining(" "));
			org.openjdk.jmh.util.Statistics nanos = result.getPrimaryResult().getStatistics();
			Result<?> allocation = result.getSecondaryResults().get("gc.alloc.rate.norm");
			scores.put(key, new Score(nanos.getPercentile(50), nanos.getMin(), nanos.getMax(),
					(allocation != null) ? allocation.getScore() : Double.NaN));
		}
		return scores;
	}

	/**
	 * What JMH found.
	 *
	 * @param nanos nanoseconds per operation: the median of the iterations
	 * @param min the least of the iterations
	 * @param max the greatest of the iterations
	 * @param bytes bytes allocated per operation, by all threads
	 */
	record Score(double nanos, double min, double max, double bytes) {

		static final Score NONE = new Score(Double.NaN, Double.NaN, Double.NaN, Double.NaN);

		String time() {
			return ResultTable.number(this.nanos) + " ns (" + ResultTable.number(this.min) + "–"
					+ ResultTable.number(this.max) + ")";
		}

		String timeAndBytes() {
			return time() + ", " + ResultTable.number(this.bytes) + " B";
		}

	}

}
