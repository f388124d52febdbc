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

import java.time.Duration;
import java.util.UUID;
import java.util.stream.IntStream;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.test.MockDataFast;
import io.datafast.testing.AbstractShutdownTests;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is stored is delivered by the next start. Goals that come after the
 * {@code DataSource} has been closed cannot be stored.
 */
class JdbcShutdownTests extends AbstractShutdownTests {

	private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";

	@Override
	protected ApplicationContextRunner runner(MockDataFast mock) {
		return JdbcContextRunners.with(mock, this.url);
	}

	@Override
	protected String shutdownTimeout() {
		return "1s";
	}

	@Override
	protected void assertArrival(MockDataFast mock, RecordedOutcomes outcomes, CapturedOutput output, int count) {
		assertArrivalOrWarning(mock, outcomes, output, count);
	}

	@Override
	protected void assertArrivalOrWarning(MockDataFast mock, RecordedOutcomes outcomes, CapturedOutput output,
			int count) {
		deliverWhatIsStored(mock);
		super.assertArrivalOrWarning(mock, outcomes, output, count);
	}

	@Test
	@Override
	protected void goalsThatDoNotArriveWithinTheTimeoutAreCountedAndWarnedOfOnce(CapturedOutput output) {
		MockDataFast away = MockDataFast.start();
		away.close();
		runner(away).run((context) -> {
			RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
			IntStream.range(0, 5)
				.forEach((i) -> context.getBean(DataFastGoals.class)
					.track(Goal.of("early").forVisitor(DataFastContextRunners.VISITOR)));
			context.close();
			assertThat(outcomes.all()).isEmpty();
		});
		try (MockDataFast back = MockDataFast.start()) {
			deliverWhatIsStored(back);
			assertThat(back.getGoals("early")).hasSize(5);
		}
	}

	private void deliverWhatIsStored(MockDataFast mock) {
		runner(mock).run((context) -> {
			JdbcGoalDispatcher dispatcher = context.getBean(JdbcGoalDispatcher.class);
			Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
				dispatcher.refresh();
				return dispatcher.pending() == 0;
			});
		});
	}

}
