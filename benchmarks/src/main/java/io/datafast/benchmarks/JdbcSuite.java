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
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

/**
 * Measures delivery through a database: what a goal adds to a transaction, how many goals
 * are delivered, and how soon.
 */
final class JdbcSuite implements Suite {

	private static final int PRODUCERS = 4;

	private static final int TRANSACTIONS = 20_000;

	private static final int BACKLOG = 10_000;

	private static final int ROUNDS = 5;

	private static final int SINGLE_GOALS = 500;

	private final String url;

	/**
	 * Creates the suite.
	 * @param url the JDBC URL of a PostgreSQL database, or {@code null} if there is none
	 */
	JdbcSuite(@Nullable String url) {
		this.url = (url != null) ? url : "";
	}

	@Override
	public List<Comparison> run() throws Exception {
		if (this.url.isEmpty()) {
			System.err.println("left out: -Dpostgresql=jdbc:postgresql://... names no database");
			return List.of();
		}
		List<Comparison> comparisons = new ArrayList<>();
		try (ChildJvm api = StubApi.launch(0)) {
			String baseUrl = api.read()[0];
			comparisons.addAll(compareTransactions(baseUrl));
			for (int concurrency : new int[] { 4, 8, 16, 32 }) {
				double rate = deliver(baseUrl, concurrency, 1);
				comparisons.add(Comparison.info("Delivered per second through PostgreSQL, concurrency " + concurrency,
						perSecond(rate), "", null));
			}
			double one = deliver(baseUrl, 8, 1);
			double two = deliver(baseUrl, 8, 2);
			comparisons.add(Comparison.info("… by two nodes of concurrency 8 in one JVM, beside one", perSecond(two),
					perSecond(one), two / one));
			comparisons.add(measureLatency(baseUrl));
		}
		return comparisons;
	}

	private List<Comparison> compareTransactions(String baseUrl) throws Exception {
		try (JdbcNode node = JdbcNode.start(baseUrl, this.url, 16)) {
			node.stopDelivering();
			List<Double> alone = new ArrayList<>();
			List<Double> withGoal = new ArrayList<>();
			for (int round = 0; round <= ROUNDS; round++) {
				double rateAlone = transactionsPerSecond(() -> node.commit(false));
				double rateWithGoal = transactionsPerSecond(() -> node.commit(true));
				node.clear();
				// The first is for warming up.
				if (round > 0) {
					alone.add(rateAlone);
					withGoal.add(rateWithGoal);
				}
			}
			double rateAlone = Statistics.median(alone);
			double rateWithGoal = Statistics.median(withGoal);
			double addedMillis = PRODUCERS * 1000 / rateWithGoal - PRODUCERS * 1000 / rateAlone;
			return List.of(Comparison.info(
					"Transactions of one insert with a goal, 4 producers, beside without: "
							+ ResultTable.number(addedMillis) + " ms more",
					perSecond(rateWithGoal), perSecond(rateAlone), rateWithGoal / rateAlone));
		}
	}

	private static double transactionsPerSecond(Runnable transaction) throws InterruptedException {
		AtomicLong left = new AtomicLong(TRANSACTIONS);
		List<Thread> producers = IntStream.range(0, PRODUCERS).mapToObj((i) -> new Thread(() -> {
			while (left.decrementAndGet() >= 0) {
				transaction.run();
			}
		})).toList();
		long start = System.nanoTime();
		producers.forEach(Thread::start);
		for (Thread producer : producers) {
			producer.join();
		}
		return TRANSACTIONS * 1e9 / (System.nanoTime() - start);
	}

	private double deliver(String baseUrl, int concurrency, int nodes) throws Exception {
		List<Double> rates = new ArrayList<>();
		List<JdbcNode> started = new ArrayList<>();
		try {
			for (int i = 0; i < nodes; i++) {
				started.add(JdbcNode.start(baseUrl, this.url, concurrency));
			}
			for (int round = 0; round <= ROUNDS; round++) {
				started.forEach(JdbcNode::stopDelivering);
				started.get(0).track(BACKLOG);
				long before = started.stream().mapToLong(JdbcNode::finished).sum();
				long start = System.nanoTime();
				started.forEach(JdbcNode::startDelivering);
				while (started.stream().mapToLong(JdbcNode::finished).sum() < before + BACKLOG) {
					Thread.sleep(1);
				}
				if (round > 0) {
					rates.add(BACKLOG * 1e9 / (System.nanoTime() - start));
				}
			}
		}
		finally {
			started.forEach(JdbcNode::close);
		}
		return Statistics.median(rates);
	}

	private Comparison measureLatency(String baseUrl) throws Exception {
		double[] millis = new double[SINGLE_GOALS];
		try (JdbcNode node = JdbcNode.start(baseUrl, this.url, 16)) {
			for (int i = -SINGLE_GOALS; i < SINGLE_GOALS; i++) {
				long before = node.finished();
				node.commit(true);
				long committed = System.nanoTime();
				while (node.finished() == before) {
					Thread.onSpinWait();
				}
				millis[Math.max(i, 0)] = (System.nanoTime() - committed) / 1e6;
				Thread.sleep(2);
			}
		}
		return Comparison.info("From the commit to DataFast's answer, median and 90th percentile",
				ResultTable.number(Statistics.quantile(millis, 0.5)) + " ms, "
						+ ResultTable.number(Statistics.quantile(millis, 0.9)) + " ms",
				"", null);
	}

	private static String perSecond(double rate) {
		return ResultTable.number(rate) + " /s";
	}

}
