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

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What handing over a goal costs the thread that tracks it. Every iteration hands over a
 * batch. Against an API that answers, the queue is drained before the next one.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 60)
@Measurement(iterations = 40)
@Fork(1)
@SuppressWarnings("NullAway.Init")
public class TrackBenchmark {

	static final int BATCH = 1000;

	private static final long PAUSE_MILLIS = 20;

	static final String ANSWERING = "answering";

	static final String HANGING = "hanging";

	static final String API = "benchmarks.api.";

	private final Map<String, Object> metadata = Map.of("plan", "pro", "source", "footer");

	/**
	 * Who tracks.
	 */
	@Param({ "DATAFAST", "SEGMENT", "POSTHOG" })
	public String kind;

	/**
	 * Whether the API answers at once, so that delivery competes for the processors, or
	 * not at all.
	 */
	@Param({ ANSWERING, HANGING })
	public String api;

	private Tracker tracker;

	/**
	 * Starts the tracker.
	 */
	@Setup
	public void start() {
		this.tracker = Tracker.Kind.valueOf(this.kind).start(System.getProperty(API + this.api));
	}

	/**
	 * Waits until everything is delivered. Where nothing is, the queue has room for all
	 * iterations, and the pause lets the JVM's compilers finish: all batches together
	 * take less time than they do.
	 * @throws InterruptedException if interrupted
	 */
	@TearDown(Level.Iteration)
	public void drain() throws InterruptedException {
		if (this.api.equals(ANSWERING)) {
			this.tracker.drain();
		}
		else {
			Thread.sleep(PAUSE_MILLIS);
		}
	}

	/**
	 * Stops the tracker.
	 */
	@TearDown
	public void stop() {
		if (this.api.equals(ANSWERING)) {
			this.tracker.close();
		}
	}

	/**
	 * Tracks a batch of goals, one after the other.
	 */
	@Benchmark
	@OperationsPerInvocation(BATCH)
	public void track() {
		for (int i = 0; i < BATCH; i++) {
			this.tracker.track("checkout", "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd", this.metadata);
		}
	}

}
