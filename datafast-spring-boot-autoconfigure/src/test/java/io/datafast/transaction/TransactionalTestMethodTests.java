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

package io.datafast.transaction;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.autoconfigure.DataFastAutoConfiguration;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.datafast.testing.TestDatabase;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.transaction.AfterTransaction;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A test method that is itself transactional is rolled back at its end.
 */
@SpringBootTest(classes = TransactionalTestMethodTests.Application.class, properties = "datafast.api-key=df_key")
class TransactionalTestMethodTests {

	@Autowired
	private RecordedOutcomes outcomes;

	@Autowired
	private DataFastGoals goals;

	@Test
	@Transactional
	void goalsAreSkippedWhenTheTestEnds() {
		this.goals.track(Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR));
		assertThat(this.outcomes.all()).isEmpty();
	}

	@AfterTransaction
	void assertThatTheGoalIsSkipped() {
		assertThat(this.outcomes.outcomes()).containsExactly(new Skipped(Skipped.Reason.ROLLED_BACK));
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataFastAutoConfiguration.class })
	@Import({ TestDatabase.class, RecordedOutcomes.class })
	static class Application {

		@Bean
		GoalDispatcher goalDispatcher() {
			return (goal) -> {
				throw new IllegalStateException("must not be called");
			};
		}

	}

}
