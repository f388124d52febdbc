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

package io.datafast.jdbc;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.datafast.autoconfigure.DataFastMetricsAutoConfiguration;
import io.datafast.jdbc.DataFastParkedEndpoint.ParkedGoal;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedGoal;
import io.datafast.test.ReceivedRequest;
import io.datafast.testing.RecordedOutcomes;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A node is killed while it tracks goals in transactions, of which half are rolled back,
 * and delivers them, with failing first attempts: what was committed arrives, what was
 * rolled back is never sent, and only what was in flight may arrive twice.
 */
class JdbcCrashTests {

	private static final Duration LONG = Duration.ofMinutes(2);

	private static final Pattern NAME = Pattern.compile("\"name\":\"([^\"]+)\"");

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	@EnabledIf(value = PostgreSqlServer.AVAILABLE, disabledReason = PostgreSqlServer.MISSING)
	void nothingIsLostOnPostgreSql(long seed) {
		crash(PostgreSqlServer.shared().createDatabase(), seed);
	}

	@ParameterizedTest
	@ValueSource(longs = 6)
	@EnabledIf(value = MariaDbServer.AVAILABLE, disabledReason = MariaDbServer.MISSING)
	void nothingIsLostOnMariaDb(long seed) {
		crash(MariaDbServer.shared().createDatabase(), seed);
	}

	@ParameterizedTest
	@ValueSource(longs = { 4, 5 })
	void nothingIsLostOnH2(long seed, @TempDir Path directory) {
		crash("jdbc:h2:file:" + directory.resolve("goals") + ";WRITE_DELAY=0;USER=sa", seed);
	}

	@Test
	@EnabledIf(value = PostgreSqlServer.AVAILABLE, disabledReason = PostgreSqlServer.MISSING)
	void whatWasInFlightIsParkedAndCountedIfAskedTo() {
		String url = PostgreSqlServer.shared().createDatabase();
		JdbcTemplate jdbc = new JdbcTemplate(new DriverManagerDataSource(url));
		try (MockDataFast mock = MockDataFast.start()) {
			mock.alwaysAnswer(MockAnswer.hang());
			try (Node node = Node.producing(mock, url, 6)) {
				node.await("producing");
				Awaitility.await()
					.atMost(LONG)
					.until(() -> mock.getRequests().size() == Node.CONCURRENCY && committed(jdbc).size() > 50);
				node.kill();
			}
			Set<String> sent = attempted(mock);
			mock.reset();
			JdbcContextRunners.with(mock, url)
				.withConfiguration(AutoConfigurations.of(DataFastMetricsAutoConfiguration.class))
				.withBean(SimpleMeterRegistry.class)
				.withPropertyValues("datafast.delivery.jdbc.on-crash=park",
						"datafast.delivery.jdbc.heartbeat-interval=1s")
				.run((context) -> {
					List<String> committed = committed(jdbc);
					context.getBean(RecordedOutcomes.class).awaitCount(committed.size());
					List<String> parked = new DataFastParkedEndpoint(context.getBean(JdbcGoalDispatcher.class))
						.parkedGoals()
						.goals()
						.stream()
						.map(ParkedGoal::goal)
						.toList();
					assertThat(parked).containsAll(sent);
					assertThat(mock.getGoals()).extracting(ReceivedGoal::name)
						.doesNotHaveDuplicates()
						.doesNotContainAnyElementsOf(parked);
					assertThat(mock.getGoals().size() + parked.size()).isEqualTo(committed.size());
					assertThat(count(context, "dropped", "ambiguous")).isEqualTo(parked.size());
					assertThat(count(context, "created", "none")).isEqualTo(mock.getGoals().size());
				});
		}
	}

	private static double count(ApplicationContext context, String outcome, String reason) {
		return context.getBean(MeterRegistry.class)
			.get("datafast.goals")
			.tags("outcome", outcome, "reason", reason)
			.counters()
			.stream()
			.mapToDouble(Counter::count)
			.sum();
	}

	private static List<String> committed(JdbcTemplate jdbc) {
		return jdbc.queryForList("select id from business", String.class);
	}

	private static void crash(String url, long seed) {
		int requestsBeforeTheCrash = 50 + new Random(seed).nextInt(500);
		try (MockDataFast mock = MockDataFast.start()) {
			mock.answer(Stream.generate(() -> MockAnswer.status(503)).limit(200).toArray(MockAnswer[]::new));
			try (Node node = Node.producing(mock, url, seed)) {
				node.await("producing");
				Awaitility.await()
					.atMost(LONG)
					.pollInterval(Duration.ofMillis(5))
					.until(() -> mock.getRequests().size() >= requestsBeforeTheCrash);
				node.kill();
			}
			try (Node node = Node.delivering(mock, url)) {
				node.await("drained");
			}
			List<String> committed = committed(new JdbcTemplate(new DriverManagerDataSource(url)));
			List<String> received = mock.getGoals().stream().map(ReceivedGoal::name).toList();
			assertThat(committed).hasSizeGreaterThan(10);
			assertThat(new HashSet<>(received)).isEqualTo(new HashSet<>(committed));
			assertThat(attempted(mock)).isSubsetOf(committed);
			assertThat(received.size() - committed.size()).isBetween(0, Node.CONCURRENCY);
			System.out.println("seed " + seed + ": " + committed.size() + " committed, "
					+ (received.size() - committed.size()) + " arrived twice, " + mock.getRequests().size() + " calls");
		}
	}

	private static Set<String> attempted(MockDataFast mock) {
		Set<String> names = new HashSet<>();
		for (ReceivedRequest request : mock.getRequests()) {
			Matcher matcher = NAME.matcher(request.body());
			assertThat(matcher.find()).isTrue();
			names.add(matcher.group(1));
		}
		return names;
	}

}
