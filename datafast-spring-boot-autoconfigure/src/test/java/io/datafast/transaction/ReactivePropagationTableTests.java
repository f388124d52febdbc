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

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import io.datafast.Goal;
import io.datafast.ReactiveDataFastGoals;
import io.datafast.annotation.TrackGoal;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.r2dbc.h2.H2ConnectionFactory;
import io.r2dbc.spi.ConnectionFactory;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.reactive.GenericReactiveTransaction;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link PropagationTableTests} for reactive transactions. Left out: {@code NESTED},
 * since Spring tells no synchronization of the savepoints of a reactive transaction.
 */
class ReactivePropagationTableTests {

	/**
	 * The last transaction of the outer methods, and that of the inner ones.
	 */
	private static final Map<Boolean, GenericReactiveTransaction> begun = new ConcurrentHashMap<>();

	private final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	@Test
	void theTransactionOfTheMethodDecides() {
		DataFastContextRunners.plain()
			.withPropertyValues("datafast.api-key=df_key")
			.withBean(GoalDispatcher.class, () -> this.dispatched::add)
			.withUserConfiguration(Methods.class)
			.run((AssertableApplicationContext context) -> {
				assertThat(context).hasNotFailed();
				List<String> wrong = new ArrayList<>();
				cases().forEach((theCase) -> {
					List<String> actual = run(context, theCase);
					if (!actual.equals(theCase.expected())) {
						wrong.add(theCase + ": expected " + theCase.expected() + " but was " + actual);
					}
				});
				assertThat(wrong).isEmpty();
			});
	}

	private List<String> run(ApplicationContext context, Case theCase) {
		RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
		outcomes.clear();
		this.dispatched.clear();
		OuterMethods outer = context.getBean(OuterMethods.class);
		Mono<Void> call = switch (theCase.outer) {
			case NONE -> outer.withoutTransaction(theCase);
			default -> outer.transactional(theCase);
		};
		call.onErrorComplete().block();
		List<String> actual = new ArrayList<>();
		this.dispatched.forEach((goal) -> actual.add(goal.name() + " dispatched"));
		outcomes.all().forEach((recorded) -> {
			assertThat(recorded.outcome()).isEqualTo(new Skipped(Skipped.Reason.ROLLED_BACK));
			actual.add(recorded.goal().name() + " rolled back");
		});
		return actual.stream().sorted().toList();
	}

	static Stream<Case> cases() {
		return Stream
			.of(Propagation.REQUIRED, Propagation.REQUIRES_NEW, Propagation.SUPPORTS, Propagation.NOT_SUPPORTED,
					Propagation.MANDATORY)
			.flatMap(
					(propagation) -> Stream.of(Outer.values())
						.flatMap((outer) -> Stream.of(End.values())
							.flatMap((inner) -> Stream.of(Way.values())
								.map((way) -> new Case(propagation, outer, inner, way)))))
			.filter((theCase) -> theCase.scope() != Scope.NONE || theCase.inner == End.NORMAL
					|| theCase.inner == End.FAILS);
	}

	enum Way {

		MONO, FLUX, TRACK

	}

	enum End {

		NORMAL, FAILS, ROLLBACK_ONLY, COMMIT_FAILS

	}

	enum Outer {

		NONE(End.NORMAL), COMMITS(End.NORMAL), FAILS(End.FAILS), ROLLBACK_ONLY(End.ROLLBACK_ONLY),
		COMMIT_FAILS(End.COMMIT_FAILS);

		private final End end;

		Outer(End end) {
			this.end = end;
		}

	}

	enum Scope {

		NONE, NEW, JOINED, REFUSED

	}

	record Case(Propagation propagation, Outer outer, End inner, Way way) {

		Scope scope() {
			boolean within = this.outer != Outer.NONE;
			return switch (this.propagation) {
				case REQUIRED -> within ? Scope.JOINED : Scope.NEW;
				case SUPPORTS -> within ? Scope.JOINED : Scope.NONE;
				case MANDATORY -> within ? Scope.JOINED : Scope.REFUSED;
				case REQUIRES_NEW -> Scope.NEW;
				default -> Scope.NONE;
			};
		}

		List<String> expected() {
			List<String> expected = new ArrayList<>();
			if (scope() != Scope.REFUSED && this.inner != End.FAILS) {
				expected.add("inner " + (innerCommits() ? "dispatched" : "rolled back"));
			}
			if (this.outer != Outer.NONE && this.outer != Outer.FAILS) {
				expected.add("outer " + (outerCommits() ? "dispatched" : "rolled back"));
			}
			return expected;
		}

		private boolean innerCommits() {
			return switch (scope()) {
				case NONE -> true;
				case NEW -> this.inner == End.NORMAL;
				default -> outerCommits();
			};
		}

