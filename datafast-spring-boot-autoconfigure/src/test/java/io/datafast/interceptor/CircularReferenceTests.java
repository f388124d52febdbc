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

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Beans in permitted circular references start, and all that are injected track, as with
 * {@code @Transactional}.
 */
class CircularReferenceTests {

	private final MockDataFast mock = MockDataFast.start();

	private final ApplicationContextRunner runner = DataFastContextRunners.with(this.mock)
		.withAllowCircularReferences(true)
		.withPropertyValues("datafast.delivery.concurrency=1")
		.withUserConfiguration(Advice.class);

	@AfterEach
	void stop() {
		this.mock.close();
	}

	@ParameterizedTest
	@ValueSource(classes = { TrackedAccounts.class, TransactionalAccounts.class, CachedAccounts.class })
	void everyInjectedReferenceTracks(Class<? extends Accounts> type) {
		this.runner.withBean("controller", Controller.class)
			.withBean("accounts", Accounts.class, () -> create(type))
			.withBean("mails", Mails.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				context.getBean(Controller.class).accounts.open("a");
				context.getBean(Mails.class).accounts.open("b");
				context.getBean("accounts", Accounts.class).open("c");
				assertGoals(context.getBean(DataFastGoals.class), 3);
			});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void classesInACircleTrackWhicheverComesFirst(boolean firstFirst) {
		ApplicationContextRunner beans = firstFirst
				? this.runner.withBean("first", First.class).withBean("second", Second.class)
				: this.runner.withBean("second", Second.class).withBean("first", First.class);
		beans.run((context) -> {
			assertThat(context).hasNotFailed();
			First first = context.getBean(First.class);
			Second second = context.getBean(Second.class);
			first.call();
			second.call();
			second.first().call();
			assertThat(second.first()).isSameAs(first);
			assertThat(AopUtils.isAopProxy(first)).isTrue();
			assertGoals(context.getBean(DataFastGoals.class), 3);
		});
	}

	@Test
	void aBeanThatNeedsItselfTracks() {
		this.runner.withBean(Selfish.class).run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean(Selfish.class).callItself();
			assertGoals(context.getBean(DataFastGoals.class), 1);
		});
	}

	@Test
	void aCircleOfThreeTracks() {
		this.runner.withBean("one", One.class)
			.withBean("two", Two.class)
			.withBean("three", Three.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				context.getBean(One.class).two().call();
				context.getBean(Two.class).three().call();
				context.getBean(Three.class).one().call();
				assertGoals(context.getBean(DataFastGoals.class), 3);
			});
	}

	@Test
	void beansOutsideOfACircleAreOfNoLongerInterest() {
		this.runner.withBean("controller", Controller.class)
			.withBean("accounts", Accounts.class, TrackedAccounts::new)
			.withBean("mails", Mails.class)
			.run((context) -> {
				// The same name once more, as after a refresh of a scope.
				Object again = context.getAutowireCapableBeanFactory()
					.initializeBean(new TrackedAccounts(), "accounts");
				assertThat(AopUtils.isAopProxy(again)).isTrue();
			});
	}

	private void assertGoals(DataFastGoals goals, int times) {
		goals.track(Goal.of("marker").forVisitor("marker"));
		assertThat(this.mock).received("marker");
		assertThat(this.mock.getGoals("opened")).hasSize(times);
	}

	private static Accounts create(Class<? extends Accounts> type) {
		if (type == TrackedAccounts.class) {
			return new TrackedAccounts();
		}
		return (type == TransactionalAccounts.class) ? new TransactionalAccounts() : new CachedAccounts();
	}

	interface Accounts {

		String open(String id);

	}

	static class Controller {

		private final Accounts accounts;

		Controller(Accounts accounts) {
			this.accounts = accounts;
		}

	}

	static class Mails {

		@Autowired
		private Accounts accounts;

	}

	static class TrackedAccounts implements Accounts {

		@Autowired
		private Mails mails;

		@Override
		@TrackGoal(name = "opened", visitorId = "'v'")
		public String open(String id) {
			return id;
		}

	}

	static class TransactionalAccounts implements Accounts {

		@Autowired
		private Mails mails;

		@Override
		@Transactional
		@TrackGoal(name = "opened", visitorId = "'v'")
		public String open(String id) {
			return id;
		}

	}

	static class CachedAccounts implements Accounts {

		@Autowired
		private Mails mails;

		@Override
		@Cacheable("accounts")
		@TrackGoal(name = "opened", visitorId = "'v'")
		public String open(String id) {
			return id;
		}

	}

	static class First {

		@Autowired
		private Second second;

		@TrackGoal(name = "opened", visitorId = "'v'")
		public void call() {
		}

	}

	static class Second {

		@Autowired
		private First first;

		public First first() {
			return this.first;
		}

		@Transactional
		@TrackGoal(name = "opened", visitorId = "'v'")
		public void call() {
		}

	}

	static class Selfish {

		@Autowired
		private Selfish self;

		public void callItself() {
			this.self.call();
		}

		@TrackGoal(name = "opened", visitorId = "'v'")
		public void call() {
		}

	}

	static class One {

		@Autowired
		private Two two;

		public Two two() {
			return this.two;
		}

		@TrackGoal(name = "opened", visitorId = "'v'")
		public void call() {
		}

	}

	static class Two {

		@Autowired
		private Three three;

		public Three three() {
			return this.three;
		}

		@TrackGoal(name = "opened", visitorId = "'v'")
		public void call() {
		}

	}

	static class Three {

		@Autowired
		private One one;

		public One one() {
			return this.one;
		}

		@TrackGoal(name = "opened", visitorId = "'v'")
		public void call() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	@EnableTransactionManagement
	static class Advice extends TestDatabase {

		@Bean
		CacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

	}

}
