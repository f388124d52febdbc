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
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.datafast.Goal;
import io.datafast.VisitorIdResolver;
import io.datafast.annotation.TrackGoal;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.reactivex.rxjava3.core.Flowable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.ConnectableFlux;
import reactor.core.publisher.Flux;
import reactor.core.publisher.GroupedFlux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.ParallelFlux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.util.context.Context;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.web.context.request.async.DeferredResult;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goals of results that come later, seen by a dispatcher in place of DataFast.
 */
@ExtendWith(OutputCaptureExtension.class)
public class AsynchronousResultTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private static final Dropped FAILED = new Dropped(Dropped.Reason.FAILED, null);

	private final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	private final AtomicReference<String> currentVisitor = new AtomicReference<>(VISITOR);

	private RecordedOutcomes outcomes;

	private final ApplicationContextRunner runner = DataFastContextRunners.plain()
		.withPropertyValues("datafast.api-key=df_key")
		.withBean(GoalDispatcher.class, () -> this.dispatched::add)
		.withBean(VisitorIdResolver.class, () -> this.currentVisitor::get)
		.withBean(Shop.class);

	@Test
	void futuresKeepTheirIdentity() {
		with((shop) -> {
			CompletableFuture<String> future = new CompletableFuture<>();
			assertThat(shop.future(future)).isSameAs(future);
			assertThat(this.dispatched).isEmpty();
			future.complete("value");
			assertThat(this.dispatched).containsExactly(Goal.of("future").forVisitor(VISITOR));
		});
	}

	@Test
	void takesTheVisitorOfTheCallAndNotOfTheCompletion() {
		with((shop) -> {
			CompletableFuture<String> future = new CompletableFuture<>();
			shop.future(future);
			this.currentVisitor.set("another");
			future.complete("value");
			assertThat(this.dispatched).extracting(Goal::visitorId).containsExactly(VISITOR);
		});
	}

	@Test
	void aCallWithoutVisitorDoesNotTakeThatOfTheCompletion() {
		with((shop) -> {
			this.currentVisitor.set(null);
			CompletableFuture<String> future = new CompletableFuture<>();
			shop.future(future);
			this.currentVisitor.set("another");
			future.complete("value");
			assertThat(this.dispatched).isEmpty();
			assertThat(this.outcomes.outcomes()).containsExactly(new Skipped(Skipped.Reason.NO_VISITOR));
		});
	}

	@Test
	void aCachedMonoTracksForEachOfItsOwnSubscriptionsOnly() {
		with((shop) -> {
			Mono<String> cached = shop.mono(Mono.just("value")).cache();
			cached.block();
			cached.block();
			assertThat(this.dispatched).hasSize(1);
			Mono<String> cold = shop.mono(Mono.just("value"));
			cold.block();
			cold.block();
			assertThat(this.dispatched).hasSize(3);
		});
	}

	@Test
	void cancellingBeforeTheValueTracksNothingEvenIfTheValueComesAfterAll() {
		with((shop) -> {
			TestPublisher<String> source = TestPublisher
				.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
			StepVerifier.create(shop.mono(Mono.fromDirect(source))).thenRequest(1).thenCancel().verify();
			source.next("late").complete();
			assertThat(this.dispatched).isEmpty();
		});
	}

	@Test
	void anOperatorThatIsSatisfiedWithTheValueOfAMonoDoesNotCancelTheGoal() {
		with((shop) -> {
			assertThat(shop.mono(Mono.just("value")).flux().take(1).blockLast()).isEqualTo("value");
			assertThat(this.dispatched).hasSize(1);
		});
	}

	@Test
	void aFluxThatIsNotReadToItsEndTracksNothing() {
		with((shop) -> {
			assertThat(shop.flux(Flux.just("a", "b")).take(1).blockLast()).isEqualTo("a");
			assertThat(this.dispatched).isEmpty();
		});
	}

	@Test
	void aFluxRequestsWhatItsSubscriberRequests() {
		with((shop) -> {
			AtomicLong tracked = new AtomicLong();
			AtomicLong untracked = new AtomicLong();
			shop.flux(Flux.range(0, 100).hide().map(String::valueOf).doOnRequest(tracked::addAndGet))
				.limitRate(10)
				.blockLast();
			Flux.range(0, 100).hide().map(String::valueOf).doOnRequest(untracked::addAndGet).limitRate(10).blockLast();
			assertThat(tracked).hasValue(untracked.get());
			StepVerifier.create(shop.flux(Flux.just("a", "b", "c")), 0)
				.thenRequest(1)
				.expectNext("a")
				.thenRequest(2)
				.expectNext("b", "c")
				.verifyComplete();
		});
	}

	@Test
	void sourcesThatOfferTheirQueueGetAlongWithOperatorsThatWantIt() {
		with((shop) -> {
			Mono<Integer> mono = shop.mono(Mono.just("value")).filter((value) -> true).map(String::length);
			assertThat(mono.publishOn(Schedulers.parallel()).block()).isEqualTo(5);
			Flux<Integer> flux = shop.flux(Flux.just("a", "b")).filter((value) -> true).map(String::length);
			assertThat(flux.publishOn(Schedulers.parallel()).collectList().block()).containsExactly(1, 1);
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("mono", "flux");
		});
	}

	@Test
	void theReactorContextReachesTheSource() {
		with((shop) -> {
			Mono<String> source = Mono.deferContextual((context) -> Mono.just(context.get("key")));
			assertThat(shop.mono(source).contextWrite(Context.of("key", "value")).block()).isEqualTo("value");
			assertThat(shop.flux(source.flux()).contextWrite(Context.of("key", "value")).blockLast())
				.isEqualTo("value");
		});
	}

	@ParameterizedTest
	@CsvSource({ "connectable,Return a Flux", "parallel,Return a Publisher", "stepping,Return a Flux" })
	void aDeclaredTypeThatCannotBeObservedFailsStartUp(String method, String fix) {
		Class<?> type = switch (method) {
			case "connectable" -> ConnectableShop.class;
			case "parallel" -> ParallelShop.class;
			default -> SteppingShop.class;
		};
		this.runner.withBean(type).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(context.getStartupFailure()).rootCause()
				.isInstanceOfSatisfying(InvalidTrackGoalException.class, (ex) -> {
					assertThat(ex.getMethod()).contains(method);
					assertThat(ex.getViolations()).singleElement()
						.satisfies((violation) -> assertThat(violation.fix()).contains(fix));
				});
		});
	}

	@Test
	void aPendingFutureIsReturnedAsItIsAndItsGoalCountedAsLost(CapturedOutput output) {
		with((shop) -> {
			FutureTask<String> task = new FutureTask<>(() -> "value");
			assertThat(shop.plainFuture(task)).isSameAs(task);
			task.run();
			assertThat(this.outcomes.outcomes()).containsExactly(FAILED);
			assertThat(output).contains("return a CompletableFuture");
		});
	}

	@Test
	void aDeferredResultOutsideSpringMvcTracksOnlyIfItIsSet(CapturedOutput output) {
		with((shop) -> {
			DeferredResult<String> result = new DeferredResult<>();
			assertThat(shop.deferred(result)).isSameAs(result);
			assertThat(this.outcomes.outcomes()).containsExactly(FAILED);
			assertThat(output).contains("a DeferredResult that no handler returned to Spring MVC");
			result.setResult("value");
			shop.deferred(result);
			result = new DeferredResult<>();
			result.setErrorResult(new IllegalStateException("on purpose"));
			shop.deferred(result);
			assertThat(this.dispatched).hasSize(1);
			assertThat(this.outcomes.outcomes()).hasSize(1);
		});
	}

	@Test
	void aCallableTracksOnceForEachCallOfTheMethod() {
		with((shop) -> {
			Callable<String> callable = shop.callable(() -> "value");
			assertThat(call(callable) + call(callable)).isEqualTo("valuevalue");
			assertThat(this.dispatched).hasSize(1);
		});
	}

	@Test
	void whatHappensToBeACallableStaysWhatItIsAndTracksWhenTheMethodReturns() {
		with((shop) -> {
			Job job = new Job();
			Object any = shop.any(job);
			Job same = shop.same(job);
			assertThat(any).isSameAs(job);
			assertThat(same).isSameAs(job);
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("any", "same");
			job.call();
			assertThat(this.dispatched).hasSize(2);
		});
	}

	@Test
	void aCallableOfABoundedTypeVariableIsReturnedAsItIsAndItsGoalCountedAsLost() {
		with((shop) -> {
			Job job = new Job();
			Job bounded = shop.bounded(job);
			assertThat(bounded).isSameAs(job);
			assertThat(this.outcomes.outcomes()).containsExactly(FAILED);
		});
	}

	@Test
	void aFlowableUnderAGenericTypeStaysAFlowable() {
		with((shop) -> {
			Flowable<String> mapped = shop.same(Flowable.just("value").map(String::toUpperCase));
			assertThat(this.dispatched).isEmpty();
			assertThat(mapped.toList().blockingGet()).containsExactly("VALUE");
			assertThat(this.dispatched).hasSize(1);
		});
	}

	@Test
	void aFutureThatIsDoneHasAnOutcomeAlsoOnAnInterruptedThread() {
		with((shop) -> {
			FutureTask<String> done = new FutureTask<>(() -> "value") {

				@Override
				public String get() throws InterruptedException {
					throw new InterruptedException();
				}

			};
			done.run();
			shop.plainFuture(done);
			assertThat(Thread.interrupted()).isTrue();
			assertThat(this.outcomes.outcomes()).containsExactly(FAILED);
		});
	}

	@Test
	void aCallableOfADeclaredClassIsReturnedAsItIsAndItsGoalCountedAsLost(CapturedOutput output) {
		with((shop) -> {
			Job job = new Job();
			assertThat(shop.job(job)).isSameAs(job);
			assertThat(this.outcomes.outcomes()).containsExactly(FAILED);
			assertThat(output).contains("Job: declare a Callable");
			assertThat(this.dispatched).isEmpty();
		});
	}

	@Test
	void aFailingExpressionIsCountedOnceAndDoesNotReachTheSubscriber(CapturedOutput output) {
		with((shop) -> {
			assertThat(shop.failing(Mono.just("value")).block()).isEqualTo("value");
			assertThat(this.outcomes.outcomes()).containsExactly(FAILED);
			assertThat(output).containsOnlyOnce("dropped its goal");
		});
	}

	@Test
	void aFailingResolverCountsOnceAndOnlyIfTheMethodSucceeds() {
		this.runner.withBean("failing", VisitorIdResolver.class, () -> () -> {
			throw new IllegalStateException("on purpose");
		}, (definition) -> definition.setPrimary(true)).run((context) -> {
			Shop shop = context.getBean(Shop.class);
			CompletableFuture<String> failed = new CompletableFuture<>();
			shop.future(failed);
			failed.completeExceptionally(new IllegalStateException("on purpose"));
			assertThat(context.getBean(RecordedOutcomes.class).outcomes()).isEmpty();
			shop.future(CompletableFuture.completedFuture("value"));
			assertThat(context.getBean(RecordedOutcomes.class).outcomes()).containsExactly(FAILED);
		});
	}

	@Test
	void seesClassesOnThreadsThatDoNot() throws Exception {
		with((shop) -> {
			CompletableFuture<String> future = new CompletableFuture<>();
			shop.typed(future);
			Thread thread = new Thread(() -> future.complete("value"));
			thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
			thread.start();
			try {
				thread.join();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			assertThat(this.dispatched).hasSize(1);
		});
	}

	private void with(Consumer<Shop> test) {
		this.runner.run((context) -> {
			this.outcomes = context.getBean(RecordedOutcomes.class);
			test.accept(context.getBean(Shop.class));
		});
	}

	private static String call(Callable<String> callable) {
		try {
			return callable.call();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	static class Shop {

		@TrackGoal("future")
		CompletableFuture<String> future(CompletableFuture<String> result) {
			return result;
		}

		@TrackGoal("plain_future")
		Future<String> plainFuture(Future<String> result) {
			return result;
		}

		@TrackGoal("mono")
		Mono<String> mono(Mono<String> result) {
			return result;
		}

		@TrackGoal("flux")
		Flux<String> flux(Flux<String> result) {
			return result;
		}

		@TrackGoal("deferred")
		DeferredResult<String> deferred(DeferredResult<String> result) {
			return result;
		}

		@TrackGoal("callable")
		Callable<String> callable(Callable<String> result) {
			return result;
		}

		@TrackGoal("any")
		Object any(Object result) {
			return result;
		}

		@TrackGoal("same")
		<T> T same(T result) {
			return result;
		}

		@TrackGoal("job")
		Job job(Job result) {
			return result;
		}

		@TrackGoal("bounded")
		<T extends Callable<String>> T bounded(T result) {
			return result;
		}

		@TrackGoal(name = "failing", condition = "#result.missing")
		Mono<String> failing(Mono<String> mono) {
			return mono;
		}

		@TrackGoal(name = "typed", condition = "T(io.datafast.interceptor.AsynchronousResultTests).yes()")
		CompletableFuture<String> typed(CompletableFuture<String> result) {
			return result;
		}

	}

	static class ConnectableShop {

		@TrackGoal("connectable")
		ConnectableFlux<String> connectable(ConnectableFlux<String> flux) {
			return flux;
		}

	}

	static class ParallelShop {

		@TrackGoal("parallel")
		ParallelFlux<String> parallel(ParallelFlux<String> flux) {
			return flux;
		}

	}

	static class SteppingShop {

		@TrackGoal("stepping")
		GroupedFlux<String, String> stepping(GroupedFlux<String, String> flux) {
			return flux;
		}

	}

	static class Job implements Callable<String> {

		@Override
		public String call() {
			return "value";
		}

	}

	/**
	 * For an expression.
	 */
	public static boolean yes() {
		return true;
	}

}
