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
import java.util.concurrent.TimeUnit;

import io.datafast.benchmarks.CallTarget.Order;
import io.datafast.benchmarks.CallTarget.Receipt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * What an annotation costs the call of a method.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init")
public class AnnotatedCallBenchmark {

	private final Order order = new Order("pro", 42);

	private final String source = "footer";

	private ConfigurableApplicationContext context;

	private CallTarget target;

	private CallTarget proxyWithoutAdvice;

	/**
	 * Starts the application.
	 */
	@Setup
	public void start() {
		this.context = BenchmarkApplication.start("http://127.0.0.1:9", Map.of(), CallTargetConfiguration.class);
		this.target = this.context.getBean(CallTarget.class);
		this.proxyWithoutAdvice = CallTargetConfiguration.proxyWithoutAdvice();
	}

	/**
	 * Stops the application.
	 */
	@TearDown
	public void stop() {
		this.context.close();
	}

	/**
	 * Calls a proxy that has no advice.
	 * @return the result
	 */
	@Benchmark
	public Object noAdvice() {
		return this.proxyWithoutAdvice.plain(this.order, this.source);
	}

	/**
	 * Calls a method that Micrometer counts.
	 * @return the result
	 */
	@Benchmark
	public Receipt counted() {
		return this.target.counted(this.order, this.source);
	}

	/**
	 * Calls a method that is a goal without metadata.
	 * @return the result
	 */
	@Benchmark
	public Receipt withoutMetadata() {
		return this.target.withoutMetadata(this.order, this.source);
	}

	/**
	 * Calls a method that is a goal with two arguments as metadata.
	 * @return the result
	 */
	@Benchmark
	public Receipt parameterMetadata() {
		return this.target.parameterMetadata(this.order.plan(), this.source);
	}

	/**
	 * Calls a method that is a goal with two expressions as metadata.
	 * @return the result
	 */
	@Benchmark
	public Receipt expressionMetadata() {
		return this.target.expressionMetadata(this.order, this.source);
	}

	/**
	 * Calls a method that is a goal on a condition, which holds.
	 * @return the result
	 */
	@Benchmark
	public Receipt condition() {
		return this.target.condition(this.order, this.source);
	}

}
