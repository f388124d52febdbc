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

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;

/**
 * A method for each way to return a value, as a controller and as a plain bean, without
 * goals. The value comes from another thread, after the method has returned.
 */
@RestController
@RequestMapping("/untracked")
public class ResultTypes {

	private static final Executor sources = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "source");
		thread.setDaemon(true);
		return thread;
	});

	private static final Map<String, CompletableFuture<String>> cancelled = new ConcurrentHashMap<>();

	private static final Map<String, CompletableFuture<String>> answered = new ConcurrentHashMap<>();

	private static final Map<String, CompletableFuture<String>> started = new ConcurrentHashMap<>();

	/**
	 * Done when the source of the call is there.
	 */
	static CompletableFuture<String> started(String call) {
		return started.computeIfAbsent(call, (key) -> new CompletableFuture<>());
	}

	/**
	 * Done when the source of the call has been cancelled.
	 */
	static CompletableFuture<String> cancelled(String call) {
		return cancelled.computeIfAbsent(call, (key) -> new CompletableFuture<>());
	}

	/**
	 * Done when nobody waits for the call any more.
	 */
	static CompletableFuture<String> answered(String call) {
		return answered.computeIfAbsent(call, (key) -> new CompletableFuture<>());
	}

	@GetMapping("/string")
	public String string(@RequestParam("outcome") Outcome outcome, @RequestParam("call") String call) {
		return value(outcome);
	}

	@GetMapping("/response")
	public ResponseEntity<String> response(@RequestParam("outcome") Outcome outcome,
			@RequestParam("call") String call) {
		return response(value(outcome), outcome);
	}

	@GetMapping("/completable-future")
	public CompletableFuture<String> completableFuture(@RequestParam("outcome") Outcome outcome,
			@RequestParam("call") String call) {
		return source(outcome, call);
	}

	@GetMapping("/completion-stage")
	public CompletionStage<String> completionStage(@RequestParam("outcome") Outcome outcome,
			@RequestParam("call") String call) {
		return source(outcome, call).minimalCompletionStage();
	}

	@GetMapping("/future")
	public Future<String> future(@RequestParam("outcome") Outcome outcome, @RequestParam("call") String call) {
		return done(outcome);
	}

	@GetMapping("/callable")
	public Callable<String> callable(@RequestParam("outcome") Outcome outcome, @RequestParam("call") String call) {
		return () -> valueOrLate(outcome, call);
	}

	@GetMapping("/web-async-task")
	public WebAsyncTask<String> webAsyncTask(@RequestParam("outcome") Outcome outcome,
			@RequestParam("call") String call) {
		return new WebAsyncTask<>(() -> valueOrLate(outcome, call));
	}

	@GetMapping("/deferred-result")
	public DeferredResult<String> deferredResult(@RequestParam("outcome") Outcome outcome,
			@RequestParam("call") String call) {
		return newDeferredResult(outcome, call);
	}

	@GetMapping("/mono")
	public Mono<String> mono(@RequestParam("outcome") Outcome outcome, @RequestParam("call") String call) {
		return newMono(outcome, call);
	}

	@GetMapping("/mono-response")
	public Mono<ResponseEntity<String>> monoResponse(@RequestParam("outcome") Outcome outcome,
			@RequestParam("call") String call) {
		return newMono(outcome, call).map((value) -> response(value, outcome));
	}

	@GetMapping("/flux")
	public Flux<String> flux(@RequestParam("outcome") Outcome outcome, @RequestParam("call") String call) {
		return newFlux(outcome, call);
	}

	@GetMapping("/publisher")
	public Publisher<String> publisher(@RequestParam("outcome") Outcome outcome, @RequestParam("call") String call) {
		return newFlux(outcome, call);
	}

	@GetMapping("/flow-publisher")
	public Flow.Publisher<String> flowPublisher(@RequestParam("outcome") Outcome outcome,
			@RequestParam("call") String call) {
		return JdkFlowAdapter.publisherToFlowPublisher(newFlux(outcome, call));
	}

	@GetMapping("/single")
	public Single<String> single(@RequestParam("outcome") Outcome outcome, @RequestParam("call") String call) {
		return Single.fromPublisher(newMono(outcome, call));
	}

	@GetMapping("/maybe")
	public Maybe<String> maybe(@RequestParam("outcome") Outcome outcome, @RequestParam("call") String call) {
		return Maybe.fromPublisher(newMono(outcome, call));
	}

	@GetMapping("/completable")
	public Completable completable(@RequestParam("outcome") Outcome outcome, @RequestParam("call") String call) {
		return Completable.fromPublisher(newMono(outcome, call));
	}

	@GetMapping("/observable")
	public Observable<String> observable(@RequestParam("outcome") Outcome outcome, @RequestParam("call") String call) {
		return Observable.fromPublisher(newFlux(outcome, call));
	}

	@GetMapping("/flowable")
	public Flowable<String> flowable(@RequestParam("outcome") Outcome outcome, @RequestParam("call") String call) {
		return Flowable.fromPublisher(newFlux(outcome, call));
	}

	@GetMapping("/uni")
	public Uni<String> uni(@RequestParam("outcome") Outcome outcome, @RequestParam("call") String call) {
		return Uni.createFrom().publisher(FlowAdapters.toFlowPublisher(newMono(outcome, call)));
	}

	@GetMapping("/multi")
	public Multi<String> multi(@RequestParam("outcome") Outcome outcome, @RequestParam("call") String call) {
		return Multi.createFrom().publisher(FlowAdapters.toFlowPublisher(newFlux(outcome, call)));
	}

	@GetMapping("/any")
	public Object any(@RequestParam("outcome") Outcome outcome, @RequestParam("call") String call) {
		return newMono(outcome, call);
	}

	private static String value(Outcome outcome) {
		return switch (outcome) {
			case SUCCESS, REFUSED -> "value";
			case EMPTY -> null;
			default -> throw new IllegalStateException("on purpose");
		};
	}

	/**
	 * Heedless of a cancellation.
	 */
	private static String valueOrLate(Outcome outcome, String call) {
		return (outcome == Outcome.CANCELLED) ? answered(call).orTimeout(60, TimeUnit.SECONDS).join() : value(outcome);
	}

	private static ResponseEntity<String> response(String value, Outcome outcome) {
		return ResponseEntity.status((outcome == Outcome.REFUSED) ? 422 : 200).body(value);
	}

	private static CompletableFuture<String> source(Outcome outcome, String call) {
		CompletableFuture<String> source = new CompletableFuture<>();
		source.whenComplete((value, failure) -> {
			if (source.isCancelled()) {
				cancelled(call).complete(call);
			}
		});
		started(call).complete(call);
		if (outcome != Outcome.CANCELLED) {
			sources.execute(() -> {
				try {
					source.complete(value(outcome));
				}
				catch (RuntimeException ex) {
					source.completeExceptionally(ex);
				}
			});
		}
		return source;
	}

	private static Future<String> done(Outcome outcome) {
		CompletableFuture<String> done = new CompletableFuture<>();
		switch (outcome) {
			case ERROR -> done.completeExceptionally(new IllegalStateException("on purpose"));
			case CANCELLED -> done.cancel(false);
			default -> done.complete(value(outcome));
		}
		return new FutureOnly<>(done);
	}

	private static Mono<String> newMono(Outcome outcome, String call) {
		return Mono.fromFuture(() -> source(outcome, call));
	}

	private static Flux<String> newFlux(Outcome outcome, String call) {
		Mono<String> mono = newMono(outcome, call);
		return switch (outcome) {
			case SUCCESS -> mono.concatWith(Mono.just("s"));
			case CANCELLED -> mono.mergeWith(ticks(call));
			default -> mono.flux();
		};
	}

	/**
	 * Tomcat finds out that nobody listens any more when it writes.
	 */
	private static Flux<String> ticks(String call) {
		return Mono.fromFuture(() -> answered(call), true)
			.thenMany(Flux.interval(Duration.ofMillis(10)).map((tick) -> "tick").onBackpressureDrop());
	}

	private static DeferredResult<String> newDeferredResult(Outcome outcome, String call) {
		DeferredResult<String> result = new DeferredResult<>();
		source(outcome, call).whenComplete((value, failure) -> {
			if (failure != null) {
				result.setErrorResult(failure);
			}
			else {
				result.setResult(value);
			}
		});
		return result;
	}

	/**
	 * What becomes of a call.
	 */
	enum Outcome {

		SUCCESS, REFUSED, ERROR, CANCELLED, EMPTY

	}

	/**
	 * Like the futures of an {@code ExecutorService}, nothing but a {@link Future}.
	 */
	record FutureOnly<T>(CompletableFuture<T> future) implements Future<T> {

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			return this.future.cancel(mayInterruptIfRunning);
		}

		@Override
		public boolean isCancelled() {
			return this.future.isCancelled();
		}

		@Override
		public boolean isDone() {
			return this.future.isDone();
		}

		@Override
		public T get() throws InterruptedException, ExecutionException {
			return this.future.get();
		}

		@Override
		public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
			return this.future.get(timeout, unit);
		}

	}

}
