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

package io.datafast.interceptor;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.datafast.testing.TestTransactions;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A result that comes later is part of the transaction in which it was begun, if it is
 * the thread's still, and of no other; that of a method which runs in a transaction is
 * part of that one. What other methods of the bean do changes nothing.
 */
class LaterResultTransactionTests {

	private static final String VISITOR = "'" + DataFastContextRunners.VISITOR + "'";

	private static final GoalOutcome ROLLED_BACK = new Skipped(Skipped.Reason.ROLLED_BACK);

	private final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	@ParameterizedTest
	@ValueSource(classes = { Shop.class, ShopWithTransactions.class, TransactionalShop.class })
	void isNoPartOfTheTransactionOfAnotherThread(Class<? extends Shop> type) {
		run(type, (application) -> {
			CompletableFuture<String> result = application.shop.future(new CompletableFuture<>());
			inAnotherThread(() -> application.rolledBack(() -> {
				result.complete("value");
				assertThat(this.dispatched).hasSize(1);
			}));
			assertThat(application.outcomes()).isEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { Shop.class, ShopWithTransactions.class })
	void isNoPartOfALaterTransactionOfItsThread(Class<? extends Shop> type) {
		run(type, (application) -> {
			CompletableFuture<String> outside = application.shop.future(new CompletableFuture<>());
			application.rolledBack(() -> {
				outside.complete("value");
				assertThat(this.dispatched).hasSize(1);
			});
			application.transaction.executeWithoutResult((status) -> {
				CompletableFuture<String> inside = application.shop.future(new CompletableFuture<>());
				application.rolledBack(() -> inside.complete("value"));
				assertThat(this.dispatched).hasSize(1);
			});
			assertThat(this.dispatched).hasSize(2);
			assertThat(application.outcomes()).isEmpty();
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { Shop.class, ShopWithTransactions.class, TransactionalShop.class })
	void sharesTheFateOfTheTransactionOfItsCallIfItComesAfterIt(Class<? extends Shop> type) {
		run(type, (application) -> {
			List<CompletableFuture<String>> results = new ArrayList<>();
			application.rolledBack(() -> results.add(application.shop.future(new CompletableFuture<>())));
			application.transaction
				.executeWithoutResult((status) -> results.add(application.shop.future(new CompletableFuture<>())));
			assertThat(this.dispatched).isEmpty();
			results.forEach((result) -> result.complete("value"));
			assertThat(this.dispatched).hasSize(1);
			assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { Shop.class, ShopWithTransactions.class, TransactionalShop.class })
	void isPartOfTheTransactionOfItsCall(Class<? extends Shop> type) {
		run(type, (application) -> {
			application.transaction.executeWithoutResult((status) -> {
				application.shop.future(new CompletableFuture<>()).complete("value");
				assertThat(this.dispatched).isEmpty();
			});
			assertThat(this.dispatched).hasSize(1);
			application.rolledBack(() -> application.shop.future(new CompletableFuture<>()).complete("value"));
			assertThat(this.dispatched).hasSize(1);
			assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { Shop.class, ShopWithTransactions.class, TransactionalShop.class })
	void isPartOfTheTransactionOfItsCallWhateverTheThread(Class<? extends Shop> type) {
		run(type, (application) -> {
			application.rolledBack(() -> {
				CompletableFuture<String> result = application.shop.future(new CompletableFuture<>());
				inAnotherThread(() -> application.rolledBack(() -> result.complete("value")));
				assertThat(this.dispatched).isEmpty();
			});
			assertThat(this.dispatched).isEmpty();
			assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	static List<Arguments> coldResults() {
		List<Function<Shop, Runnable>> methods = List.of((shop) -> shop.mono(Mono.just("value"))::block,
				(shop) -> shop.uni(Uni.createFrom().item("value")).await()::indefinitely,
				(shop) -> shop.multi(Multi.createFrom().item("value")).collect().asList().await()::indefinitely,
				(shop) -> {
					Callable<String> callable = shop.callable(() -> "value");
					return () -> call(callable);
				});
		return Stream.of(Shop.class, ShopWithTransactions.class)
			.flatMap((type) -> methods.stream().map((method) -> Arguments.of(type, method)))
			.toList();
	}

	@ParameterizedTest
	@MethodSource
	void coldResults(Class<? extends Shop> type, Function<Shop, Runnable> method) {
		run(type, (application) -> {
			Runnable result = method.apply(application.shop);
			application.rolledBack(result);
			assertThat(this.dispatched).isEmpty();
			assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { Shop.class, ShopWithTransactions.class })
	void isNotTouchedWhereTheMethodIsNotTracked(Class<? extends Shop> type) {
		run(type, (application) -> {
			Mono<String> mono = Mono.just("value");
			assertThat(application.shop.untracked(mono)).isSameAs(mono);
			application.rolledBack(() -> assertThat(application.shop.untracked(mono)).isSameAs(mono));
		});
	}

	private static void inAnotherThread(Runnable action) {
		CompletableFuture.runAsync(action).join();
	}

	private static void call(Callable<String> callable) {
		try {
			callable.call();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void run(Class<? extends Shop> type, Consumer<Application> test) {
		DataFastContextRunners.plain()
			.withPropertyValues("datafast.api-key=df_key")
			.withUserConfiguration(TestTransactions.class)
			.withBean(GoalDispatcher.class, () -> this.dispatched::add)
			.withBean(type)
			.run((context) -> test.accept(new Application(context)));
	}

	private static final class Application {

		private final Shop shop;

		private final RecordedOutcomes outcomes;

		private final TransactionTemplate transaction;

		Application(AssertableApplicationContext context) {
			this.shop = context.getBean(Shop.class);
			this.outcomes = context.getBean(RecordedOutcomes.class);
			this.transaction = context.getBean(TransactionTemplate.class);
		}

		Iterable<GoalOutcome> outcomes() {
			return this.outcomes.outcomes();
		}

		/**
		 * Run in a transaction of its own.
		 */
		void rolledBack(Runnable action) {
			TransactionTemplate separate = new TransactionTemplate(this.transaction.getTransactionManager(),
					this.transaction);
			separate.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
			separate.executeWithoutResult((status) -> {
				action.run();
				status.setRollbackOnly();
			});
		}

	}

	static class Shop {

		@TrackGoal(name = "later", visitorId = VISITOR)
		public CompletableFuture<String> future(CompletableFuture<String> result) {
			return result;
		}

		@TrackGoal(name = "later", visitorId = VISITOR)
		public Mono<String> mono(Mono<String> result) {
			return result;
		}

		@TrackGoal(name = "later", visitorId = VISITOR)
		public Uni<String> uni(Uni<String> result) {
			return result;
		}

		@TrackGoal(name = "later", visitorId = VISITOR)
		public Multi<String> multi(Multi<String> result) {
			return result;
		}

		@TrackGoal(name = "later", visitorId = VISITOR)
		public Callable<String> callable(Callable<String> result) {
			return result;
		}

		public Mono<String> untracked(Mono<String> result) {
			return result;
		}

	}

	/**
	 * Has transactions, but not in the methods that the tests call.
	 */
	static class ShopWithTransactions extends Shop {

		@Transactional
		@TrackGoal(name = "other", visitorId = VISITOR)
		public void other() {
		}

	}

	static class TransactionalShop extends Shop {

		@Override
		@Transactional
		@TrackGoal(name = "later", visitorId = VISITOR)
		public CompletableFuture<String> future(CompletableFuture<String> result) {
			return result;
		}

	}

}
