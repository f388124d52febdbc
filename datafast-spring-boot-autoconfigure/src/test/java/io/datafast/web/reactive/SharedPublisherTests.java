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

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.datafast.Goal;
import io.datafast.MissingVisitorException;
import io.datafast.ReactiveDataFastGoals;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes.Recorded;
import io.datafast.testing.WebApplication;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One visitor's request makes a publisher emit that another visitor's request waits for,
 * on the first one's thread.
 */
class SharedPublisherTests {

	private static final String WAITING = DataFastContextRunners.VISITOR;

	private static final String EMITTING = "emitting-visitor";

	private static WebApplication application;

	@BeforeAll
	static void start() {
		application = WebApplication.onNetty(Shop.class);
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@AfterEach
	void reset() {
		application.mock().reset();
		application.outcomes().clear();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/service", "/stream", "/track", "/create" })
	void theGoalIsThatOfTheVisitorWhoWaits(String path) throws Exception {
		waitAndEmit(path, "datafast_visitor_id=" + WAITING);
		Recorded goal = application.outcomes().awaitCount(1).get(0);
		assertThat(goal.goal().visitorId()).isEqualTo(WAITING);
		assertThat(goal.outcome()).isInstanceOf(Created.class);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/service", "/stream", "/track", "/create" })
	void whoWaitsWithoutAnIdBorrowsNobodysElse(String path) throws Exception {
		waitAndEmit(path, "none=none");
		Recorded goal = application.outcomes().awaitCount(1).get(0);
		assertThat(goal.goal().visitorId()).isNull();
		assertThat(goal.outcome()).isEqualTo(new Skipped(Skipped.Reason.NO_VISITOR));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/explicit", "/argument" })
	void aVisitorWhoIsNamedCounts(String path) throws Exception {
		waitAndEmit(path, "datafast_visitor_id=" + WAITING);
		assertThat(application.outcomes().awaitCount(1).get(0).goal().visitorId()).isEqualTo("named");
	}

	private static void waitAndEmit(String path, String cookie) throws Exception {
		Sinks.Many<String> events = application.bean(Shop.class).events;
		CompletableFuture<HttpResponse<String>> waiting = application.getAsync(path, "Cookie", cookie);
		Awaitility.await()
			.atMost(Duration.ofSeconds(60))
			.untilAsserted(() -> assertThat(events.currentSubscriberCount()).isOne());
		assertThat(application.get("/emit", "Cookie", "datafast_visitor_id=" + EMITTING).body()).isEqualTo("OK");
		assertThat(waiting.get().statusCode()).isEqualTo(200);
	}

	@RestController
	@Import(Service.class)
	static class Shop {

		private final Sinks.Many<String> events = Sinks.many().multicast().directBestEffort();

		private final Service service;

		private final ReactiveDataFastGoals goals;

		Shop(Service service, ReactiveDataFastGoals goals) {
			this.service = service;
			this.goals = goals;
		}

		@GetMapping("/emit")
		String emit() {
			return this.events.tryEmitNext("event").name();
		}

		@GetMapping("/service")
		Mono<String> service() {
			return this.events.asFlux().next().flatMap((event) -> this.service.call());
		}

		@GetMapping("/stream")
		Flux<String> stream() {
			return this.events.asFlux().next().flatMapMany((event) -> this.service.stream());
		}

		@GetMapping("/track")
		Mono<String> track() {
			return this.events.asFlux().next().flatMap((event) -> this.goals.track("tracked").thenReturn(event));
		}

		@GetMapping("/create")
		Mono<String> create() {
			return this.events.asFlux()
				.next()
				.flatMap((event) -> this.goals.create(Goal.of("created")).thenReturn(event))
				.onErrorReturn(MissingVisitorException.class, "nobody");
		}

		@GetMapping("/explicit")
		Mono<String> explicit() {
			return this.events.asFlux()
				.next()
				.flatMap((event) -> this.goals.track(Goal.of("named").forVisitor("named")).thenReturn(event));
		}

		@GetMapping("/argument")
		Mono<String> argument() {
			return this.events.asFlux().next().flatMap((event) -> this.service.callFor("named"));
		}

	}

	static class Service {

		@TrackGoal("called")
		Mono<String> call() {
			return Mono.just("called");
		}

		@TrackGoal("named")
		Mono<String> callFor(@VisitorId String visitorId) {
			return Mono.just("called");
		}

		@TrackGoal("streamed")
		Flux<String> stream() {
			return Flux.just("a", "b");
		}

	}

}