		private boolean outerCommits() {
			// Unlike others, a reactive transaction survives a failure of a method that
			// takes
			// part in it, if the caller does.
			return this.outer == Outer.COMMITS
					&& (scope() != Scope.JOINED || this.inner == End.NORMAL || this.inner == End.FAILS);
		}

	}

	/**
	 * What a method does before it completes.
	 */
	private static Mono<Void> end(End end, boolean ofOuter) {
		return switch (end) {
			case NORMAL -> Mono.empty();
			case FAILS -> Mono.error(new IllegalStateException("on purpose"));
			case ROLLBACK_ONLY -> Mono.fromRunnable(() -> begun.get(ofOuter).setRollbackOnly());
			case COMMIT_FAILS -> TransactionSynchronizationManager.forCurrentTransaction()
				.doOnNext((manager) -> manager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public Mono<Void> beforeCommit(boolean readOnly) {
						return Mono.error(new IllegalStateException("the commit fails on purpose"));
					}

				}))
				.then();
		};
	}

	static class OuterMethods {

		private final InnerMethods inner;

		OuterMethods(InnerMethods inner) {
			this.inner = inner;
		}

		public Mono<Void> withoutTransaction(Case theCase) {
			return callInner(theCase);
		}

		@Transactional
		@TrackGoal(name = "outer", visitorId = "'v'")
		public Mono<Void> transactional(Case theCase) {
			return callInner(theCase).then(Mono.defer(() -> end(theCase.outer.end, true)));
		}

		private Mono<Void> callInner(Case theCase) {
			return Mono.defer(() -> switch (theCase.propagation) {
				case REQUIRED -> this.inner.required(theCase);
				case REQUIRES_NEW -> this.inner.requiresNew(theCase);
				case SUPPORTS -> this.inner.supports(theCase);
				case NOT_SUPPORTED -> this.inner.notSupported(theCase);
				default -> this.inner.mandatory(theCase);
			}).onErrorComplete();
		}

	}

	/**
	 * The transactional method returns what the annotated one returned. The outer method
	 * has both annotations.
	 */
	static class InnerMethods {

		private final Annotated annotated;

		private final ReactiveDataFastGoals goals;

		InnerMethods(Annotated annotated, ReactiveDataFastGoals goals) {
			this.annotated = annotated;
			this.goals = goals;
		}

		@Transactional
		public Mono<Void> required(Case theCase) {
			return run(theCase);
		}

		@Transactional(propagation = Propagation.REQUIRES_NEW)
		public Mono<Void> requiresNew(Case theCase) {
			return run(theCase);
		}

		@Transactional(propagation = Propagation.SUPPORTS)
		public Mono<Void> supports(Case theCase) {
			return run(theCase);
		}

		@Transactional(propagation = Propagation.NOT_SUPPORTED)
		public Mono<Void> notSupported(Case theCase) {
			return run(theCase);
		}

		@Transactional(propagation = Propagation.MANDATORY)
		public Mono<Void> mandatory(Case theCase) {
			return run(theCase);
		}

		private Mono<Void> run(Case theCase) {
			Mono<Void> body = Mono.defer(() -> end(theCase.inner, theCase.scope() == Scope.JOINED));
			return switch (theCase.way) {
				case MONO -> this.annotated.mono(body);
				case FLUX -> this.annotated.flux(body).then();
				case TRACK -> body.then(this.goals.track(Goal.of("inner").forVisitor("v")));
			};
		}

	}

	static class Annotated {

		@TrackGoal(name = "inner", visitorId = "'v'")
		public Mono<Void> mono(Mono<Void> body) {
			return body;
		}

		@TrackGoal(name = "inner", visitorId = "'v'")
		public Flux<String> flux(Mono<Void> body) {
			return Flux.just("a", "b").concatWith(body.then(Mono.empty()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class Methods {

		@Bean
		ConnectionFactory connectionFactory() {
			return H2ConnectionFactory.inMemory("reactive-propagation");
		}

		@Bean
		ReactiveTransactionManager transactionManager(ConnectionFactory connectionFactory) {
			R2dbcTransactionManager transactionManager = new R2dbcTransactionManager(connectionFactory);
			transactionManager.addListener(new TransactionExecutionListener() {

				@Override
				public void afterBegin(TransactionExecution transaction, Throwable failure) {
					begun.put(transaction.getTransactionName().contains("OuterMethods"),
							(GenericReactiveTransaction) transaction);
				}

			});
			return transactionManager;
		}

		@Bean
		OuterMethods outerMethods(InnerMethods inner) {
			return new OuterMethods(inner);
		}

		@Bean
		InnerMethods innerMethods(Annotated annotated, ReactiveDataFastGoals goals) {
			return new InnerMethods(annotated, goals);
		}

		@Bean
		Annotated annotated() {
			return new Annotated();
		}

	}

}
