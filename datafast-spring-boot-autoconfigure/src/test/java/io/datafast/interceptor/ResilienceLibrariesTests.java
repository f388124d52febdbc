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

import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.WebApplication;
import io.github.resilience4j.bulkhead.annotation.Bulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
import io.github.resilience4j.ratelimiter.annotation.RateLimiter;
import io.github.resilience4j.retry.annotation.Retry;
import io.github.resilience4j.springboot.bulkhead.autoconfigure.BulkheadAutoConfiguration;
import io.github.resilience4j.springboot.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration;
import io.github.resilience4j.springboot.ratelimiter.autoconfigure.RateLimiterAutoConfiguration;
import io.github.resilience4j.springboot.retry.autoconfigure.RetryAutoConfiguration;
import io.github.resilience4j.springboot.timelimiter.autoconfigure.TimeLimiterAutoConfiguration;
import io.github.resilience4j.timelimiter.annotation.TimeLimiter;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.spring.annotation.EnableSchedulerLock;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The last-statement rule beside the annotations of Resilience4j and ShedLock.
 */
class ResilienceLibrariesTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private static final RuntimeException FAILURE = new IllegalStateException("on purpose");

	private static final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	private static final Queue<String> threads = new ConcurrentLinkedQueue<>();

	private static final AtomicInteger runs = new AtomicInteger();

	private static final AtomicBoolean lockIsFree = new AtomicBoolean();

	private static ConfigurableApplicationContext context;

	private static Payments payments;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(WebApplication.BaseConfiguration.class, Application.class)
			.web(WebApplicationType.NONE)
			.run("--datafast.api-key=df_key", "--spring.main.banner-mode=off",
					"--resilience4j.retry.instances.bank.max-attempts=3",
					"--resilience4j.retry.instances.bank.wait-duration=1ms",
					"--resilience4j.ratelimiter.instances.bank.limit-for-period=1",
					"--resilience4j.ratelimiter.instances.bank.limit-refresh-period=1h",
					"--resilience4j.ratelimiter.instances.bank.timeout-duration=0",
					"--resilience4j.bulkhead.instances.bank.max-concurrent-calls=1",
					"--resilience4j.bulkhead.instances.bank.max-wait-duration=0",
					"--resilience4j.thread-pool-bulkhead.instances.bank.max-thread-pool-size=1",
					"--resilience4j.thread-pool-bulkhead.instances.bank.core-thread-pool-size=1",
					"--resilience4j.timelimiter.instances.bank.timeout-duration=100ms",
					"--resilience4j.timelimiter.instances.bank.cancel-running-future=false");
		payments = context.getBean(Payments.class);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void reset() {
		dispatched.clear();
		threads.clear();
		runs.set(0);
	}

	@Test
	void aFallbackTracksNothing() {
		assertThat(payments.pay(VISITOR, 1)).isEqualTo("later");
		assertGoals(1, 0);
		assertThat(payments.pay(VISITOR, 0)).isEqualTo("paid");
		assertGoals(2, 1);
	}

	@Test
	void anOpenCircuitTracksNothing() {
		context.getBean(CircuitBreakerRegistry.class).circuitBreaker("open").transitionToForcedOpenState();
		assertThat(payments.payThroughAnOpenCircuit(VISITOR)).isEqualTo("later");
		assertGoals(0, 0);
	}

	@Test
	void aFallbackOfAFutureTracksNothing() throws Exception {
		assertThat(payments.payLater(VISITOR, CompletableFuture.failedFuture(FAILURE)).get(10, TimeUnit.SECONDS))
			.isEqualTo("later");
		assertGoals(1, 0);
		assertThat(payments.payLater(VISITOR, CompletableFuture.completedFuture("paid")).get(10, TimeUnit.SECONDS))
			.isEqualTo("paid");
		assertGoals(2, 1);
	}

	@Test
	void onlyTheRunThatSucceedsTracks() {
		assertThat(payments.payWithRetry(VISITOR, 2)).isEqualTo("paid");
		assertGoals(3, 1);
	}

	@Test
	void retriesWithoutSuccessTrackNothingAndThrowTheMethodsException() {
		assertThat(catchThrowable(() -> payments.payWithRetry(VISITOR, 9))).isSameAs(FAILURE);
		assertGoals(3, 0);
	}

	@Test
	void retriesWithAFallbackTrackNothing() {
		assertThat(payments.payWithRetryAndFallback(VISITOR, 9)).isEqualTo("later");
		assertGoals(3, 0);
	}

	@Test
	void onlyTheFutureThatSucceedsTracks() throws Exception {
		assertThat(payments.payLaterWithRetry(VISITOR, 2).get(10, TimeUnit.SECONDS)).isEqualTo("paid");
		Awaitility.await().until(() -> !dispatched.isEmpty());
		assertGoals(3, 1);
	}

	@Test
	void aCallThatTheRateLimitRefusesTracksNothing() {
		assertThat(payments.payWithinLimit(VISITOR)).isEqualTo("paid");
		assertThat(payments.payWithinLimit(VISITOR)).isEqualTo("later");
		assertThat(payments.payWithinLimit(VISITOR)).isEqualTo("later");
		assertGoals(1, 1);
	}

	@Test
	void aCallThatTheBulkheadRefusesTracksNothing() throws Exception {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch gate = new CountDownLatch(1);
		CompletableFuture<String> first = CompletableFuture
			.supplyAsync(() -> payments.payAlone(VISITOR, entered, gate));
		assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(payments.payAlone(VISITOR, entered, gate)).isEqualTo("later");
		assertGoals(1, 0);
		gate.countDown();
		assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("paid");
		assertGoals(1, 1);
	}

	@Test
	void aMethodInAThreadPoolTracksThere() throws Exception {
		assertThat(payments.payInThreadPool(VISITOR).get(10, TimeUnit.SECONDS)).isEqualTo("paid");
		Awaitility.await().until(() -> !dispatched.isEmpty());
		assertGoals(1, 1);
		assertThat(threads).singleElement().asString().startsWith("bulkhead-bank");
	}

	@Test
	void aCallThatTakesTooLongTracksNothing() throws Exception {
		CompletableFuture<String> bank = new CompletableFuture<>();
		assertThat(payments.payInTime(VISITOR, bank).get(10, TimeUnit.SECONDS)).isEqualTo("later");
		assertGoals(1, 0);
		bank.completeExceptionally(FAILURE);
		assertGoals(1, 0);
		assertThat(payments.payInTime(VISITOR, CompletableFuture.completedFuture("paid")).get(10, TimeUnit.SECONDS))
			.isEqualTo("paid");
		assertGoals(2, 1);
	}

	@Test
	void aMethodWithAllOfThemTracksOnce() throws Exception {
		assertThat(payments.payCarefully(VISITOR, 1).get(10, TimeUnit.SECONDS)).isEqualTo("paid");
		Awaitility.await().until(() -> !dispatched.isEmpty());
		assertGoals(2, 1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aJobTracksOnTheNodeThatHasItsLock(boolean free) {
		lockIsFree.set(free);
		context.getBean(Jobs.class).report();
		assertGoals(free ? 1 : 0, free ? 1 : 0);
	}

	@Test
	void aJobThatFailsTracksNothingAndItsExceptionPasses() {
		lockIsFree.set(true);
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> context.getBean(Jobs.class).fail())
			.isSameAs(FAILURE);
		assertGoals(1, 0);
	}

	private static void assertGoals(int expectedRuns, int expectedGoals) {
		assertThat(runs).as("runs of the body").hasValue(expectedRuns);
		assertThat(dispatched).as("goals").hasSize(expectedGoals);
	}

	static class Payments {

		@CircuitBreaker(name = "bank", fallbackMethod = "later")
		@TrackGoal("paid")
		public String pay(@VisitorId String visitor, int failures) {
			return run(failures);
		}

		public String later(String visitor, int failures, Throwable failure) {
			return "later";
		}

		@TrackGoal("paid")
		@CircuitBreaker(name = "open", fallbackMethod = "later")
		public String payThroughAnOpenCircuit(@VisitorId String visitor) {
			return run(0);
		}

		public String later(String visitor, Throwable failure) {
			return "later";
		}

		@TrackGoal("paid")
		@CircuitBreaker(name = "bank", fallbackMethod = "later")
		public CompletableFuture<String> payLater(@VisitorId String visitor, CompletableFuture<String> bank) {
			runs.incrementAndGet();
			return bank;
		}

		public CompletableFuture<String> later(String visitor, CompletableFuture<String> bank, Throwable failure) {
			return CompletableFuture.completedFuture("later");
		}

		@Retry(name = "bank")
		@TrackGoal("paid")
		public String payWithRetry(@VisitorId String visitor, int failures) {
			return run(failures);
		}

		@TrackGoal("paid")
		@Retry(name = "bank", fallbackMethod = "later")
		public String payWithRetryAndFallback(@VisitorId String visitor, int failures) {
			return run(failures);
		}

		@TrackGoal("paid")
		@Retry(name = "bank")
		public CompletableFuture<String> payLaterWithRetry(@VisitorId String visitor, int failures) {
			return CompletableFuture.supplyAsync(() -> run(failures));
		}

		@RateLimiter(name = "bank", fallbackMethod = "later")
		@TrackGoal("paid")
		public String payWithinLimit(@VisitorId String visitor) {
			return run(0);
		}

		@Bulkhead(name = "bank", fallbackMethod = "later")
		@TrackGoal("paid")
		public String payAlone(@VisitorId String visitor, CountDownLatch entered, CountDownLatch gate) {
			runs.incrementAndGet();
			entered.countDown();
			try {
				assertThat(gate.await(10, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			return "paid";
		}

		public String later(String visitor, CountDownLatch entered, CountDownLatch gate, Throwable failure) {
			return "later";
		}

		@TrackGoal("paid")
		@Bulkhead(name = "bank", type = Bulkhead.Type.THREADPOOL)
		public CompletableFuture<String> payInThreadPool(@VisitorId String visitor) {
			return CompletableFuture.completedFuture(run(0));
		}

		@TimeLimiter(name = "bank", fallbackMethod = "later")
		@TrackGoal("paid")
		public CompletableFuture<String> payInTime(@VisitorId String visitor, CompletableFuture<String> bank) {
			runs.incrementAndGet();
			return bank;
		}

		@CircuitBreaker(name = "careful")
		@RateLimiter(name = "careful")
		@Retry(name = "bank")
		@TimeLimiter(name = "careful")
		@Bulkhead(name = "careful")
		@TrackGoal("paid")
		public CompletableFuture<String> payCarefully(@VisitorId String visitor, int failures) {
			return CompletableFuture.supplyAsync(() -> run(failures));
		}

		private static String run(int failures) {
			if (runs.incrementAndGet() <= failures) {
				throw FAILURE;
			}
			return "paid";
		}

	}

	static class Jobs {

		@SchedulerLock(name = "report", lockAtMostFor = "1m")
		@TrackGoal(name = "report_sent", visitorId = "'visitor'")
		public void report() {
			runs.incrementAndGet();
		}

		@TrackGoal(name = "report_sent", visitorId = "'visitor'")
		@SchedulerLock(name = "fail", lockAtMostFor = "1m")
		public void fail() {
			runs.incrementAndGet();
			throw FAILURE;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableSchedulerLock(defaultLockAtMostFor = "1m")
	@ImportAutoConfiguration({ AopAutoConfiguration.class, CircuitBreakerAutoConfiguration.class,
			RetryAutoConfiguration.class, RateLimiterAutoConfiguration.class, BulkheadAutoConfiguration.class,
			TimeLimiterAutoConfiguration.class })
	static class Application {

		@Bean
		Payments payments() {
			return new Payments();
		}

		@Bean
		Jobs jobs() {
			return new Jobs();
		}

		@Bean
		LockProvider lockProvider() {
			return (lock) -> lockIsFree.get() ? Optional.of(new Lock()) : Optional.empty();
		}

		@Bean
		GoalDispatcher goalDispatcher() {
			return (goal) -> {
				threads.add(Thread.currentThread().getName());
				dispatched.add(goal);
			};
		}

	}

	static class Lock implements SimpleLock {

		@Override
		public void unlock() {
		}

	}

}
