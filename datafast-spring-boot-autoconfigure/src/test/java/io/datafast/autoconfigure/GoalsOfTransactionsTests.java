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

package io.datafast.autoconfigure;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalDispatcherDecorator;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.TestDatabase;
import io.datafast.transaction.OpenTransactions;
import org.junit.jupiter.api.Test;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

class GoalsOfTransactionsTests {

	private static final Goal GOAL = Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR);

	private final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	private final ApplicationContextRunner runner = DataFastContextRunners.plain()
		.withPropertyValues("datafast.api-key=df_key")
		.withBean(GoalDispatcher.class, () -> this.dispatched::add);

	@Test
	void goalsWaitForTheCommit() {
		this.runner.withUserConfiguration(TestDatabase.class).run(this::assertThatGoalsWaitForTheCommit);
	}

	@Test
	void goalsWaitForTheCommitWithLazyInitialization() {
		this.runner.withUserConfiguration(TestDatabase.class)
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run(this::assertThatGoalsWaitForTheCommit);
	}

	@Test
	void backsOffWithoutSpringTx() {
		this.runner.withClassLoader(new FilteredClassLoader(TransactionSynchronizationManager.class)).run((context) -> {
			assertThat(context).hasNotFailed()
				.doesNotHaveBean(GoalDispatcherDecorator.class)
				.doesNotHaveBean(OpenTransactions.class);
			context.getBean(DataFastGoals.class).track(GOAL);
			assertThat(this.dispatched).containsExactly(GOAL);
		});
	}

	@Test
	void backsOffFromADecoratorOfTheApplication() {
		this.runner.withUserConfiguration(TestDatabase.class)
			.withBean(GoalDispatcherDecorator.class,
					() -> (dispatcher) -> (goal) -> dispatcher.dispatch(goal.with("decorated", true)))
			.run((context) -> {
				assertThat(context).doesNotHaveBean(OpenTransactions.class);
				context.getBean(TransactionTemplate.class).executeWithoutResult((status) -> {
					context.getBean(DataFastGoals.class).track(GOAL);
					assertThat(this.dispatched).containsExactly(GOAL.with("decorated", true));
				});
			});
	}

	private void assertThatGoalsWaitForTheCommit(AssertableApplicationContext context) {
		context.getBean(TransactionTemplate.class).executeWithoutResult((status) -> {
			context.getBean(DataFastGoals.class).track(GOAL);
			assertThat(this.dispatched).isEmpty();
		});
		assertThat(this.dispatched).containsExactly(GOAL);
	}

}
