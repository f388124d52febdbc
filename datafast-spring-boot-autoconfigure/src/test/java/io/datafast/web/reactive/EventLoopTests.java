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

package io.datafast.web.reactive;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.GoalFilter;
import io.datafast.ReactiveDataFastGoals;
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.test.MockAnswer;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.WebApplication;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nothing blocks an event loop, watched by BlockHound, while DataFast is down.
 */
class EventLoopTests {

	private static final int REQUESTS = 2_000;

	private static final Queue<String> blocked = new ConcurrentLinkedQueue<>();

	@BeforeAll
	static void watch() {
		BlockHound.builder().loadIntegrations().blockingMethodCallback((method) -> {
			BlockingOperationError error = new BlockingOperationError(method);
			List<StackTraceElement> trace = List.of(error.getStackTrace());
			if (trace.stream().anyMatch((frame) -> frame.toString().contains("EventLoopTests.block("))) {
				throw error;
			}
			if (isOurs(trace)) {
				blocked.add(method + " " + trace);
			}
		}).install();
	}

	/**
	 * Whatever blocks while something of ours is being called, unless it is Netty's
	 * allocator that makes the blocking call: it parks under contention, whoever passes
	 * the signal on. So do the JDK's executors, whose locks guard their bookkeeping only.
	 */
	private static boolean isOurs(List<StackTraceElement> trace) {
		String caller = trace.stream()
			.map(StackTraceElement::getClassName)
			.dropWhile((name) -> name.equals(EventLoopTests.class.getName())
					|| Stream.of("java.", "jdk.", "sun.", "reactor.blockhound.").anyMatch(name::startsWith))
			.findFirst()
			.orElse("");
		boolean bookkeeping = trace.stream()
			.anyMatch((frame) -> frame.getClassName().endsWith("ScheduledThreadPoolExecutor$DelayedWorkQueue")
					|| frame.toString().contains("ThreadPoolExecutor.addWorker("));
		return !bookkeeping && !caller.startsWith("io.netty.buffer.") && trace.stream()
			.map(StackTraceElement::getClassName)
			.anyMatch((name) -> name.startsWith("io.datafast.") && !name.startsWith(EventLoopTests.class.getName()));
	}

	@Test
	void theWatchdogWorks() {
		StepVerifier.create(Mono.fromRunnable(EventLoopTests::block).subscribeOn(Schedulers.parallel()))
			.verifyError(BlockingOperationError.class);
	}

	@ParameterizedTest
	@ValueSource(classes = { ParkingFilter.class, ParkingBeneathNetty.class })
	void theWatchdogFindsABlockOfOurs(Class<?> filter) throws Exception {
		blocked.clear();
		try (WebApplication application = WebApplication.onNetty(Shop.class,
				"spring.main.sources=" + filter.getName())) {
			application.get("/imperative", "Cookie", "datafast_visitor_id=" + DataFastContextRunners.VISITOR);
			application.outcomes().awaitCount(1);
		}
		assertThat(blocked).isNotEmpty()
			.allMatch((trace) -> trace.contains("io.datafast.support.DefaultDataFastGoals"));
		blocked.clear();
	}

	private static void block() {
		try {
			Thread.sleep(1);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void nothingBlocksUnderLoadWhileDataFastIsDown(boolean hangs) throws Exception {
		try (WebApplication application = WebApplication.onNetty(Shop.class, "datafast.delivery.capacity=500",
				"datafast.delivery.shutdown-timeout=0s", "datafast.read-timeout=10m",
				"datafast.visitor.issue-cookie=true")) {
			application.mock().alwaysAnswer(MockAnswer.hang());
			if (!hangs) {
				application.mock().close();
			}
			blocked.clear();
			load(application);
			assertThat(blocked).isEmpty();
			assertThat(application.outcomes().size()).isGreaterThanOrEqualTo(REQUESTS - 500);
			assertThat(application.outcomes().outcomes()).containsOnly(new Dropped(Dropped.Reason.QUEUE_FULL, null));
		}
		assertThat(blocked).isEmpty();
	}

	private static void load(WebApplication application) throws Exception {
		HttpClient browser = HttpClient.newHttpClient();
		String[] paths = { "/sync", "/mono", "/flux", "/imperative", "/reactive" };
		for (int batch = 0; batch < REQUESTS / 100; batch++) {
			List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
			for (int i = 0; i < 100; i++) {
				URI uri = application.uri(paths[i % paths.length] + "?source=footer");
				HttpRequest.Builder request = HttpRequest.newBuilder(uri)
					.header("Accept", "text/html")
					.timeout(Duration.ofSeconds(60));
				if (i % 2 == 0) {
					request.header("Cookie", "datafast_visitor_id=" + DataFastContextRunners.VISITOR);
				}
				responses.add(browser.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString()));
			}
			for (CompletableFuture<HttpResponse<String>> response : responses) {
				assertThat(response.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
			}
		}
	}

	/**
	 * Called by what tracks.
	 */
	static class ParkingFilter implements GoalFilter {

		@Override
		public Goal filter(Goal goal) {
			LockSupport.parkNanos(1);
			return goal;
		}

	}

	/**
	 * Called by what tracks, and parks in something that Netty's buffers call.
	 */
	static class ParkingBeneathNetty implements GoalFilter {

		@Override
		public Goal filter(Goal goal) {
			Unpooled.wrappedBuffer(new byte[1]).forEachByte((value) -> {
				LockSupport.parkNanos(1);
				return true;
			});
			return goal;
		}

	}

	@RestController
	static class Shop {

		private final DataFastGoals goals;

		private final ReactiveDataFastGoals reactiveGoals;

		Shop(DataFastGoals goals, ReactiveDataFastGoals reactiveGoals) {
			this.goals = goals;
			this.reactiveGoals = reactiveGoals;
		}

		@GetMapping("/sync")
		@TrackGoal(name = "sync", metadata = @GoalMetadata(key = "length", expression = "#result.length()"))
		String sync(@GoalMetadata @RequestParam("source") String source, @VisitorId String visitorId) {
			return "sync";
		}

		@GetMapping("/mono")
		@TrackGoal(name = "mono", condition = "#result == 'mono'")
		Mono<String> mono(@GoalMetadata @RequestParam("source") String source) {
			return Mono.just("mono").publishOn(Schedulers.parallel());
		}

		@GetMapping("/flux")
		@TrackGoal("flux")
		Flux<String> flux(@GoalMetadata @RequestParam("source") String source) {
			return Flux.just("a", "b").delayElements(Duration.ofMillis(1));
		}

		@GetMapping("/imperative")
		String imperative(@VisitorId String visitorId) {
			this.goals.track(Goal.of("imperative").forVisitor(visitorId));
			return "imperative";
		}

		@GetMapping("/reactive")
		Mono<String> reactive() {
			return this.reactiveGoals.track("reactive").thenReturn("reactive");
		}

	}

}
