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

package io.datafast.delivery.jdbc;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedGoal;
import io.datafast.test.ReceivedRequest;
import io.datafast.testing.MariaDbServer;
import io.datafast.testing.PostgreSqlServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A node is killed while it tracks goals in transactions, of which half are rolled back,
 * and delivers them, with failing first attempts: what was committed arrives, what was
 * rolled back is never sent, and only what was in flight may arrive twice.
 */
class JdbcCrashTests {

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

	private static void crash(String url, long seed) {
		int requestsBeforeTheCrash = 50 + new Random(seed).nextInt(500);
		try (MockDataFast mock = MockDataFast.start()) {
			mock.answer(Stream.generate(() -> MockAnswer.status(503)).limit(200).toArray(MockAnswer[]::new));
			try (Node node = Node.producing(mock, url, seed)) {
				node.await("producing");
				Awaitility.await()
					.atMost(Duration.ofMinutes(2))
					.pollInterval(Duration.ofMillis(5))
					.until(() -> mock.getRequests().size() >= requestsBeforeTheCrash);
				node.kill();
			}
			try (Node node = Node.delivering(mock, url)) {
				node.await("drained");
			}
			List<String> committed = new JdbcTemplate(new DriverManagerDataSource(url))
				.queryForList("select id from business", String.class);
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
