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

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.delivery.TransactionalGoalDispatcher;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.datafast.testing.TestTransactions;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.Ordered;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;
import org.springframework.transaction.interceptor.NameMatchTransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.interceptor.TransactionInterceptor;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * {@link TrackGoal} on {@link Transactional} methods, alone and within an outer
 * transaction.
 */
class TransactionalMethodTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private static final Skipped ROLLED_BACK = new Skipped(Skipped.Reason.ROLLED_BACK);

	private final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	private final ApplicationContextRunner runner = DataFastContextRunners.plain()
		.withPropertyValues("datafast.api-key=df_key")
		.withUserConfiguration(TestTransactions.class)
		.withBean(Shop.class);

	// Alone

	@Test
	void theGoalFollowsTheCommit() {
		run((application) -> {
			application.shop.order(VISITOR);
			assertDispatched("ordered");
			assertThat(application.orders()).isEqualTo(1);
		});
	}

	@Test
	void aMethodThatFailsMakesNoGoalAndOneWhoseCommitFailsHasItSkipped() {
		run((application) -> {
			assertThatIllegalStateException().isThrownBy(() -> application.shop.fail(VISITOR));
			assertThatIllegalStateException().isThrownBy(() -> application.shop.failToCommit(VISITOR));
			assertDispatched();
			assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
			assertThat(application.orders()).isZero();
		});
	}

	@Test
	void aMethodThatRollsBackWithoutAnExceptionHasItsGoalSkipped() {
		run((application) -> {
			application.shop.giveUp(VISITOR);
			assertDispatched();
			assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
			assertThat(application.orders()).isZero();
		});
	}

	@Test
	void aMethodThatToleratesAFailureInsideHasItsGoalSentOnlyIfItCommits() {
		run((application) -> {
			assertThatExceptionOfType(UnexpectedRollbackException.class)
				.isThrownBy(() -> application.shop.tolerateFailure(VISITOR));
			assertDispatched();
			assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	@Test
	void goalsOfTheMethodItselfAndOfItsBodyComeInOrder() {
		run((application) -> {
			application.shop.orderWithGoalInside(VISITOR);
			assertDispatched("inside", "ordered");
		});
	}

	// Within an outer transaction

	@Test
	void aParticipatingMethodWaitsForTheOuterCommit() {
		run((application) -> {
			application.inTransaction((outer) -> {
				application.shop.order(VISITOR);
				application.shop.order(VISITOR);
				assertDispatched();
			});
			assertDispatched("ordered", "ordered");
			assertThat(application.orders()).isEqualTo(2);
		});
	}

	@Test
	void aParticipatingMethodIsSkippedWithTheOuterTransaction() {
		run((application) -> {
			application.inTransaction((outer) -> {
				application.shop.order(VISITOR);
				outer.setRollbackOnly();
			});
			assertDispatched();
			assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	@Test
	void aMethodWithoutTransactionWaitsForTheOneOfItsCaller() {
		run((application) -> {
			application.inTransaction((outer) -> {
				application.shop.look(VISITOR);
				assertDispatched();
			});
			assertDispatched("looked");
			application.shop.look(VISITOR);
			assertDispatched("looked", "looked");
		});
	}

	@Test
	void aMethodWithANewTransactionDependsOnThatOneAlone() {
		run((application) -> {
			application.inTransaction((outer) -> {
				application.shop.order(VISITOR);
				application.shop.audit(VISITOR);
				assertDispatched("audited");
				application.shop.auditInVain(VISITOR);
				assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
				outer.setRollbackOnly();
			});
			assertDispatched("audited");
			assertThat(application.outcomes()).containsExactly(ROLLED_BACK, ROLLED_BACK);
			assertThat(application.orders()).isEqualTo(1);
		});
	}

	@Test
	void aMethodThatSuspendsTheTransactionDoesNotWaitForIt() {
		run((application) -> {
			application.inTransaction((outer) -> {
				application.shop.notify(VISITOR);
				assertDispatched("notified");
				outer.setRollbackOnly();
			});
			assertThat(application.outcomes()).isEmpty();
		});
	}

	@Test
	void aNestedMethodWaitsForTheOuterCommit() {
		run((application) -> {
			application.inTransaction((outer) -> {
				application.shop.addItem(VISITOR);
				application.shop.addItemInVain(VISITOR);
				assertDispatched();
				assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
			});
			assertDispatched("item_added");
			assertThat(application.outcomes()).hasSize(1);
			assertThat(application.orders()).isEqualTo(1);
		});
	}

	@Test
	void aNestedMethodThatFailsMakesNoGoalAndTakesThoseInsideWithIt() {
		run((application) -> {
			application.inTransaction((outer) -> {
				application.shop.order(VISITOR);
				assertThatIllegalStateException().isThrownBy(() -> application.shop.failToAddItem(VISITOR));
			});
			assertDispatched("ordered");
			assertThat(application.recordedOutcomes().all()).singleElement().satisfies((recorded) -> {
				assertThat(recorded.goal().name()).isEqualTo("inside");
				assertThat(recorded.outcome()).isEqualTo(ROLLED_BACK);
			});
			assertThat(application.orders()).isEqualTo(1);
		});
	}

	// Other ways

	@Test
	void aTransactionalDispatcherIsNotGivenTheGoalsOfARollback() {
		this.runner.withBean(GoalDispatcher.class, () -> (TransactionalGoalDispatcher) this.dispatched::add)
			.run((context) -> {
				Application application = new Application(context);
				application.shop.giveUp(VISITOR);
				assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
				application.inTransaction((outer) -> {
					application.shop.order(VISITOR);
					assertDispatched();
				});
				assertDispatched("ordered");
			});
	}

	@Test
	void eachTransactionOfARetriedMethodDecidesForItself() {
		this.runner.withBean(GoalDispatcher.class, () -> this.dispatched::add)
			.withBean("retries", Retries.class)
			.run((context) -> {
				Application application = new Application(context);
				application.shop.failOnce(VISITOR);
				assertDispatched("ordered");
				assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
				assertThat(application.orders()).isEqualTo(1);
			});
	}

	@Test
	void eachOfSeveralTransactionAdvicesIsHeeded() {
		this.runner.withBean(GoalDispatcher.class, () -> this.dispatched::add)
			.withBean("more", MoreTransactions.class)
			.run((context) -> {
				Application application = new Application(context);
				application.shop.giveUp(VISITOR);
				assertDispatched();
				assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
				application.shop.look(VISITOR);
				assertDispatched("looked");
			});
	}

	private void run(Consumer<Application> test) {
		this.runner.withBean(GoalDispatcher.class, () -> this.dispatched::add)
			.run((context) -> test.accept(new Application(context)));
	}

	private void assertDispatched(String... names) {
		assertThat(this.dispatched).extracting(Goal::name).containsExactly(names);
	}

	/**
	 * An application with a database and a {@link Shop}.
	 */
	private static final class Application {

		private final AssertableApplicationContext context;

		private final Shop shop;

		Application(AssertableApplicationContext context) {
			this.context = context;
			this.shop = context.getBean(Shop.class);
		}

		void inTransaction(Consumer<TransactionStatus> action) {
			this.context.getBean(TransactionTemplate.class).executeWithoutResult(action);
		}

		Long orders() {
			return this.context.getBean(JdbcTemplate.class).queryForObject("select count(*) from orders", Long.class);
		}

		RecordedOutcomes recordedOutcomes() {
			return this.context.getBean(RecordedOutcomes.class);
		}

		List<GoalOutcome> outcomes() {
			return recordedOutcomes().outcomes();
		}

	}

	static class Shop {

		private final JdbcTemplate jdbc;

		private final DataFastGoals goals;

		private final TransactionTemplate transaction;

		private boolean failed;

		Shop(JdbcTemplate jdbc, DataFastGoals goals, TransactionTemplate transaction) {
			this.jdbc = jdbc;
			this.goals = goals;
			this.transaction = transaction;
		}

		private void insert() {
			this.jdbc.update("insert into orders values (1)");
		}

		@TrackGoal("looked")
		public void look(@VisitorId String visitor) {
		}

		@Transactional
		@TrackGoal("ordered")
		public void order(@VisitorId String visitor) {
			insert();
		}

		@Transactional
		@TrackGoal("ordered")
		public void orderWithGoalInside(@VisitorId String visitor) {
			this.goals.track(Goal.of("inside").forVisitor(visitor));
		}

		@Transactional
		@TrackGoal("ordered")
		public void fail(@VisitorId String visitor) {
			insert();
			throw new IllegalStateException("on purpose");
		}

		@Transactional
		@TrackGoal("ordered")
		public void failOnce(@VisitorId String visitor) {
			insert();
			if (!this.failed) {
				this.failed = true;
				TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
			}
		}

		@Transactional
		@TrackGoal("ordered")
		public void failToCommit(@VisitorId String visitor) {
			insert();
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void beforeCommit(boolean readOnly) {
					throw new IllegalStateException("on purpose");
				}

			});
		}

		@Transactional
		@TrackGoal("ordered")
		public void giveUp(@VisitorId String visitor) {
			insert();
			TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
		}

		@Transactional
		@TrackGoal("ordered")
		public void tolerateFailure(@VisitorId String visitor) {
			insert();
			assertThatIllegalStateException().isThrownBy(() -> this.transaction.executeWithoutResult((participant) -> {
				throw new IllegalStateException("on purpose");
			}));
		}

		@Transactional(propagation = Propagation.REQUIRES_NEW)
		@TrackGoal("audited")
		public void audit(@VisitorId String visitor) {
			insert();
		}

		@Transactional(propagation = Propagation.REQUIRES_NEW)
		@TrackGoal("audited")
		public void auditInVain(@VisitorId String visitor) {
			insert();
			TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
		}

		@Transactional(propagation = Propagation.NOT_SUPPORTED)
		@TrackGoal("notified")
		public void notify(@VisitorId String visitor) {
		}

		@Transactional(propagation = Propagation.NESTED)
		@TrackGoal("item_added")
		public void addItem(@VisitorId String visitor) {
			insert();
		}

		@Transactional(propagation = Propagation.NESTED)
		@TrackGoal("item_added")
		public void addItemInVain(@VisitorId String visitor) {
			insert();
			TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
		}

		@Transactional(propagation = Propagation.NESTED)
		@TrackGoal("item_added")
		public void failToAddItem(@VisitorId String visitor) {
			insert();
			this.goals.track(Goal.of("inside").forVisitor(visitor));
			throw new IllegalStateException("on purpose");
		}

	}

	/**
	 * Has {@link Shop#look} in a transaction, too.
	 */
	static class MoreTransactions implements BeanPostProcessor, BeanFactoryAware, Ordered {

		private BeanFactory beanFactory;

		@Override
		public void setBeanFactory(BeanFactory beanFactory) {
			this.beanFactory = beanFactory;
		}

		@Override
		public int getOrder() {
			return 0;
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			if (bean instanceof Advised advised) {
				NameMatchTransactionAttributeSource attributes = new NameMatchTransactionAttributeSource();
				attributes.addTransactionalMethod("look", new DefaultTransactionAttribute());
				TransactionManager transactionManager = this.beanFactory.getBean(TransactionManager.class);
				NameMatchMethodPointcut look = new NameMatchMethodPointcut();
				look.setMappedName("look");
				advised.addAdvisor(advised.getAdvisors().length,
						new DefaultPointcutAdvisor(look, new TransactionInterceptor(transactionManager, attributes)));
			}
			return bean;
		}

	}

	/**
	 * Repeats the transaction of {@link Shop#failOnce}, as advice for retries does.
	 */
	static class Retries implements BeanPostProcessor, Ordered {

		@Override
		public int getOrder() {
			return 0;
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			if (bean instanceof Advised advised) {
				advised.addAdvice(0, (MethodInterceptor) (invocation) -> {
					if (invocation.getMethod().getName().equals("failOnce")) {
						((ProxyMethodInvocation) invocation).invocableClone().proceed();
					}
					return invocation.proceed();
				});
			}
			return bean;
		}

	}

}
