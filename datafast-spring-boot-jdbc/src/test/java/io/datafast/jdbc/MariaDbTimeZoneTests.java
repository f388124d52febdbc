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

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.TimeZone;
import java.util.stream.Stream;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Rejected;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The times in MariaDB have no zone, and nodes may be in different zones.
 */
@EnabledIf(value = MariaDbServer.AVAILABLE, disabledReason = MariaDbServer.MISSING)
class MariaDbTimeZoneTests {

	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS");

	private final TimeZone zone = TimeZone.getDefault();

	private final MockDataFast mock = MockDataFast.start();

	@AfterEach
	void reset() {
		TimeZone.setDefault(this.zone);
		this.mock.close();
	}

	static Stream<String> databases() {
		MariaDbServer server = MariaDbServer.shared();
		return Stream.of(server.createDatabase(), server.createDatabaseForConnectorJ(),
				server.createDatabaseForConnectorJ() + "&useServerPrepStmts=true");
	}

	@ParameterizedTest
	@MethodSource("databases")
	void timesAreInUtcWhateverTheZonesAre(String url) {
		onNode("America/New_York", "-09:30", url, (context) -> {
			context.getBean(JdbcGoalDispatcher.class).stop();
			track(context, "signup");
			JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
			Awaitility.await()
				.until(() -> jdbc.queryForObject("select count(*) from datafast_goals", Integer.class) == 1);
			String id = jdbc.queryForObject("select task_instance from datafast_goals", String.class);
			assertThat(jdbc.queryForObject("select cast(execution_time as char) from datafast_goals", String.class))
				.isEqualTo(TIME.format(LocalDateTime.ofInstant(GoalId.timeOf(id), ZoneOffset.UTC)));
		});
		onNode("Pacific/Auckland", "-01:00", url,
				(context) -> context.getBean(RecordedOutcomes.class).awaitSingle(Created.class));
	}

	@ParameterizedTest
	@MethodSource("databases")
	void parkedGoalsAreParkedForNodesInOtherZones(String url) {
		this.mock.answer(MockAnswer.status(400));
		Instant start = Instant.now().truncatedTo(ChronoUnit.MICROS);
		onNode("America/New_York", "-09:30", url, (context) -> {
			track(context, "signup");
			context.getBean(RecordedOutcomes.class).awaitSingle(Rejected.class);
		});
		onNode("Pacific/Auckland", "-01:00", url, (context) -> {
			JdbcGoalDispatcher dispatcher = context.getBean(JdbcGoalDispatcher.class);
			assertThat(dispatcher.parked()).hasValue(1);
			DataFastParkedEndpoint endpoint = new DataFastParkedEndpoint(dispatcher);
			assertThat(endpoint.parkedGoals().goals()).singleElement()
				.satisfies((parked) -> assertThat(parked.parkedAt()).isBetween(start, Instant.now()));
			assertThat(endpoint.requeueAll()).containsEntry("requeued", 1);
			context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
		});
	}

	private void onNode(String zone, String sessionZone, String url, ContextConsumer<ApplicationContext> test) {
		TimeZone.setDefault(TimeZone.getTimeZone(zone));
		JdbcContextRunners.with(this.mock, url + "&sessionVariables=time_zone='" + sessionZone + "'").run(test::accept);
	}

	private static void track(ApplicationContext context, String name) {
		context.getBean(DataFastGoals.class).track(Goal.of(name).forVisitor(DataFastContextRunners.VISITOR));
	}

}
