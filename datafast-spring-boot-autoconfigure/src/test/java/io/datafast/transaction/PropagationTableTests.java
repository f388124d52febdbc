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

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.testing.JdbcContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of the goals of a method and of the method that calls it, for each
 * propagation and each end of both. It is the same in both modes of delivery, and for an
 * annotated method and one that tracks with its last statement.
 */
class PropagationTableTests {

	private static final String URL = "jdbc:h2:mem:PropagationTableTests-%s;DB_CLOSE_DELAY=-1";

	/**
	 * What came of the goals of each case, by its name.
	 */
	private static final Map<String, List<String>> actual = new HashMap<>();

	private static final Map<String, Rows> rows = new HashMap<>();

	@BeforeAll
	static void runAllCases() {
		for (Mode mode : Mode.values()) {
			with(mode.name(), (context, mock) -> runCases(mode, context), "datafast.delivery.mode=" + mode);
		}
		// So that the rows stay where they are.
		with("ROWS", PropagationTableTests::runRowCases, "datafast.delivery.mode=jdbc",
				"datafast.delivery.initial-backoff=1h", "datafast.delivery.max-backoff=1h");
	}

	@AfterAll
	static void clear() {
		actual.clear();
		rows.clear();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("cases")
	void inMemory(Case theCase) {
		assertThat(actual.get(Mode.MEMORY + theCase.id())).containsExactlyInAnyOrderElementsOf(theCase.expected());
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("cases")
	void throughTheDatabase(Case theCase) {
		assertThat(actual.get(Mode.JDBC + theCase.id())).containsExactlyInAnyOrderElementsOf(theCase.expected());
	}

	/**
	 * Left out: a commit that fails where there is none.
	 */
	static Stream<Case> cases() {
		return Stream
			.of(Propagation.REQUIRED, Propagation.REQUIRES_NEW, Propagation.NESTED, Propagation.SUPPORTS,
					Propagation.NOT_SUPPORTED, Propagation.MANDATORY)
			.flatMap(
					(propagation) -> Stream.of(Outer.values())
						.flatMap((outer) -> Stream.of(End.values())
							.flatMap((inner) -> Stream.of(Way.values())
								.map((way) -> new Case(propagation, outer, inner, way)))))
			.filter((theCase) -> theCase.inner != End.COMMIT_FAILS || theCase.scope() != Scope.NONE);
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource
	void theRowIsPartOfTheTransactionOfTheMethod(Propagation propagation, Way way) {
		assertThat(rows.get(propagation + " " + way)).isEqualTo(new Rows(0, 1));
	}

	static Stream<Object[]> theRowIsPartOfTheTransactionOfTheMethod() {
		return Stream.of(Propagation.REQUIRED, Propagation.REQUIRES_NEW, Propagation.NESTED)
			.flatMap((propagation) -> Stream.of(Way.values()).map((way) -> new Object[] { propagation, way }));
	}

	private static void with(String database, BiConsumer<ApplicationContext, MockDataFast> test, String... properties) {
		try (MockDataFast mock = MockDataFast.start()) {
			JdbcContextRunners.with(mock, URL.formatted(database))
				.withPropertyValues(properties)
				.withUserConfiguration(Methods.class)
				.run((AssertableApplicationContext context) -> {
					assertThat(context).hasNotFailed();
					test.accept(context, mock);
				});
		}
	}

	private static void runCases(Mode mode, ApplicationContext context) {
		int expected = 0;
		List<Case> cases = cases().toList();
		for (Case theCase : cases) {
			OuterMethods outer = context.getBean(OuterMethods.class);
			try {
				if (theCase.outer == Outer.NONE) {
					outer.withoutTransaction(theCase);
				}
				else if (theCase.way == Way.ANNOTATION) {
					outer.annotated(theCase.id(), theCase);
				}
				else {
					outer.tracking(theCase);
				}
			}
			catch (RuntimeException ex) {
				// As the case wants it.
			}
			assertThat(TransactionSynchronizationManager.isSynchronizationActive()).isFalse();
			expected += theCase.expected().size();
		}
		RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
		int count = expected;
		context.getBean(DataFastGoals.class).track(Goal.of("marker").forVisitor("marker"));
		try {
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> outcomes.size() >= count + 1);
			if (mode == Mode.JDBC) {
				Awaitility.await()
					.until(() -> context.getBean(JdbcTemplate.class)
						.queryForObject("select count(*) from datafast_goals", Long.class) == 0);
			}
		}
		catch (ConditionTimeoutException ex) {
			// The cases say what is missing.
		}
		for (Case theCase : cases) {
			actual.put(mode + theCase.id(), new ArrayList<>());
		}
		for (RecordedOutcomes.Recorded recorded : outcomes.all()) {
			if (!recorded.goal().name().equals("marker")) {
				actual.get(mode + recorded.goal().visitorId())
					.add(recorded.goal().name() + " " + describe(recorded.outcome()));
			}
		}
	}

	private static String describe(GoalOutcome outcome) {
		return (outcome instanceof Skipped skipped) ? skipped.reason().name() : outcome.getClass().getSimpleName();
	}

	private static void runRowCases(ApplicationContext context, MockDataFast mock) {
		mock.alwaysAnswer(MockAnswer.status(503));
		theRowIsPartOfTheTransactionOfTheMethod().forEach((arguments) -> {
			Propagation propagation = (Propagation) arguments[0];
			Way way = (Way) arguments[1];
			int before = countRows();
			int[] seen = new int[2];
			Runnable body = () -> TransactionSynchronizationManager
				.registerSynchronization(new TransactionSynchronization() {

					@Override
					public int getOrder() {
						return Ordered.HIGHEST_PRECEDENCE;
					}

					@Override
					public void beforeCompletion() {
						seen[0] = countRows() - before;
					}

					@Override
					public void afterCompletion(int status) {
						seen[1] = countRows() - before;
					}

				});
			context.getBean(InnerMethods.class).call(propagation, way, "visitor", body);
			rows.put(propagation + " " + way, new Rows(seen[0], seen[1]));
		});
	}

	/**
	 * On a connection of its own.
	 */
	private static int countRows() {
		try (Connection connection = DriverManager.getConnection(URL.formatted("ROWS"), "sa", "");
				ResultSet count = connection.createStatement().executeQuery("select count(*) from datafast_goals")) {
			count.next();
			return count.getInt(1);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void end(End end) {
		switch (end) {
			case NORMAL -> {
			}
			case THROWS -> throw new IllegalStateException("on purpose");
			case ROLLBACK_ONLY -> TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
			case COMMIT_FAILS ->
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void beforeCommit(boolean readOnly) {
						throw new IllegalStateException("the commit fails on purpose");
					}

				});
		}
	}

	record Rows(int beforeTheCommit, int afterTheCommit) {

	}

	enum Mode {

		MEMORY, JDBC

	}

	enum Way {

		/**
		 * With the annotation.
		 */
		ANNOTATION,

		/**
		 * With {@code goals.track} as the last statement.
		 */
		LAST_STATEMENT,

		/**
		 * With {@code goals.track} as the first statement.
		 */
		FIRST_STATEMENT

	}

	enum End {

		NORMAL, THROWS, ROLLBACK_ONLY, COMMIT_FAILS

	}

	enum Outer {

		NONE(End.NORMAL), COMMITS(End.NORMAL), THROWS(End.THROWS), ROLLBACK_ONLY(End.ROLLBACK_ONLY),
		COMMIT_FAILS(End.COMMIT_FAILS);

		private final End end;

		Outer(End end) {
			this.end = end;
		}

	}

	enum Scope {

		NONE, NEW, SAVEPOINT, JOINED, REFUSED

	}

	record Case(Propagation propagation, Outer outer, End inner, Way way) {

		String id() {
			return this.propagation + "." + this.outer + "." + this.inner + "." + this.way;
		}

		Scope scope() {
			boolean within = this.outer != Outer.NONE;
			return switch (this.propagation) {
				case REQUIRED -> within ? Scope.JOINED : Scope.NEW;
				case NESTED -> within ? Scope.SAVEPOINT : Scope.NEW;
				case SUPPORTS -> within ? Scope.JOINED : Scope.NONE;
				case MANDATORY -> within ? Scope.JOINED : Scope.REFUSED;
				case REQUIRES_NEW -> Scope.NEW;
				default -> Scope.NONE;
			};
		}

		List<String> expected() {
			List<String> expected = new ArrayList<>();
			boolean tracksFirst = this.way == Way.FIRST_STATEMENT;
			if (scope() != Scope.REFUSED && (tracksFirst || this.inner != End.THROWS)) {
				expected.add("inner " + (innerCommits() ? "Created" : "ROLLED_BACK"));
			}
			if (this.outer != Outer.NONE && (tracksFirst || this.outer != Outer.THROWS)) {
				expected.add("outer " + (outerCommits() ? "Created" : "ROLLED_BACK"));
			}
			return expected;
		}

		private boolean innerCommits() {
			return switch (scope()) {
				case NONE -> true;
				case NEW -> this.inner == End.NORMAL;
				case SAVEPOINT -> this.inner == End.NORMAL && outerCommits();
				default -> outerCommits();
			};
		}

		private boolean outerCommits() {
			return this.outer == Outer.COMMITS && switch (scope()) {
				case JOINED -> this.inner == End.NORMAL;
				case SAVEPOINT -> this.inner != End.COMMIT_FAILS;
				default -> true;
			};
		}

		@Override
		public String toString() {
			return id();
		}

	}

	static class OuterMethods {

		private final InnerMethods inner;

		private final DataFastGoals goals;

		OuterMethods(InnerMethods inner, DataFastGoals goals) {
			this.inner = inner;
			this.goals = goals;
		}

		public void withoutTransaction(Case theCase) {
			callInner(theCase);
		}

		@Transactional
		@TrackGoal(name = "outer", visitorId = "#visitor")
		public void annotated(String visitor, Case theCase) {
			callInner(theCase);
			end(theCase.outer.end);
		}

		@Transactional
		public void tracking(Case theCase) {
			Goal goal = Goal.of("outer").forVisitor(theCase.id());
			if (theCase.way == Way.FIRST_STATEMENT) {
				this.goals.track(goal);
			}
			callInner(theCase);
			end(theCase.outer.end);
			if (theCase.way == Way.LAST_STATEMENT) {
				this.goals.track(goal);
			}
		}

		private void callInner(Case theCase) {
			try {
				this.inner.call(theCase.propagation, theCase.way, theCase.id(), () -> end(theCase.inner));
			}
			catch (RuntimeException ex) {
				// As the case wants it.
			}
		}

	}

	static class InnerMethods {

		private final AnnotatedMethods annotated;

		private final TrackingMethods tracking;

		InnerMethods(AnnotatedMethods annotated, TrackingMethods tracking) {
			this.annotated = annotated;
			this.tracking = tracking;
		}

		void call(Propagation propagation, Way way, String visitor, Runnable body) {
			boolean first = way == Way.FIRST_STATEMENT;
			if (way == Way.ANNOTATION) {
				switch (propagation) {
					case REQUIRED -> this.annotated.required(visitor, body);
					case REQUIRES_NEW -> this.annotated.requiresNew(visitor, body);
					case NESTED -> this.annotated.nested(visitor, body);
					case SUPPORTS -> this.annotated.supports(visitor, body);
					case NOT_SUPPORTED -> this.annotated.notSupported(visitor, body);
					default -> this.annotated.mandatory(visitor, body);
				}
			}
			else {
				switch (propagation) {
					case REQUIRED -> this.tracking.required(visitor, body, first);
					case REQUIRES_NEW -> this.tracking.requiresNew(visitor, body, first);
					case NESTED -> this.tracking.nested(visitor, body, first);
					case SUPPORTS -> this.tracking.supports(visitor, body, first);
					case NOT_SUPPORTED -> this.tracking.notSupported(visitor, body, first);
					default -> this.tracking.mandatory(visitor, body, first);
				}
			}
		}

	}

	static class AnnotatedMethods {

		@Transactional
		@TrackGoal(name = "inner", visitorId = "#visitor")
		public void required(String visitor, Runnable body) {
			body.run();
		}

		@TrackGoal(name = "inner", visitorId = "#visitor")
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		public void requiresNew(String visitor, Runnable body) {
			body.run();
		}

		@Transactional(propagation = Propagation.NESTED)
		@TrackGoal(name = "inner", visitorId = "#visitor")
		public void nested(String visitor, Runnable body) {
			body.run();
		}

		@Transactional(propagation = Propagation.SUPPORTS)
		@TrackGoal(name = "inner", visitorId = "#visitor")
		public void supports(String visitor, Runnable body) {
			body.run();
		}

		@TrackGoal(name = "inner", visitorId = "#visitor")
		@Transactional(propagation = Propagation.NOT_SUPPORTED)
		public void notSupported(String visitor, Runnable body) {
			body.run();
		}

		@Transactional(propagation = Propagation.MANDATORY)
		@TrackGoal(name = "inner", visitorId = "#visitor")
		public void mandatory(String visitor, Runnable body) {
			body.run();
		}

	}

	static class TrackingMethods {

		private final DataFastGoals goals;

		TrackingMethods(DataFastGoals goals) {
			this.goals = goals;
		}

		@Transactional
		public void required(String visitor, Runnable body, boolean first) {
			run(visitor, body, first);
		}

		@Transactional(propagation = Propagation.REQUIRES_NEW)
		public void requiresNew(String visitor, Runnable body, boolean first) {
			run(visitor, body, first);
		}

		@Transactional(propagation = Propagation.NESTED)
		public void nested(String visitor, Runnable body, boolean first) {
			run(visitor, body, first);
		}

		@Transactional(propagation = Propagation.SUPPORTS)
		public void supports(String visitor, Runnable body, boolean first) {
			run(visitor, body, first);
		}

		@Transactional(propagation = Propagation.NOT_SUPPORTED)
		public void notSupported(String visitor, Runnable body, boolean first) {
			run(visitor, body, first);
		}

		@Transactional(propagation = Propagation.MANDATORY)
		public void mandatory(String visitor, Runnable body, boolean first) {
			run(visitor, body, first);
		}

		private void run(String visitor, Runnable body, boolean first) {
			Goal goal = Goal.of("inner").forVisitor(visitor);
			if (first) {
				this.goals.track(goal);
			}
			body.run();
			if (!first) {
				this.goals.track(goal);
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Methods {

		@Bean
		OuterMethods outerMethods(InnerMethods inner, DataFastGoals goals) {
			return new OuterMethods(inner, goals);
		}

		@Bean
		InnerMethods innerMethods(AnnotatedMethods annotated, TrackingMethods tracking) {
			return new InnerMethods(annotated, tracking);
		}

		@Bean
		AnnotatedMethods annotatedMethods() {
			return new AnnotatedMethods();
		}

		@Bean
		TrackingMethods trackingMethods(DataFastGoals goals) {
			return new TrackingMethods(goals);
		}

	}

}
