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

package io.datafast.web;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.datafast.DataFastGoals;
import io.datafast.ReactiveDataFastGoals;
import io.datafast.annotation.TrackGoal;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.WebApplication;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestAttributesThreadLocalAccessor;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.server.WebFilter;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A request that is over has no visitor, even if something still shows it to a thread.
 * Servers reuse requests, so it may be another visitor's by then.
 */
class EndedRequestTests {

	static Stream<Arguments> tasks() {
		return Stream.of(Server.TOMCAT, Server.JETTY)
			.flatMap((server) -> Stream.of(Way.values())
				.flatMap((way) -> Stream.of(Arguments.of(server, way, "annotated", "/start"),
						Arguments.of(server, way, "code", "/start"),
						Arguments.of(server, way, "code", "/start-callable"))));
	}

	@ParameterizedTest
	@MethodSource("tasks")
	void aTaskThatOutlivesItsRequestHasNoVisitor(Server server, Way way, String kind, String path) throws Exception {
		try (WebApplication application = server.start(Shop.class)) {
			Shop shop = application.bean(Shop.class);
			HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
			send(client, application, path + "?way=" + way + "&kind=" + kind, "visitor-1").get(60, TimeUnit.SECONDS);
			CompletableFuture<?> other = send(client, application, "/other", "visitor-2");
			await(shop.otherHasBegun);
			shop.release.countDown();
			assertThat(application.outcomes().awaitSingle(Skipped.class))
				.isEqualTo(new Skipped(Skipped.Reason.NO_VISITOR));
			shop.end.countDown();
			other.get(60, TimeUnit.SECONDS);
		}
	}

	@ParameterizedTest
	@MethodSource("tasks")
	void aTaskWithinItsRequestHasItsVisitor(Server server, Way way, String kind, String path) throws Exception {
		try (WebApplication application = server.start(Shop.class)) {
			application.bean(Shop.class).release.countDown();
			application.get(path + "?wait=true&way=" + way + "&kind=" + kind, "Cookie",
					"datafast_visitor_id=visitor-1");
			assertThat(application.mock()).received(kind).forVisitor("visitor-1").once();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "TOMCAT", "JETTY" })
	void theThreadThatShowsARequestCanShowTheNextOne(Server server) throws Exception {
		try (WebApplication application = server.start(Shop.class)) {
			application.bean(Shop.class).release.countDown();
			for (int i = 1; i <= 3; i++) {
				application.get("/start?wait=true&way=DECORATOR&kind=code", "Cookie",
						"datafast_visitor_id=visitor-" + i);
			}
			application.outcomes().awaitCount(3);
			assertThat(application.mock().getGoals("code")).extracting("visitorId")
				.containsExactlyInAnyOrder("visitor-1", "visitor-2", "visitor-3");
		}
	}

