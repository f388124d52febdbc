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
import java.util.Map;

import org.jspecify.annotations.Nullable;
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
	 * @param parameter the parameter to distinguish the scores by, or {@code null}
	 * @param jvmOptions options for the forked JVMs
	 * @return scores by the parameter's value or, without a parameter, by method name
	 * @throws RunnerException if it fails
	 */
	static Map<String, Score> run(Class<?> benchmark, @Nullable String parameter, String... jvmOptions)
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
			Result<?> allocation = result.getSecondaryResults().get("gc.alloc.rate.norm");
			scores.put(
					(parameter != null) ? result.getParams().getParam(parameter)
							: method.substring(method.lastIndexOf('.') + 1),
					new Score(result.getPrimaryResult().getScore(), result.getPrimaryResult().getScoreError(),
							(allocation != null) ? allocation.getScore() : Double.NaN));
		}
		return scores;
	}

	/**
	 * What JMH found.
	 *
	 * @param nanos nanoseconds per operation
	 * @param error the half width of the 99.9 % confidence interval
	 * @param bytes bytes allocated per operation
	 */
	record Score(double nanos, double error, double bytes) {

		static final Score NONE = new Score(Double.NaN, Double.NaN, Double.NaN);

		@Override
		public String toString() {
			return ResultTable.number(this.nanos) + " ± " + ResultTable.number(this.error) + " ns, "
					+ ResultTable.number(this.bytes) + " B";
		}

	}

}
