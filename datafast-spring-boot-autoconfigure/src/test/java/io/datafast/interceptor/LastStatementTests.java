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
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.datafast.testing.TestDatabase;
import io.datafast.testing.WebApplication;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.constraints.NotBlank;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import org.springframework.aop.Pointcut;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.AbstractAdvisingBeanPostProcessor;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.aop.support.NameMatchMethodPointcutAdvisor;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.support.MergedBeanDefinitionPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.CachePut;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskExecutor;
import org.springframework.http.ResponseEntity;
import org.springframework.resilience.InvocationRejectedException;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PostAuthorize;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.method.HandleAuthorizationDenied;
import org.springframework.security.authorization.method.MethodAuthorizationDeniedHandler;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.validation.annotation.Validated;
import org.springframework.validation.beanvalidation.MethodValidationPostProcessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A method tracks its goal as the last statement of its body would, whatever other advice
 * there is on its bean.
 */
@ParameterizedClass(name = "proxies of {0}")
@EnumSource
class LastStatementTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private static final RuntimeException FAILURE = new IllegalStateException("on purpose");

	private static final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	private static final Queue<String> threads = new ConcurrentLinkedQueue<>();

	private static final AtomicInteger runs = new AtomicInteger();

	private static final Contexts contexts = new Contexts();

	@Parameter
	private Proxies proxies;

	@AfterAll
	static void stop() {
		contexts.close();
	}

	@BeforeEach
	void reset() {
		SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("user", "password"));
		dispatched.clear();
		threads.clear();
		runs.set(0);
		contexts.of(this.proxies).getBean(RecordedOutcomes.class).clear();
	}

	@AfterEach
	void clearSecurityContext() {
		SecurityContextHolder.clearContext();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void synchronousCalls(Call call) {
		Work work = work();
		Object answer = null;
		Throwable failure = null;
		try {
			answer = call.action.on(work);
		}
		catch (Exception ex) {
			failure = ex;
		}
		if (call.answer instanceof Class<?> type) {
			assertThat(failure).isInstanceOf(type);
		}
		else if (call.answer instanceof Throwable expected) {
			assertThat(failure).isSameAs(expected);
		}
		else {
			assertThat(failure).isNull();
			assertThat(answer).isEqualTo(call.answer);
		}
		assertThat(runs).as("runs of the body").hasValue(call.runs);
		assertThat(dispatched).as("goals").hasSize(call.goals);
		if (!call.name.contains("publisher")) {
			assertThat(threads).allMatch(Thread.currentThread().getName()::equals);
		}
		assertThat(contexts.of(this.proxies).getBean(RecordedOutcomes.class).all()).isEmpty();
	}

	static Stream<Call> synchronousCalls() {
		return Stream.of(new Call("without other advice", (work) -> work.plain(VISITOR, 0), "done", 1, 1),
				new Call("without other advice, failing", (work) -> work.plain(VISITOR, 1), FAILURE, 1, 0),
				// Caching
				new Call("cache hits", (work) -> thrice((key) -> work.cached(VISITOR, key)), "cached", 1, 1),
				new Call("cache hits of synchronized calls",
						(work) -> thrice((key) -> work.cachedWithLock(VISITOR, key)), "cached", 1, 1),
				new Call("cache hits of futures",
						(work) -> thrice((key) -> work.cachedFuture(VISITOR, key).get(10, TimeUnit.SECONDS)), "cached",
						1, 1),
				new Call("cache hits of publishers", (work) -> thrice((key) -> work.cachedMono(VISITOR, key).block()),
						"cached", 1, 1),
				new Call("uncached results", (work) -> thrice((key) -> work.uncached(VISITOR, key)), "uncached", 3, 3),
				new Call("cache puts", (work) -> thrice((key) -> work.put(VISITOR, key)), "put", 3, 3),
				new Call("cache evictions", (work) -> thrice((key) -> work.evict(VISITOR, key)), "evicted", 3, 3),
				new Call("failing cached method", (work) -> work.cachedFailing(VISITOR), FAILURE, 1, 0),
				// Resilience
				new Call("retries", (work) -> work.retried(VISITOR, 2), "done", 3, 1),
				new Call("retries without success", (work) -> work.retried(VISITOR, 9), FAILURE, 4, 0),
				new Call("retries of a publisher", (work) -> work.retriedMono(VISITOR, 2).block(), "done", 3, 1),
				new Call("retries of a publisher without success", (work) -> work.retriedMono(VISITOR, 9).block(),
						Exception.class, 4, 0),
				// Security
				new Call("denied", (work) -> work.denied(VISITOR), AccessDeniedException.class, 0, 0),
				new Call("denied and masked", (work) -> work.masked(VISITOR), "***", 0, 0),
				new Call("denied after the body", (work) -> work.deniedAfterwards(VISITOR), AccessDeniedException.class,
						1, 1),
				new Call("denied after the body and masked", (work) -> work.maskedAfterwards(VISITOR), "***", 1, 1),
				new Call("permitted", (work) -> work.permitted(VISITOR), "done", 1, 1),
				// Validation
				new Call("invalid argument", (work) -> work.validated(VISITOR, ""), ConstraintViolationException.class,
						0, 0),
				new Call("valid argument", (work) -> work.validated(VISITOR, "done"), "done", 1, 1),
				new Call("invalid result", (work) -> work.validatedResult(VISITOR, " "),
						ConstraintViolationException.class, 1, 1),
				new Call("valid result", (work) -> work.validatedResult(VISITOR, "done"), "done", 1, 1),
				// Aspects of the application
				new Call("aspect answers", (work) -> work.aspectAnswers(VISITOR), "aspect", 0, 0),
				new Call("aspect retries", (work) -> work.aspectRetries(VISITOR, 2), "done", 3, 1),
				new Call("aspect swallows", (work) -> work.aspectSwallows(VISITOR), "aspect", 1, 0),
				new Call("aspect calls twice", (work) -> work.aspectCallsTwice(VISITOR), "done", 2, 2),
				new Call("aspect fails before", (work) -> work.aspectFailsBefore(VISITOR), FAILURE, 0, 0),
				new Call("aspect fails afterwards", (work) -> work.aspectFailsAfterwards(VISITOR), FAILURE, 1, 1),
				new Call("aspect makes an error of a success",
						(work) -> work.aspectAnswersWithStatus(VISITOR, 200, 409).getStatusCode().value(), 409, 1, 1),
				new Call("aspect makes a success of an error",
						(work) -> work.aspectAnswersWithStatus(VISITOR, 409, 200).getStatusCode().value(), 200, 1, 0),
				// Bean post-processors of the application
				new Call("advice that is prepended answers", (work) -> work.prepended(VISITOR), "prepended", 0, 0),
				new Call("advice that is appended answers", (work) -> work.appended(VISITOR), "appended", 0, 0),
				new Call("advice that is appended retries", (work) -> work.appendedRetries(VISITOR, 1), "done", 2, 1),
				// Several
				new Call("retried in a new transaction each", (work) -> work.retriedTransaction(VISITOR, 2), "done", 3,
						1),
				new Call("cached result of a transaction",
						(work) -> thrice((key) -> work.cachedTransaction(VISITOR, key)), "cached", 1, 1),
				new Call("denied before everything else", (work) -> work.everything(VISITOR, "denied"),
						AccessDeniedException.class, 0, 0),
				new Call("everything permits", (work) -> thrice((key) -> work.everything(VISITOR, "permitted" + key)),
						"done", 1, 1));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void behindSeveralProxies(Call call) throws Exception {
		assertThat(call.action.on(contexts.of(this.proxies).getBean("wrappedWork", Work.class))).isEqualTo(call.answer);
		assertThat(runs).as("runs of the body").hasValue(call.runs);
		assertThat(dispatched).as("goals").hasSize(call.goals);
	}

	static Stream<Call> behindSeveralProxies() {
		return Stream.of(new Call("no advice", (work) -> work.plain(VISITOR, 0), "done", 1, 1),
				new Call("advice of another auto-proxy creator answers", (work) -> work.autoProxied(VISITOR),
						"auto-proxied", 0, 0),
				new Call("proxy around the proxy answers", (work) -> work.wrapped(VISITOR), "wrapped", 0, 0),
				new Call("late proxy around the proxies answers", (work) -> work.wrappedLate(VISITOR), "wrapped late",
						0, 0),
				new Call("cache hits", (work) -> thrice((key) -> work.cached(VISITOR, key)), "cached", 1, 1),
				new Call("aspect answers", (work) -> work.aspectAnswers(VISITOR), "aspect", 0, 0),
				new Call("denied and masked", (work) -> work.masked(VISITOR), "***", 0, 0));
	}

	@Test
	void asynchronousMethodsTrackWhereAndWhenTheirBodyCompletes() throws Exception {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch gate = new CountDownLatch(1);
		work().async(VISITOR, entered, gate);
		assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(dispatched).isEmpty();
		gate.countDown();
		Awaitility.await().untilAsserted(() -> assertThat(dispatched).hasSize(1));
		assertThat(threads).singleElement().asString().startsWith("async-");
	}

	@Test
	void futuresOfAsynchronousMethodsTrackOnceWhenTheyAreComplete() throws Exception {
		CompletableFuture<String> inner = new CompletableFuture<>();
		CountDownLatch entered = new CountDownLatch(1);
		CompletableFuture<String> outer = work().asyncFuture(VISITOR, entered, inner);
		assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(dispatched).isEmpty();
		inner.complete("done");
		assertThat(outer.get(10, TimeUnit.SECONDS)).isEqualTo("done");
		Awaitility.await().untilAsserted(() -> assertThat(dispatched).hasSize(1));
		CompletableFuture<String> failed = work().asyncFuture(VISITOR, new CountDownLatch(1),
				CompletableFuture.failedFuture(FAILURE));
		assertThat(catchThrowable(() -> failed.get(10, TimeUnit.SECONDS))).hasCause(FAILURE);
		assertThat(dispatched).hasSize(1);
	}

	@Test
	void failingAsynchronousMethodsTrackNothing() throws Exception {
		CountDownLatch done = new CountDownLatch(1);
		work().asyncFailing(VISITOR, done);
		assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
		// The executor has one thread.
		work().async(VISITOR, new CountDownLatch(1), new CountDownLatch(0));
		Awaitility.await().untilAsserted(() -> assertThat(dispatched).extracting(Goal::name).containsExactly("async"));
	}

	@Test
	void aRejectedCallTracksNothing() throws Exception {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch gate = new CountDownLatch(1);
		CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> work().limited(VISITOR, entered, gate));
		assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(catchThrowable(() -> work().limited(VISITOR, entered, gate)))
			.isInstanceOf(InvocationRejectedException.class);
		assertThat(dispatched).isEmpty();
		gate.countDown();
		assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("done");
		assertThat(dispatched).hasSize(1);
		assertThat(runs).hasValue(1);
	}

	@Test
	void aScheduledMethodTracksOnTheThreadOfTheScheduler() {
		try (ConfigurableApplicationContext context = start(this.proxies, Scheduling.class)) {
			Awaitility.await().untilAsserted(() -> assertThat(dispatched).hasSize(1));
			assertThat(threads).singleElement().asString().startsWith("scheduler-");
			assertThat(AopUtils.isAopProxy(context.getBean("job"))).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource
	void theGoalOfATransactionFollowsItWhateverTheOrderOfAdvice(AdviceOrder order) {
		try (ConfigurableApplicationContext context = start(this.proxies, order.configuration, JdkWork.class)) {
			Work work = context.getBean(Work.class);
			assertThat(work.cachedTransaction(VISITOR, "a")).isEqualTo("cached");
			assertThat(work.cachedTransaction(VISITOR, "a")).isEqualTo("cached");
			assertThat(runs).hasValue(1);
			assertThat(dispatched).hasSize(1);
			assertThat(work.cachedRollback(VISITOR, "b")).isEqualTo("cached");
			assertThat(work.cachedRollback(VISITOR, "b")).isEqualTo("cached");
			assertThat(runs).hasValue(2);
			assertThat(dispatched).hasSize(1);
			assertThat(context.getBean(RecordedOutcomes.class).outcomes())
				.containsExactly(new Skipped(Skipped.Reason.ROLLED_BACK));
		}
	}

	@Test
	void theProxiesAreOfTheKindThatIsAskedFor() {
		assertThat(AopUtils.isJdkDynamicProxy(work())).isEqualTo(this.proxies == Proxies.INTERFACES);
	}

	private Work work() {
		return contexts.of(this.proxies).getBean("work", Work.class);
	}

	private static Object thrice(Keyed call) throws Exception {
		String key = UUID.randomUUID().toString();
		Object first = call.with(key);
		assertThat(call.with(key)).isEqualTo(first);
		assertThat(call.with(key)).isEqualTo(first);
		return first;
	}

	private static ConfigurableApplicationContext start(Proxies proxies, Class<?>... configurations) {
		return new SpringApplicationBuilder(WebApplication.BaseConfiguration.class, Common.class)
			.sources(configurations)
			.web(WebApplicationType.NONE)
			.run("--datafast.api-key=df_key", "--spring.main.banner-mode=off",
					"--spring.aop.proxy-target-class=" + (proxies == Proxies.CLASSES),
					"--test.proxy-target-class=" + (proxies == Proxies.CLASSES));
	}

	enum Proxies {

		INTERFACES, CLASSES

	}

	enum AdviceOrder {

		TRANSACTION_OUTSIDE(TransactionOutside.class), CACHE_OUTSIDE(CacheOutside.class);

		private final Class<?> configuration;

		AdviceOrder(Class<?> configuration) {
			this.configuration = configuration;
		}

	}

	/**
	 * One application for each kind of proxies, started when it is first asked for.
	 */
	static class Contexts {

		private final ConfigurableApplicationContext[] contexts = new ConfigurableApplicationContext[2];

		ConfigurableApplicationContext of(Proxies proxies) {
			if (this.contexts[proxies.ordinal()] == null) {
				this.contexts[proxies.ordinal()] = start(proxies, Application.class);
			}
			return this.contexts[proxies.ordinal()];
		}

		void close() {
			for (int i = 0; i < this.contexts.length; i++) {
				if (this.contexts[i] != null) {
					this.contexts[i].close();
					this.contexts[i] = null;
				}
			}
		}

	}

	interface Keyed {

		Object with(String key) throws Exception;

	}

	interface Action {

		Object on(Work work) throws Exception;

	}

	record Call(String name, Action action, Object answer, int runs, int goals) {

		@Override
		public String toString() {
			return this.name;
		}

	}

	/**
	 * {@code @Retryable} and {@code @ConcurrencyLimit} are here, since Spring reads them
	 * from the method that is called.
	 */
	interface Work {

		String plain(String visitor, int failures);

		String cached(String visitor, String key);

		String cachedWithLock(String visitor, String key);

		CompletableFuture<String> cachedFuture(String visitor, String key);

		Mono<String> cachedMono(String visitor, String key);

		String uncached(String visitor, String key);

		String put(String visitor, String key);

		String evict(String visitor, String key);

		String cachedFailing(String visitor);

		void async(String visitor, CountDownLatch entered, CountDownLatch gate) throws InterruptedException;

		CompletableFuture<String> asyncFuture(String visitor, CountDownLatch entered, CompletableFuture<String> result);

		void asyncFailing(String visitor, CountDownLatch done);

		@Retryable(maxRetries = 3, delay = 1)
		String retried(String visitor, int failures);

		@Retryable(maxRetries = 3, delay = 1)
		Mono<String> retriedMono(String visitor, int failures);

		@ConcurrencyLimit(limit = 1, policy = ConcurrencyLimit.ThrottlePolicy.REJECT)
		String limited(String visitor, CountDownLatch entered, CountDownLatch gate);

		String denied(String visitor);

		String masked(String visitor);

		String deniedAfterwards(String visitor);

		String maskedAfterwards(String visitor);

		String permitted(String visitor);

		String validated(String visitor, @NotBlank String value);

		@NotBlank
		String validatedResult(String visitor, String value);

		String aspectAnswers(String visitor);

		String aspectRetries(String visitor, int failures);

		String aspectSwallows(String visitor);

		String aspectCallsTwice(String visitor);

		String aspectFailsBefore(String visitor);

		String aspectFailsAfterwards(String visitor);

		ResponseEntity<String> aspectAnswersWithStatus(String visitor, int own, int aspects);

		String prepended(String visitor);

		String appended(String visitor);

		String appendedRetries(String visitor, int failures);

		String autoProxied(String visitor);

		String wrapped(String visitor);

		String wrappedLate(String visitor);

		@Retryable(maxRetries = 3, delay = 1)
		String retriedTransaction(String visitor, int failures);

		String cachedTransaction(String visitor, String key);

		String cachedRollback(String visitor, String key);

		@Retryable(maxRetries = 3, delay = 1)
		String everything(String visitor, @NotBlank String key);

	}

	@Validated
	static class JdkWork implements Work {

		@Override
		@TrackGoal("plain")
		public String plain(@VisitorId String visitor, int failures) {
			return run(failures);
		}

		@Override
		@Cacheable(cacheNames = "cache", key = "#key")
		@TrackGoal("cached")
		public String cached(@VisitorId String visitor, String key) {
			return run("cached");
		}

		@Override
		@TrackGoal("cached")
		@Cacheable(cacheNames = "cache", key = "#key", sync = true)
		public String cachedWithLock(@VisitorId String visitor, String key) {
			return run("cached");
		}

		@Override
		@TrackGoal("cached")
		@Cacheable(cacheNames = "cache", key = "#key")
		public CompletableFuture<String> cachedFuture(@VisitorId String visitor, String key) {
			return CompletableFuture.completedFuture(run("cached"));
		}

		@Override
		@TrackGoal("cached")
		@Cacheable(cacheNames = "cache", key = "#key")
		public Mono<String> cachedMono(@VisitorId String visitor, String key) {
			return Mono.fromSupplier(() -> run("cached"));
		}

		@Override
		@TrackGoal("uncached")
		@Cacheable(cacheNames = "cache", key = "#key", unless = "true")
		public String uncached(@VisitorId String visitor, String key) {
			return run("uncached");
		}

		@Override
		@TrackGoal("put")
		@CachePut(cacheNames = "cache", key = "#key")
		public String put(@VisitorId String visitor, String key) {
			return run("put");
		}

		@Override
		@TrackGoal("evicted")
		@CacheEvict(cacheNames = "cache", key = "#key")
		public String evict(@VisitorId String visitor, String key) {
			return run("evicted");
		}

		@Override
		@TrackGoal("cached")
		@Cacheable("cache")
		public String cachedFailing(@VisitorId String visitor) {
			return run(1);
		}

		@Override
		@Async
		@TrackGoal("async")
		public void async(@VisitorId String visitor, CountDownLatch entered, CountDownLatch gate)
				throws InterruptedException {
			entered.countDown();
			assertThat(gate.await(10, TimeUnit.SECONDS)).isTrue();
		}

		@Override
		@TrackGoal("async_future")
		@Async
		public CompletableFuture<String> asyncFuture(@VisitorId String visitor, CountDownLatch entered,
				CompletableFuture<String> result) {
			entered.countDown();
			return result;
		}

		@Override
		@Async
		@TrackGoal("async_failing")
		public void asyncFailing(@VisitorId String visitor, CountDownLatch done) {
			done.countDown();
			throw FAILURE;
		}

		@Override
		@TrackGoal("retried")
		public String retried(@VisitorId String visitor, int failures) {
			return run(failures);
		}

		@Override
		@TrackGoal("retried")
		public Mono<String> retriedMono(@VisitorId String visitor, int failures) {
			return Mono.fromSupplier(() -> run(failures));
		}

		@Override
		@TrackGoal("limited")
		public String limited(@VisitorId String visitor, CountDownLatch entered, CountDownLatch gate) {
			runs.incrementAndGet();
			entered.countDown();
			try {
				assertThat(gate.await(10, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			return "done";
		}

		@Override
		@PreAuthorize("denyAll()")
		@TrackGoal("denied")
		public String denied(@VisitorId String visitor) {
			return run(0);
		}

		@Override
		@TrackGoal("denied")
		@PreAuthorize("denyAll()")
		@HandleAuthorizationDenied(handlerClass = Mask.class)
		public String masked(@VisitorId String visitor) {
			return run(0);
		}

		@Override
		@TrackGoal("denied_afterwards")
		@PostAuthorize("returnObject == 'public'")
		public String deniedAfterwards(@VisitorId String visitor) {
			return run(0);
		}

		@Override
		@PostAuthorize("returnObject == 'public'")
		@HandleAuthorizationDenied(handlerClass = Mask.class)
		@TrackGoal("denied_afterwards")
		public String maskedAfterwards(@VisitorId String visitor) {
			return run(0);
		}

		@Override
		@PreAuthorize("isAuthenticated() or permitAll()")
		@TrackGoal("permitted")
		public String permitted(@VisitorId String visitor) {
			return run(0);
		}

		@Override
		@TrackGoal("validated")
		public String validated(@VisitorId String visitor, String value) {
			return run(value);
		}

		@Override
		@TrackGoal("validated")
		public String validatedResult(@VisitorId String visitor, String value) {
			return run(value);
		}

		@Override
		@TrackGoal("aspect")
		public String aspectAnswers(@VisitorId String visitor) {
			return run(0);
		}

		@Override
		@TrackGoal("aspect")
		public String aspectRetries(@VisitorId String visitor, int failures) {
			return run(failures);
		}

		@Override
		@TrackGoal("aspect")
		public String aspectSwallows(@VisitorId String visitor) {
			return run(1);
		}

		@Override
		@TrackGoal("aspect")
		public String aspectCallsTwice(@VisitorId String visitor) {
			return run(0);
		}

		@Override
		@TrackGoal("aspect")
		public String aspectFailsBefore(@VisitorId String visitor) {
			return run(0);
		}

		@Override
		@TrackGoal("aspect")
		public String aspectFailsAfterwards(@VisitorId String visitor) {
			return run(0);
		}

		@Override
		@TrackGoal("aspect")
		public ResponseEntity<String> aspectAnswersWithStatus(@VisitorId String visitor, int own, int aspects) {
			return ResponseEntity.status(own).body(run(0));
		}

		@Override
		@TrackGoal("advised")
		public String prepended(@VisitorId String visitor) {
			return run(0);
		}

		@Override
		@TrackGoal("advised")
		public String appended(@VisitorId String visitor) {
			return run(0);
		}

		@Override
		@TrackGoal("advised")
		public String appendedRetries(@VisitorId String visitor, int failures) {
			return run(failures);
		}

		@Override
		@TrackGoal("advised")
		public String autoProxied(@VisitorId String visitor) {
			return run(0);
		}

		@Override
		@TrackGoal("advised")
		public String wrapped(@VisitorId String visitor) {
			return run(0);
		}

		@Override
		@TrackGoal("advised")
		public String wrappedLate(@VisitorId String visitor) {
			return run(0);
		}

		@Override
		@Transactional
		@TrackGoal("retried")
		public String retriedTransaction(@VisitorId String visitor, int failures) {
			return run(failures);
		}

		@Override
		@Cacheable(cacheNames = "cache", key = "#key")
		@Transactional
		@TrackGoal("cached")
		public String cachedTransaction(@VisitorId String visitor, String key) {
			return run("cached");
		}

		@Override
		@TrackGoal("cached")
		@Transactional
		@Cacheable(cacheNames = "cache", key = "#key")
		public String cachedRollback(@VisitorId String visitor, String key) {
			TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
			return run("cached");
		}

		@Override
		@Transactional
		@Cacheable(cacheNames = "cache", key = "#key")
		@PreAuthorize("#p1 != 'denied'")
		@TrackGoal("everything")
		public String everything(@VisitorId String visitor, String key) {
			return run(0);
		}

		private static String run(String result) {
			runs.incrementAndGet();
			return result;
		}

		private static String run(int failures) {
			if (runs.incrementAndGet() <= failures) {
				throw FAILURE;
			}
			return "done";
		}

	}

	static class Mask implements MethodAuthorizationDeniedHandler {

		@Override
		public Object handleDeniedInvocation(MethodInvocation invocation, AuthorizationResult result) {
			return "***";
		}

	}

	@Aspect
	static class ApplicationAspect {

		@Around("execution(* aspectAnswers(..))")
		Object answer(ProceedingJoinPoint point) {
			return "aspect";
		}

		@Around("execution(* aspectRetries(..))")
		Object retry(ProceedingJoinPoint point) throws Throwable {
			while (true) {
				try {
					return point.proceed();
				}
				catch (IllegalStateException ex) {
					// once more
				}
			}
		}

		@Around("execution(* aspectSwallows(..))")
		Object swallow(ProceedingJoinPoint point) throws Throwable {
			try {
				return point.proceed();
			}
			catch (IllegalStateException ex) {
				return "aspect";
			}
		}

		@Around("execution(* aspectCallsTwice(..))")
		Object callTwice(ProceedingJoinPoint point) throws Throwable {
			point.proceed();
			return point.proceed();
		}

		@Around("execution(* aspectFailsBefore(..))")
		Object failBefore(ProceedingJoinPoint point) {
			throw FAILURE;
		}

		@Around("execution(* aspectFailsAfterwards(..))")
		Object failAfterwards(ProceedingJoinPoint point) throws Throwable {
			point.proceed();
			throw FAILURE;
		}

		@Around("execution(* aspectAnswersWithStatus(..)) && args(*, *, status)")
		Object answerWithStatus(ProceedingJoinPoint point, int status) throws Throwable {
			point.proceed();
			return ResponseEntity.status(status).body("aspect");
		}

	}

	private static Pointcut named(String... methods) {
		NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
		pointcut.setMappedNames(methods);
		pointcut.setClassFilter(Work.class::isAssignableFrom);
		return pointcut;
	}

	private static Object retry(MethodInvocation invocation) throws Throwable {
		while (true) {
			try {
				return ((ProxyMethodInvocation) invocation).invocableClone().proceed();
			}
			catch (IllegalStateException ex) {
				// once more
			}
		}
	}

	@SuppressWarnings("serial")
	static class AppendingPostProcessor extends AbstractAdvisingBeanPostProcessor {

		AppendingPostProcessor() {
			this.advisor = new DefaultPointcutAdvisor(named("appended", "appendedRetries"),
					(MethodInterceptor) (invocation) -> invocation.getMethod().getName().equals("appended") ? "appended"
							: retry(invocation));
		}

	}

	@SuppressWarnings("serial")
	static class PrependingPostProcessor extends AbstractAdvisingBeanPostProcessor {

		PrependingPostProcessor() {
			setBeforeExistingAdvisors(true);
			this.advisor = new DefaultPointcutAdvisor(named("prepended"),
					(MethodInterceptor) (invocation) -> "prepended");
		}

	}

	/**
	 * Without an order, and with a proxy of its own.
	 */
	static class WrappingPostProcessor implements BeanPostProcessor {

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			return beanName.equals("wrappedWork") ? wrap(bean, "wrapped", "wrapped") : bean;
		}

		static Object wrap(Object bean, String method, String answer) {
			ProxyFactory factory = new ProxyFactory(bean);
			factory.addAdvisor(new DefaultPointcutAdvisor(named(method), (MethodInterceptor) (invocation) -> answer));
			return factory.getProxy(bean.getClass().getClassLoader());
		}

	}

	/**
	 * The last kind that Spring registers.
	 */
	static class LateWrappingPostProcessor implements MergedBeanDefinitionPostProcessor {

		@Override
		public void postProcessMergedBeanDefinition(RootBeanDefinition definition, Class<?> type, String beanName) {
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			return beanName.equals("wrappedWork") ? WrappingPostProcessor.wrap(bean, "wrappedLate", "wrapped late")
					: bean;
		}

	}

	@SuppressWarnings("serial")
	static class SecondAutoProxyCreator extends DefaultAdvisorAutoProxyCreator {

		@Override
		protected boolean shouldSkip(Class<?> beanClass, String beanName) {
			return !beanName.equals("wrappedWork");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(AopAutoConfiguration.class)
	static class Common {

		@Bean
		GoalDispatcher goalDispatcher() {
			return (goal) -> {
				threads.add(Thread.currentThread().getName());
				dispatched.add(goal);
			};
		}

		@Bean
		CacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	@EnableCaching
	@EnableMethodSecurity
	@EnableResilientMethods
	@EnableTransactionManagement
	@Import(TestDatabase.class)
	static class Application {

		@Bean
		Work work() {
			return new JdkWork();
		}

		@Bean
		Work wrappedWork() {
			return new JdkWork();
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		Mask mask() {
			return new Mask();
		}

		@Bean
		TaskExecutor taskExecutor() {
			SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor("async-");
			executor.setConcurrencyLimit(1);
			return executor;
		}

		@Bean
		static MethodValidationPostProcessor methodValidation(Environment environment) {
			MethodValidationPostProcessor validation = new MethodValidationPostProcessor();
			validation.setProxyTargetClass(environment.getRequiredProperty("test.proxy-target-class", Boolean.class));
			return validation;
		}

		@Bean
		ApplicationAspect applicationAspect() {
			return new ApplicationAspect();
		}

		@Bean
		static AppendingPostProcessor appending() {
			return new AppendingPostProcessor();
		}

		@Bean
		static PrependingPostProcessor prepending() {
			return new PrependingPostProcessor();
		}

		@Bean
		static WrappingPostProcessor wrapping() {
			return new WrappingPostProcessor();
		}

		@Bean
		static LateWrappingPostProcessor wrappingLate() {
			return new LateWrappingPostProcessor();
		}

		@Bean
		static DefaultAdvisorAutoProxyCreator secondAutoProxyCreator() {
			DefaultAdvisorAutoProxyCreator creator = new SecondAutoProxyCreator();
			creator.setAdvisorBeanNamePrefix("second.");
			creator.setUsePrefix(true);
			return creator;
		}

		@Bean("second.advisor")
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static NameMatchMethodPointcutAdvisor secondAdvisor() {
			NameMatchMethodPointcutAdvisor advisor = new NameMatchMethodPointcutAdvisor(
					(MethodInterceptor) (invocation) -> "auto-proxied");
			advisor.setMappedNames("autoProxied");
			return advisor;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching(order = 2)
	@EnableTransactionManagement(order = 1)
	@Import(TestDatabase.class)
	static class TransactionOutside {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching(order = 1)
	@EnableTransactionManagement(order = 2)
	@Import(TestDatabase.class)
	static class CacheOutside {

	}

	interface Job {

		void run();

	}

	static class ScheduledJob implements Job {

		@Override
		@Scheduled(fixedDelay = 1, timeUnit = TimeUnit.HOURS)
		@TrackGoal(name = "scheduled", visitorId = "'visitor'")
		public void run() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class Scheduling {

		@Bean
		TaskScheduler taskScheduler() {
			SimpleAsyncTaskScheduler scheduler = new SimpleAsyncTaskScheduler();
			scheduler.setThreadNamePrefix("scheduler-");
			return scheduler;
		}

		@Bean
		ScheduledJob job() {
			return new ScheduledJob();
		}

	}

}
