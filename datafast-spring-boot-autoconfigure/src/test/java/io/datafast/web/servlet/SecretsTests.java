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

package io.datafast.web.servlet;

import java.time.Duration;
import java.util.List;

import io.datafast.DataFastException;
import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.GoalFilter;
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.autoconfigure.DataFastProperties;
import io.datafast.delivery.GoalDeliveryListener;
import io.datafast.delivery.GoalDelivery;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Everything printed at DEBUG during a run full of failures, and everything the objects
 * say of themselves, is searched for what must not be there.
 */
@ExtendWith(OutputCaptureExtension.class)
class SecretsTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private static final String KEY = "df_mock_key";

	private static final String EMAIL = "jane.doe@example.com";

	private static final String[] HEADERS = { "Cookie", "datafast_visitor_id=" + VISITOR, "X-Email", EMAIL };

	@Test
	void neitherKeyNorVisitorNorMetadataIsPrinted(CapturedOutput output) throws Exception {
		StringBuilder said = new StringBuilder();
		// The server's own log of whole requests is left out: it is not ours, and a
		// browser's cookies are in it with or without this library.
		try (ServletApplication application = new ServletApplication(Shop.class, "logging.level.root=debug",
				"logging.level.org.apache=info", "datafast.read-timeout=300ms", "datafast.delivery.max-attempts=1",
				"datafast.metadata.contact=" + EMAIL)) {
			MockDataFast mock = application.mock();
			assertThat(mock.getApiKey()).isEqualTo(KEY);
			String quoting = "{\"error\":{\"message\":\"" + KEY + " " + VISITOR + " " + EMAIL + "\"}}";
			MockAnswer[] answers = { MockAnswer.ok(), MockAnswer.status(400).body(quoting),
					MockAnswer.status(401).body(quoting), MockAnswer.status(403), MockAnswer.status(404).body(quoting),
					MockAnswer.status(429), MockAnswer.status(500).body(quoting), MockAnswer.status(503),
					MockAnswer.status(302).header("Location", "/elsewhere"), MockAnswer.hang(), MockAnswer.disconnect(),
					MockAnswer.truncated(),
					MockAnswer.status(200).body("{\"data\":{\"message\":\"" + KEY + VISITOR + "\",\"eventId\":\"1\"}}"),
					MockAnswer.ok().after(Duration.ofMillis(10)) };
			int expected = 0;
			for (MockAnswer answer : answers) {
				mock.answer(answer, answer);
				application.get("/subscribe", HEADERS);
				application.outcomes().awaitCount(++expected);
				DataFastException failure = catchThrowableOfType(DataFastException.class,
						() -> said.append(application.bean(DataFastGoals.class)
							.create(Goal.of("created").forVisitor(VISITOR).with("email", EMAIL))));
				application.outcomes().awaitCount(++expected);
				said.append(print(failure));
			}
			application.get("/fail", HEADERS);
			application.get("/failing-expression", HEADERS);
			application.get("/filtered", HEADERS);
			application.outcomes().awaitCount(expected + 2);
			for (Class<?> type : new Class<?>[] { DataFastProperties.class, DataFastGoals.class, GoalDelivery.class,
					GoalDispatcher.class }) {
				said.append(application.bean(type)).append('\n');
			}
			application.outcomes().all().forEach(said::append);
		}
		assertThat(output.getAll()).contains("DEBUG").contains("a3ab2331...").contains("Goal 'newsletter_signup'");
		assertThat(said.toString()).contains("DataFastProperties[").contains("DataFast answered 400");
		for (String printed : new String[] { output.getAll(), said.toString() }) {
			List<String> leaks = printed.lines()
				.filter((line) -> line.contains(KEY) || line.contains(VISITOR) || line.contains(EMAIL))
				.toList();
			assertThat(leaks).isEmpty();
		}
	}

	private static String print(Throwable failure) {
		StringBuilder printed = new StringBuilder();
		for (Throwable current = failure; current != null; current = current.getCause()) {
			printed.append(current).append('\n');
		}
		return printed.toString();
	}

	@RestController
	static class Shop {

		@Bean
		static GoalFilter failingFilter() {
			return (goal) -> {
				if (goal.name().equals("filtered")) {
					throw new IllegalStateException("cannot filter " + goal);
				}
				return goal;
			};
		}

		@Bean
		static GoalDeliveryListener failingListener() {
			return (goal, outcome) -> {
				throw new IllegalStateException("cannot take " + goal + " " + outcome);
			};
		}

		@GetMapping("/subscribe")
		@TrackGoal("newsletter_signup")
		String subscribe(@GoalMetadata("email") @RequestHeader("X-Email") String email, @VisitorId String visitorId) {
			return "subscribed";
		}

		@GetMapping("/fail")
		@TrackGoal("failed")
		String fail(@GoalMetadata("email") @RequestHeader("X-Email") String email) {
			throw new IllegalStateException("on purpose");
		}

		@GetMapping("/failing-expression")
		@TrackGoal(name = "expression",
				metadata = @GoalMetadata(key = "value", expression = "T(Integer).valueOf(#email)"))
		String failingExpression(@RequestHeader("X-Email") String email) {
			return "done";
		}

		@GetMapping("/filtered")
		@TrackGoal("filtered")
		String filtered(@GoalMetadata("email") @RequestHeader("X-Email") String email) {
			return "done";
		}

	}

}