	@ParameterizedTest
	@EnumSource(names = "NETTY")
	void aReactorContextThatOutlivesItsExchangeHasNoVisitor(Server server) throws Exception {
		try (WebApplication application = server.start(ReactiveShop.class)) {
			ReactiveShop shop = application.bean(ReactiveShop.class);
			application.get("/keep", "Cookie", "datafast_visitor_id=visitor-1");
			// The client can have the answer before the server has ended the exchange.
			Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
				application.outcomes().clear();
				shop.track().contextWrite(shop.kept).block(Duration.ofSeconds(60));
				return application.outcomes().awaitCount(1).get(0).outcome();
			}, new Skipped(Skipped.Reason.NO_VISITOR)::equals);
		}
	}

	@ParameterizedTest
	@EnumSource(names = "NETTY")
	void anExchangeIsOverBeforeItsSubscriberIsTold(Server server) throws Exception {
		try (WebApplication application = server.start(TellingShop.class)) {
			application.get("/keep", "Cookie", "datafast_visitor_id=visitor-1");
			assertThat(application.outcomes().awaitSingle(Skipped.class))
				.isEqualTo(new Skipped(Skipped.Reason.NO_VISITOR));
		}
	}

	private static CompletableFuture<HttpResponse<String>> send(HttpClient client, WebApplication application,
			String path, String visitor) {
		URI uri = application.uri(path);
		return client.sendAsync(HttpRequest.newBuilder(uri)
			.header("Cookie", "datafast_visitor_id=" + visitor)
			.timeout(Duration.ofSeconds(60))
			.build(), HttpResponse.BodyHandlers.ofString());
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * How the request gets to another thread.
	 */
	enum Way implements UnaryOperator<Runnable> {

		/**
		 * By a task decorator that hands on what the thread shows.
		 */
		DECORATOR {

			@Override
			public Runnable apply(Runnable task) {
				return within(RequestContextHolder.getRequestAttributes(), task);
			}

		},

		/**
		 * By the copy that Spring takes for context propagation.
		 */
		PROPAGATION {

			@Override
			public Runnable apply(Runnable task) {
				return within(new RequestAttributesThreadLocalAccessor().getValue(), task);
			}

		},

		/**
		 * By a thread-local that new threads inherit.
		 */
		INHERITANCE {

			@Override
			public Runnable apply(Runnable task) {
				RequestContextHolder.setRequestAttributes(RequestContextHolder.getRequestAttributes(), true);
				return task;
			}

		},

		/**
		 * By a task decorator that makes attributes of its own.
		 */
		OWN_ATTRIBUTES {

			@Override
			public Runnable apply(Runnable task) {
				return within(new ServletRequestAttributes(request()), task);
			}

		},

		/**
		 * By a task decorator that makes a web request of its own.
		 */
		OWN_WEB_REQUEST {

			@Override
			public Runnable apply(Runnable task) {
				return within(new ServletWebRequest(new HttpServletRequestWrapper(request())), task);
			}

		};

		private static HttpServletRequest request() {
			return ((ServletRequestAttributes) RequestContextHolder.getRequestAttributes()).getRequest();
		}

		private static Runnable within(RequestAttributes attributes, Runnable task) {
			return () -> {
				RequestContextHolder.setRequestAttributes(attributes);
				try {
					task.run();
				}
				finally {
					RequestContextHolder.resetRequestAttributes();
				}
			};
		}

	}

	@RestController
	@Import(Tracked.class)
	static class Shop {

		private final CountDownLatch release = new CountDownLatch(1);

		private final CountDownLatch otherHasBegun = new CountDownLatch(1);

		private final CountDownLatch end = new CountDownLatch(1);

		private final DataFastGoals goals;

		private final Tracked tracked;

		Shop(DataFastGoals goals, Tracked tracked) {
			this.goals = goals;
			this.tracked = tracked;
		}

		@GetMapping("/start")
		String start(@RequestParam("way") Way way, @RequestParam("kind") String kind,
				@RequestParam(name = "wait", defaultValue = "false") boolean wait) throws Exception {
			Runnable task = way.apply(() -> {
				await(this.release);
				if (kind.equals("code")) {
					this.goals.track("code");
				}
				else {
					this.tracked.annotated();
				}
			});
			Thread thread = new Thread(task);
			thread.start();
			if (wait) {
				thread.join();
			}
			return "started";
		}

		@GetMapping("/start-callable")
		Callable<String> startCallable(@RequestParam("way") Way way, @RequestParam("kind") String kind,
				@RequestParam(name = "wait", defaultValue = "false") boolean wait) {
			return () -> start(way, kind, wait);
		}

		@GetMapping("/other")
		String other() {
			this.otherHasBegun.countDown();
			await(this.end);
			return "other";
		}

	}

	static class Tracked {

		@TrackGoal("annotated")
		void annotated() {
		}

	}

	@Import(ReactiveShop.class)
	static class TellingShop {

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		WebFilter trackAfterwards(ReactiveShop shop) {
			return (exchange, chain) -> chain.filter(exchange)
				.then(Mono.defer(() -> shop.track().contextWrite(shop.kept)));
		}

	}

	@RestController
	static class ReactiveShop {

		private final ReactiveDataFastGoals goals;

		private volatile ContextView kept;

		ReactiveShop(ReactiveDataFastGoals goals) {
			this.goals = goals;
		}

		@GetMapping("/keep")
		Mono<String> keep() {
			return Mono.deferContextual((context) -> {
				this.kept = context;
				return Mono.just("kept");
			});
		}

		Mono<Void> track() {
			return this.goals.track("kept");
		}

	}

}
