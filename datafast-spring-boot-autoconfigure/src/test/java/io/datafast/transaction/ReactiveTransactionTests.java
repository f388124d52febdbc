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

import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import io.datafast.Goal;
import io.datafast.ReactiveDataFastGoals;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.delivery.TransactionalGoalDispatcher;
import io.datafast.support.ReactiveTrackingContexts;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.r2dbc.h2.H2ConnectionFactory;
import io.r2dbc.spi.ConnectionFactory;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

import org.springframework.aop.framework.Advised;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.reactive.GenericReactiveTransaction;
import org.springframework.transaction.reactive.TransactionContext;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.DefaultTransactionDefinition;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goals in reactive transactions, on H2 through R2DBC.
 */
class ReactiveTransactionTests {

	private static final Goal GOAL = Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR);

	private static final GoalOutcome ROLLED_BACK = new Skipped(Skipped.Reason.ROLLED_BACK);

	private static final GoalOutcome FAILED = new Dropped(Dropped.Reason.FAILED, null);

	private final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	private int capacity = 1000;

	private RecordedOutcomes outcomes;

	private ReactiveDataFastGoals goals;

	private TransactionalOperator operator;

	private TransactionalOperator newTransaction;

	private TransactionalOperator nestedTransaction;

	private final ApplicationContextRunner runner = DataFastContextRunners.plain()
		.withPropertyValues("datafast.api-key=df_key")
		.withBean(GoalDispatcher.class, () -> this.dispatched::add)
		.withUserConfiguration(Database.class);

	@Test
	void aGoalIsHandedOverAfterTheCommit() {
		with((shop) -> {
			Mono<Integer> beforeCommit = this.goals.track(GOAL).then(Mono.fromSupplier(this.dispatched::size));
			assertThat(this.operator.transactional(beforeCommit).block()).isZero();
			assertThat(this.dispatched).containsExactly(GOAL);
		});
	}

	@Test
	void aGoalOfARolledBackTransactionIsCountedOnce() {
		with((shop) -> {
			Mono<Void> failing = this.goals.track(GOAL).then(Mono.error(new IllegalStateException("on purpose")));
			StepVerifier.create(this.operator.transactional(failing)).verifyErrorMessage("on purpose");
			Mono<Void> rollbackOnly = this.operator.execute((status) -> {
				status.setRollbackOnly();
				return this.goals.track(GOAL);
			}).then();
			rollbackOnly.block();
			assertThat(this.dispatched).isEmpty();
			assertThat(this.outcomes.outcomes()).containsExactly(ROLLED_BACK, ROLLED_BACK);
		});
	}

	@Test
	void aGoalOfACancelledTransactionIsSkipped() {
		with((shop) -> {
			Sinks.Empty<Void> tracked = Sinks.empty();
			Mono<Void> endless = this.goals.track(GOAL)
				.then(Mono.<Void>fromRunnable(tracked::tryEmitEmpty))
				.then(Mono.never());
			Disposable transaction = this.operator.transactional(endless).subscribe();
			tracked.asMono().block();
			transaction.dispose();
			this.outcomes.awaitCount(1);
			assertThat(this.outcomes.outcomes()).containsExactly(ROLLED_BACK);
			assertThat(this.dispatched).isEmpty();
		});
	}

	@Test
	void aCommitThatFailsSendsNothing() {
		with((shop) -> {
			shop.failCommits();
			StepVerifier.create(this.operator.transactional(this.goals.track(GOAL))).verifyError();
			assertThat(this.dispatched).isEmpty();
			assertThat(this.outcomes.outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	@Test
	void aNewTransactionDecidesForItself() {
		with((shop) -> {
			Mono<Void> inner = this.newTransaction.transactional(this.goals.track(GOAL));
			Mono<Void> outer = inner.then(this.goals.track(Goal.of("outer").forVisitor("visitor")))
				.then(Mono.error(new IllegalStateException("on purpose")));
			StepVerifier.create(this.operator.transactional(outer)).verifyError();
			assertThat(this.dispatched).containsExactly(GOAL);
			assertThat(this.outcomes.outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void goalsOfANestedTransactionThatCommitsWaitForTheOuterOne(boolean outerCommits) {
		with((shop) -> {
			Mono<Void> inner = this.nestedTransaction.transactional(this.goals.track(GOAL))
				.then(shop.addItem(DataFastContextRunners.VISITOR, Mono.empty()))
				.then();
			Mono<Integer> outer = this.operator.execute((status) -> {
				if (!outerCommits) {
					status.setRollbackOnly();
				}
				return inner.then(Mono.fromSupplier(this.dispatched::size));
			}).single();
			assertThat(outer.block()).isZero();
			assertThat(this.dispatched).hasSize(outerCommits ? 2 : 0);
			assertThat(this.outcomes.outcomes()).hasSize(outerCommits ? 0 : 2)
				.allMatch((outcome) -> outcome.equals(ROLLED_BACK));
			assertThat(shop.count().block()).isEqualTo(outerCommits ? 1 : 0);
		});
	}

	@Test
	void aNestedMethodThatFailsMakesNoGoalAndTheOuterTransactionCommits() {
		with((shop) -> {
			Mono<String> failing = shop
				.addItem(DataFastContextRunners.VISITOR, Mono.error(new IllegalStateException("on purpose")))
				.onErrorReturn("recovered");
			Mono<String> outer = shop.pay(DataFastContextRunners.VISITOR, "1").then(failing);
			assertThat(this.operator.transactional(outer).block()).isEqualTo("recovered");
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("paid");
			assertThat(this.outcomes.all()).isEmpty();
			assertThat(shop.count().block()).isOne();
		});
	}

	/**
	 * Unlike in other transactions: nobody is told of savepoints in reactive ones.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void goalsOfANestedTransactionThatIsRolledBackFollowTheOuterOne(boolean outerCommits) {
		with((shop) -> {
			Mono<Void> inner = this.nestedTransaction
				.transactional(this.goals.track(GOAL).then(Mono.<Void>error(new IllegalStateException("on purpose"))))
				.onErrorComplete();
			this.operator.execute((status) -> {
				if (!outerCommits) {
					status.setRollbackOnly();
				}
				return inner;
			}).then().block();
			assertThat(this.dispatched).hasSize(outerCommits ? 1 : 0);
			assertThat(this.outcomes.outcomes()).hasSize(outerCommits ? 0 : 1);
		});
	}

	@Test
	void aMethodThatDemarcatesATransactionItselfHasItsGoalSentAfterTheCommit() {
		with((shop) -> {
			assertThat(shop.demarcate(DataFastContextRunners.VISITOR, this.operator::transactional).block())
				.isEqualTo("demarcated");
			assertThat(shop.demarcateMany(DataFastContextRunners.VISITOR, this.operator::transactional)
				.collectList()
				.block()).containsExactly("demarcated");
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("demarcated", "demarcated_many");
			shop.failCommits();
			StepVerifier.create(shop.demarcate(DataFastContextRunners.VISITOR, this.operator::transactional))
				.verifyError();
			StepVerifier.create(shop.demarcateMany(DataFastContextRunners.VISITOR, this.operator::transactional))
				.expectNext("demarcated")
				.verifyError();
			assertThat(this.dispatched).hasSize(2);
			assertThat(this.outcomes.all()).isEmpty();
			assertThat(shop.count().block()).isEqualTo(2);
		});
	}

	@Test
	void aMethodThatDemarcatesATransactionItselfHasItsGoalDecidedByTheOneAroundIt() {
		with((shop) -> {
			UnaryOperator<Mono<String>> taking = this.operator::transactional;
			UnaryOperator<Mono<String>> opening = this.newTransaction::transactional;
			Mono<Integer> both = shop.demarcate(DataFastContextRunners.VISITOR, taking)
				.then(shop.demarcate(DataFastContextRunners.VISITOR, opening))
				.then(Mono.fromSupplier(this.dispatched::size));
			assertThat(this.operator.transactional(both).block()).isZero();
			assertThat(this.dispatched).hasSize(2);
			StepVerifier
				.create(this.operator.transactional(both.then(Mono.error(new IllegalStateException("on purpose")))))
				.verifyErrorMessage("on purpose");
			assertThat(this.dispatched).hasSize(2);
			assertThat(this.outcomes.outcomes()).containsExactly(ROLLED_BACK, ROLLED_BACK);
		});
	}

	@Test
	void aMethodThatDemarcatesATransactionItselfMayDoWithoutIt() {
		with((shop) -> {
			UnaryOperator<Mono<String>> recovering = (work) -> this.operator.transactional(
					this.goals.track(GOAL).then(work).then(Mono.<String>error(new IllegalStateException("on purpose"))))
				.onErrorReturn("recovered");
			assertThat(shop.demarcate(DataFastContextRunners.VISITOR, recovering).block()).isEqualTo("recovered");
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("demarcated");
			assertThat(this.outcomes.all()).singleElement().satisfies((recorded) -> {
				assertThat(recorded.goal()).isEqualTo(GOAL);
				assertThat(recorded.outcome()).isEqualTo(ROLLED_BACK);
			});
			assertThat(shop.count().block()).isZero();
		});
	}

	@Test
	void theGoalOfAnAnnotatedMethodWaitsForTheTransactionAroundIt() {
		with((shop) -> {
			Mono<Integer> beforeCommit = shop.order(DataFastContextRunners.VISITOR)
				.then(Mono.fromSupplier(this.dispatched::size));
			assertThat(this.operator.transactional(beforeCommit).block()).isZero();
			assertThat(this.dispatched).hasSize(1);
			Mono<String> failing = shop.order(DataFastContextRunners.VISITOR)
				.then(Mono.error(new IllegalStateException("on purpose")));
			StepVerifier.create(this.operator.transactional(failing)).verifyError();
			assertThat(this.dispatched).hasSize(1);
			assertThat(this.outcomes.outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	@Test
	void theGoalOfATransactionalMethodWaitsForTheTransactionThatItTakesPartIn() {
		with((shop) -> {
			Mono<String> failing = shop.pay(DataFastContextRunners.VISITOR, "1")
				.then(Mono.error(new IllegalStateException("on purpose")));
			StepVerifier.create(this.operator.transactional(failing)).verifyError();
			assertThat(this.dispatched).isEmpty();
			assertThat(this.outcomes.outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	@Test
	void goalsOfOneTransactionKeepTheirOrderAndAreBounded() {
		this.capacity = 3;
		with((shop) -> {
			Mono<Void> many = Flux.range(0, 5)
				.concatMap((i) -> this.goals.track(Goal.of("goal-" + i).forVisitor("visitor")))
				.then();
			this.operator.transactional(many).block();
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("goal-0", "goal-1", "goal-2");
			assertThat(this.outcomes.outcomes()).hasSize(2).containsOnly(new Dropped(Dropped.Reason.QUEUE_FULL, null));
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void goalsOfParallelBranchesShareOneTransaction(boolean commits) {
		int transactions = 200;
		int branches = 16;
		this.capacity = transactions * branches;
		with((shop) -> {
			Mono<Integer> synchronizations = TransactionSynchronizationManager.forCurrentTransaction()
				.map((manager) -> manager.getSynchronizations().size());
			Mono<Integer> parallel = Flux.range(0, branches)
				.flatMap((branch) -> this.goals.track(GOAL).subscribeOn(Schedulers.parallel()))
				.then(synchronizations);
			Mono<Integer> transaction = this.operator.execute((status) -> {
				if (!commits) {
					status.setRollbackOnly();
				}
				return parallel;
			}).single();
			for (int i = 0; i < transactions; i++) {
				assertThat(transaction.block()).isOne();
			}
			int goals = transactions * branches;
			assertThat(this.dispatched).hasSize(commits ? goals : 0);
			assertThat(this.outcomes.outcomes()).hasSize(commits ? 0 : goals)
				.allMatch((outcome) -> outcome.equals(ROLLED_BACK));
		});
	}

	@Test
	void aTransactionThatCannotBeObservedCostsTheGoalAndNothingElse() {
		with((shop) -> {
			Function<Context, Context> broken = (context) -> context.put(TransactionContext.class, "broken");
			this.goals.track(GOAL).contextWrite(broken).block();
			assertThat(shop.order(DataFastContextRunners.VISITOR).contextWrite(broken).block()).isEqualTo("ordered");
			assertThat(this.dispatched).isEmpty();
			assertThat(this.outcomes.outcomes()).containsExactly(FAILED, FAILED);
		});
	}

	@Test
	void whatFailsWithAnErrorCostsTheGoalAndNothingElse() {
		ReactiveTrackingContexts failing = new ReactiveTrackingContexts(() -> (subscriber) -> null,
				() -> (subscriber) -> null, () -> (subscriber, otherwise) -> {
					throw new NoClassDefFoundError("on purpose");
				});
		this.runner.withBean(ReactiveTrackingContexts.class, () -> failing).run((context) -> {
			Context subscriber = Context.of("key", "value");
			context.getBean(ReactiveDataFastGoals.class).track(GOAL).contextWrite(subscriber).block();
			Mono<String> order = context.getBean(Shop.class).order(DataFastContextRunners.VISITOR);
			assertThat(order.contextWrite(subscriber).block()).isEqualTo("ordered");
			assertThat(this.dispatched).isEmpty();
			assertThat(context.getBean(RecordedOutcomes.class).outcomes()).containsExactly(FAILED, FAILED);
		});
	}

	@Test
	void aDispatcherThatJoinsTransactionsCannotJoinAReactiveOne() {
		TransactionalGoalDispatcher joining = this.dispatched::add;
		this.runner
			.withBean("joining", TransactionalGoalDispatcher.class, () -> joining,
					(definition) -> definition.setPrimary(true))
			.run((context) -> {
				Mono<Integer> beforeCommit = context.getBean(ReactiveDataFastGoals.class)
					.track(GOAL)
					.then(Mono.fromSupplier(this.dispatched::size));
				TransactionalOperator operator = TransactionalOperator
					.create(context.getBean(ReactiveTransactionManager.class));
				assertThat(operator.transactional(beforeCommit).block()).isZero();
				assertThat(this.dispatched).containsExactly(GOAL);
			});
	}

	@Test
	void theGoalOfATransactionalMethodFollowsItsCommit() {
		with((shop) -> {
			assertThat(shop.pay(DataFastContextRunners.VISITOR, "1").block()).isEqualTo("paid");
			assertThat(shop.list(DataFastContextRunners.VISITOR).collectList().block()).containsExactly("a", "b");
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("paid", "listed");
			assertThat(shop.count().block()).isOne();
		});
	}

	@Test
	void aTransactionalMethodThatRollsBackWithoutAnErrorHasItsGoalSkipped() {
		with((shop) -> {
			assertThat(shop.giveUp(DataFastContextRunners.VISITOR).block()).isEqualTo("gave up");
			assertThat(shop.giveUpAlone(DataFastContextRunners.VISITOR).collectList().block())
				.containsExactly("gave up");
			assertThat(this.operator.transactional(shop.giveUpAlone(DataFastContextRunners.VISITOR).last()).block())
				.isEqualTo("gave up");
			assertThat(shop.count().block()).isZero();
			assertThat(this.dispatched).isEmpty();
			assertThat(this.outcomes.outcomes()).containsExactly(ROLLED_BACK, ROLLED_BACK, ROLLED_BACK);
		});
	}

	@Test
	void aTransactionalMethodWithATransactionOfItsOwnDoesNotWaitForTheCallers() {
		with((shop) -> {
			Mono<Integer> inside = shop.list(DataFastContextRunners.VISITOR)
				.then(shop.look(DataFastContextRunners.VISITOR))
				.then(Mono.fromSupplier(this.dispatched::size))
				.doOnNext((sent) -> assertThat(sent).isEqualTo(2));
			StepVerifier
				.create(this.operator.transactional(inside.then(Mono.error(new IllegalStateException("on purpose")))))
				.verifyErrorMessage("on purpose");
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("listed", "looked");
			assertThat(this.outcomes.all()).isEmpty();
		});
	}

	@Test
	void eachSubscriptionToATransactionalMethodHasItsOwnTransaction() {
		with((shop) -> {
			Flux<String> list = shop.list(DataFastContextRunners.VISITOR);
			Flux<String> twice = list.thenMany(list);
			StepVerifier
				.create(this.operator
					.transactional(twice.concatWith(Mono.error(new IllegalStateException("on purpose")))))
				.expectNext("a", "b")
				.verifyErrorMessage("on purpose");
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("listed", "listed");
			assertThat(this.outcomes.all()).isEmpty();
		});
	}

	@Test
	void aTransactionalMethodWhoseCommitFailsHasItsGoalSkipped() {
		with((shop) -> {
			shop.failCommits();
			StepVerifier.create(shop.pay(DataFastContextRunners.VISITOR, "2")).verifyError();
			assertThat(this.dispatched).isEmpty();
			assertThat(this.outcomes.outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	@Test
	void aTransactionThatIsRetriedHasTheGoalOfTheRunThatSucceeds() {
		this.runner.withBean(FlakyShop.class).withBean(Retries.class).run((context) -> {
			Mono<String> order = context.getBean(FlakyShop.class).order();
			assertThat(order.block()).isEqualTo("run 2");
			assertThat(this.dispatched).hasSize(1);
			assertThat(order.block()).isEqualTo("run 3");
			assertThat(this.dispatched).hasSize(2);
			assertThat(context.getBean(Retries.class).calls).isOne();
		});
	}

	private void with(Consumer<Shop> test) {
		this.runner.withPropertyValues("datafast.delivery.capacity=" + this.capacity).run((context) -> {
			this.outcomes = context.getBean(RecordedOutcomes.class);
			this.goals = context.getBean(ReactiveDataFastGoals.class);
			ReactiveTransactionManager manager = context.getBean(ReactiveTransactionManager.class);
			this.operator = TransactionalOperator.create(manager);
			this.newTransaction = TransactionalOperator.create(manager,
					new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_REQUIRES_NEW));
			this.nestedTransaction = TransactionalOperator.create(manager,
					new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_NESTED));
			test.accept(context.getBean(Shop.class));
		});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class Database {

		@Bean
		ConnectionFactory connectionFactory() {
			return H2ConnectionFactory.inMemory("reactive-transactions");
		}

		@Bean
		DatabaseClient databaseClient(ConnectionFactory connectionFactory) {
			DatabaseClient client = DatabaseClient.create(connectionFactory);
			client.sql("CREATE TABLE IF NOT EXISTS payment (id VARCHAR PRIMARY KEY)").then().block();
			client.sql("DELETE FROM payment").then().block();
			return client;
		}

		@Bean
		Shop shop(DatabaseClient client) {
			return new Shop(client);
		}

		@Bean
		ReactiveTransactionManager transactionManager(ConnectionFactory connectionFactory, Shop shop) {
			R2dbcTransactionManager transactionManager = new R2dbcTransactionManager(connectionFactory) {

				@Override
				protected Mono<Void> prepareForCommit(TransactionSynchronizationManager synchronizations,
						GenericReactiveTransaction status) {
					return shop.commitsFail() ? Mono.error(new IllegalStateException("commit failed on purpose"))
							: super.prepareForCommit(synchronizations, status);
				}

			};
			transactionManager.addListener(new TransactionExecutionListener() {

				@Override
				public void afterBegin(TransactionExecution transaction, Throwable failure) {
					shop.begun((GenericReactiveTransaction) transaction);
				}

			});
			return transactionManager;
		}

	}

	static class FlakyShop {

		private int runs;

		@Transactional
		@TrackGoal(name = "ordered", visitorId = "'visitor'")
		public Mono<String> order() {
			return Mono.defer(() -> (++this.runs == 1) ? Mono.error(new IllegalStateException("on purpose"))
					: Mono.just("run " + this.runs));
		}

	}

	/**
	 * Has the result of the transaction subscribed to again, as reactive advice for
	 * retries does.
	 */
	static class Retries implements BeanPostProcessor, Ordered {

		private int calls;

		@Override
		public int getOrder() {
			return 0;
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			if (bean instanceof FlakyShop && bean instanceof Advised advised) {
				advised.addAdvice(0, (MethodInterceptor) (invocation) -> {
					this.calls++;
					return ((Mono<?>) invocation.proceed()).retry(1);
				});
			}
			return bean;
		}

	}

	static class Shop {

		private final DatabaseClient client;

		private boolean commitsFail;

		private GenericReactiveTransaction transaction;

		Shop(DatabaseClient client) {
			this.client = client;
		}

		boolean commitsFail() {
			return this.commitsFail;
		}

		void failCommits() {
			this.commitsFail = true;
		}

		void begun(GenericReactiveTransaction transaction) {
			this.transaction = transaction;
		}

		Mono<Long> count() {
			return this.client.sql("SELECT COUNT(*) FROM payment").map((row) -> row.get(0, Long.class)).one();
		}

		private Mono<Void> insert(String id) {
			return this.client.sql("INSERT INTO payment VALUES (:id)").bind("id", id).then();
		}

		private Mono<Void> insertAny() {
			return Mono.defer(() -> insert(UUID.randomUUID().toString()));
		}

		@TrackGoal("ordered")
		Mono<String> order(@VisitorId String visitorId) {
			return Mono.just("ordered");
		}

		@TrackGoal("paid")
		@Transactional
		Mono<String> pay(@VisitorId String visitorId, String id) {
			return insert(id).thenReturn("paid");
		}

		@TrackGoal("item_added")
		@Transactional(propagation = Propagation.NESTED)
		Mono<String> addItem(@VisitorId String visitorId, Mono<String> more) {
			return insert("item").then(more).thenReturn("added");
		}

		@TrackGoal("demarcated")
		Mono<String> demarcate(@VisitorId String visitorId, UnaryOperator<Mono<String>> demarcation) {
			return demarcation.apply(insertAny().thenReturn("demarcated"));
		}

		@TrackGoal("demarcated_many")
		Flux<String> demarcateMany(@VisitorId String visitorId, UnaryOperator<Flux<String>> demarcation) {
			return demarcation.apply(insertAny().thenMany(Flux.just("demarcated")));
		}

		@TrackGoal("gave_up")
		@Transactional
		Mono<String> giveUp(@VisitorId String visitorId) {
			return insert("given up").then(Mono.fromSupplier(() -> {
				this.transaction.setRollbackOnly();
				return "gave up";
			}));
		}

		@TrackGoal("gave_up_alone")
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		Flux<String> giveUpAlone(@VisitorId String visitorId) {
			return giveUp(visitorId).flux();
		}

		@TrackGoal("looked")
		@Transactional(propagation = Propagation.NOT_SUPPORTED)
		Mono<String> look(@VisitorId String visitorId) {
			return Mono.just("looked");
		}

		@TrackGoal("listed")
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		Flux<String> list(@VisitorId String visitorId) {
			return Flux.just("a", "b");
		}

	}

}
