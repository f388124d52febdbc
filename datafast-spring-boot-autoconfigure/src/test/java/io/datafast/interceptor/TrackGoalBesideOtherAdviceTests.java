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

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.datafast.testing.TestDatabase;
import io.datafast.testing.TestTransactions;
import org.aopalliance.intercept.MethodInterceptor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.aop.Advisor;
import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.ProxyFactoryBean;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.target.HotSwappableTargetSource;
import org.springframework.aop.target.PrototypeTargetSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * {@link TrackGoal} on beans that other advice works on, too.
 */
class TrackGoalBesideOtherAdviceTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	private final Queue<String> events = new ConcurrentLinkedQueue<>();

	private final ApplicationContextRunner runner = DataFastContextRunners.plain()
		.withPropertyValues("datafast.api-key=df_key")
		.withBean("events", Queue.class, () -> this.events)
		.withBean(GoalDispatcher.class, () -> (goal) -> {
			this.dispatched.add(goal);
			this.events.add("goal");
		});

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void transactionsAreCommittedBeforeTheGoal(boolean proxyTargetClass) {
		this.runner.withUserConfiguration(proxyTargetClass ? TestTransactions.class : InterfaceProxyTransactions.class)
			.withBean("orders", OrderService.class)
			.run((context) -> {
				Orders orders = context.getBean(Orders.class);
				assertThat(AopUtils.isJdkDynamicProxy(orders)).isEqualTo(!proxyTargetClass);
				orders.place(VISITOR);
				assertThat(this.events).containsExactly("insert", "commit", "goal");
				assertThat(
						context.getBean(JdbcTemplate.class).queryForObject("select count(*) from orders", Long.class))
					.isEqualTo(1);
			});
	}

	@Test
	void aBeanThatIsAnotherOneTracksOnce() {
		this.runner.withBean("orders", UnadvisedOrders.class).withUserConfiguration(Alias.class).run((context) -> {
			assertThat(context.getBean("alias")).isSameAs(context.getBean("orders"));
			context.getBean("alias", UnadvisedOrders.class).place(VISITOR);
			assertThat(this.dispatched).hasSize(1);
		});
	}

	@Test
	void aBeanOfTheParentContextTracksOnce() {
		this.runner.withBean("parents", UnadvisedOrders.class)
			.run((parent) -> this.runner.withParent(parent)
				.withBean("orders", UnadvisedOrders.class, () -> parent.getBean("parents", UnadvisedOrders.class))
				.run((context) -> {
					context.getBean("orders", UnadvisedOrders.class).place(VISITOR);
					assertThat(this.dispatched).hasSize(1);
				}));
	}

	@ParameterizedTest
	@ValueSource(strings = { "swappable", "prototypes" })
	void aProxyWithATrackedBeanBehindItTracksOnce(String name) {
		this.runner.withUserConfiguration(TargetSources.class).run((context) -> {
			context.getBean(name, UnadvisedOrders.class).place(VISITOR);
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("ordered");
			context.getBean(name, UnadvisedOrders.class).placeLater(VISITOR).block();
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("ordered", "ordered_later");
		});
	}

	@Test
	void aFailingCommitHasItsGoalSkipped() {
		this.runner.withUserConfiguration(TestTransactions.class)
			.withBean("orders", OrderService.class)
			.run((context) -> {
				assertThatExceptionOfType(IllegalStateException.class)
					.isThrownBy(() -> context.getBean(Orders.class).failToCommit(VISITOR));
				assertThat(this.dispatched).isEmpty();
				assertThat(context.getBean(RecordedOutcomes.class).outcomes())
					.containsExactly(new Skipped(Skipped.Reason.ROLLED_BACK));
			});
	}

	@Test
	void cachedCallsAreNotTracked() {
		this.runner.withUserConfiguration(Caching.class).withBean(Catalogue.class).run((context) -> {
			Catalogue catalogue = context.getBean(Catalogue.class);
			assertThat(catalogue.find(VISITOR)).isEqualTo(1);
			assertThat(catalogue.find(VISITOR)).isEqualTo(1);
			assertThat(this.dispatched).hasSize(1);
		});
	}

	@Test
	void asynchronousMethodsAreTrackedWhenTheyHaveCompleted() {
		this.runner.withUserConfiguration(Asynchronous.class).withBean(Mailer.class).run((context) -> {
			Mailer mailer = context.getBean(Mailer.class);
			mailer.fail(VISITOR);
			mailer.send(VISITOR);
			Awaitility.await().until(() -> !this.dispatched.isEmpty());
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("mail_sent");
			assertThat(this.events.peek()).isNotEqualTo(Thread.currentThread().getName());
		});
	}

	@Test
	void deniedCallsAreNotTracked() {
		this.runner.withUserConfiguration(Security.class).withBean(Admin.class).run((context) -> {
			Admin admin = context.getBean(Admin.class);
			try {
				authenticate("USER");
				assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(() -> admin.export(VISITOR));
				assertThat(this.dispatched).isEmpty();
				authenticate("ADMIN");
				admin.export(VISITOR);
				assertThat(this.dispatched).hasSize(1);
			}
			finally {
				SecurityContextHolder.clearContext();
			}
		});
	}

	@Test
	void advisesProxiesWhoseTargetKnowsNothingOfTheInterface() {
		this.runner.withBean("repository", Repository.class, () -> {
			ProxyFactory factory = new ProxyFactory(new Object());
			factory.setInterfaces(Repository.class);
			factory.addAdvice((MethodInterceptor) (invocation) -> "saved");
			return (Repository) factory.getProxy();
		}).run((context) -> {
			assertThat(context.getBean(Repository.class).save(VISITOR)).isEqualTo("saved");
			assertThat(this.dispatched).hasSize(1);
		});
	}

	@Test
	void aProxyThatCannotBeChangedTracksOnce() {
		this.runner.withBean(Repository.class, () -> {
			ProxyFactory factory = new ProxyFactory(Repository.class, (MethodInterceptor) (invocation) -> "saved");
			factory.setTarget(new StoredRepository());
			factory.setFrozen(true);
			return (Repository) factory.getProxy();
		}).run((context) -> {
			assertThat(context.getBean(Repository.class).save(VISITOR)).isEqualTo("saved");
			assertThat(this.dispatched).hasSize(1);
			assertThat(context.getBean(TrackGoalBeanPostProcessor.class).getTrackedMethods()).hasSize(1);
		});
	}

	@Test
	void aTargetSourceIsNotAskedForItsTarget() {
		this.runner.withBean(UnaskedTargetSource.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void isTheInnermostAdvice() {
		this.runner.withUserConfiguration(TestTransactions.class, Caching.class)
			.withBean("orders", OrderService.class)
			.run((context) -> {
				Advisor[] advisors = ((Advised) context.getBean(Orders.class)).getAdvisors();
				assertThat(advisors[advisors.length - 1].getAdvice()).isInstanceOf(TrackGoalInterceptor.class);
			});
	}

	private static void authenticate(String role) {
		SecurityContextHolder.getContext()
			.setAuthentication(new TestingAuthenticationToken("user", "password", "ROLE_" + role));
	}

	interface Orders {

		void place(String visitor);

		void failToCommit(String visitor);

	}

	interface Repository {

		@TrackGoal("saved")
		String save(@VisitorId String visitor);

	}

	static class StoredRepository implements Repository {

		@Override
		public String save(String visitor) {
			return "stored";
		}

	}

	static class UnaskedTargetSource implements TargetSource {

		@Override
		public Class<?> getTargetClass() {
			throw new IllegalStateException("asked");
		}

		@Override
		public Object getTarget() {
			throw new IllegalStateException("asked");
		}

	}

	static class OrderService implements Orders {

		private final JdbcTemplate jdbc;

		private final Queue<String> events;

		OrderService(JdbcTemplate jdbc, Queue<String> events) {
			this.jdbc = jdbc;
			this.events = events;
		}

		@Override
		@Transactional
		@TrackGoal("order_placed")
		public void place(@VisitorId String visitor) {
			assertThat(TransactionSynchronizationManager.isActualTransactionActive()).isTrue();
			this.jdbc.update("insert into orders values (1)");
			this.events.add("insert");
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCommit() {
					OrderService.this.events.add("commit");
				}

			});
		}

		@Override
		@Transactional
		@TrackGoal("order_placed")
		public void failToCommit(@VisitorId String visitor) {
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void beforeCommit(boolean readOnly) {
					throw new IllegalStateException("commit fails");
				}

			});
		}

	}

	static class Catalogue {

		private int calls;

		@Cacheable("catalogue")
		@TrackGoal("viewed")
		public int find(@VisitorId String visitor) {
			return ++this.calls;
		}

	}

	static class Mailer {

		private final Queue<String> events;

		Mailer(Queue<String> events) {
			this.events = events;
		}

		@Async
		@TrackGoal("mail_sent")
		public void send(@VisitorId String visitor) {
			this.events.add(Thread.currentThread().getName());
		}

		@Async
		@TrackGoal("mail_failed")
		public void fail(@VisitorId String visitor) {
			throw new IllegalStateException("on purpose");
		}

	}

	static class Admin {

		@PreAuthorize("hasRole('ADMIN')")
		@TrackGoal("exported")
		public void export(@VisitorId String visitor) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = false)
	static class InterfaceProxyTransactions extends TestDatabase {

	}

	static class UnadvisedOrders {

		@TrackGoal("ordered")
		void place(@VisitorId String visitor) {
		}

		@TrackGoal("ordered_later")
		Mono<String> placeLater(@VisitorId String visitor) {
			return Mono.just("ordered");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TargetSources {

		@Bean
		UnadvisedOrders orders() {
			return new UnadvisedOrders();
		}

		@Bean
		@Scope(BeanDefinition.SCOPE_PROTOTYPE)
		UnadvisedOrders prototype() {
			return new UnadvisedOrders();
		}

		@Bean
		PrototypeTargetSource prototypeTargetSource() {
			PrototypeTargetSource targetSource = new PrototypeTargetSource();
			targetSource.setTargetBeanName("prototype");
			return targetSource;
		}

		@Bean
		ProxyFactoryBean swappable(@Qualifier("orders") UnadvisedOrders orders) {
			return proxyOf(new HotSwappableTargetSource(orders));
		}

		@Bean
		ProxyFactoryBean prototypes(PrototypeTargetSource targetSource) {
			return proxyOf(targetSource);
		}

		private static ProxyFactoryBean proxyOf(TargetSource targetSource) {
			ProxyFactoryBean proxy = new ProxyFactoryBean();
			proxy.setTargetSource(targetSource);
			proxy.setProxyTargetClass(true);
			return proxy;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Alias {

		@Bean
		UnadvisedOrders alias(@Qualifier("orders") UnadvisedOrders orders) {
			return orders;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching(proxyTargetClass = true)
	static class Caching {

		@Bean
		CacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync(proxyTargetClass = true)
	static class Asynchronous {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity
	static class Security {

	}

}
