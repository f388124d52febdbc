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

import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.ReactiveDataFastGoals;
import io.datafast.ReactiveVisitorIdResolver;
import io.datafast.VisitorIdResolver;
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.WebApplication;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.http.HttpEntity;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.filter.reactive.ServerWebExchangeContextFilter;
import org.springframework.web.reactive.config.BlockingExecutionConfigurer;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebSession;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Visitor ids and goals of a WebFlux application on Netty.
 */
@ExtendWith(OutputCaptureExtension.class)
class WebFluxVisitorTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private static final String COOKIE = "datafast_visitor_id=" + VISITOR;

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
	@ValueSource(strings = { "/sync", "/mono", "/service", "/reactive", "/elsewhere", "/session", "/router" })
	void findsTheVisitorOfTheCookie(String path) throws Exception {
		HttpResponse<String> response = application.get(path, "Cookie", "a=b; " + COOKIE);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(application.mock()).received(path.substring(1)).forVisitor(VISITOR).once();
	}

	@Test
	void findsItWhenTheBodyHasBeenRead() throws Exception {
		String body = "x".repeat(100_000);
		assertThat(application.post("/body", body, "Cookie", COOKIE, "Content-Type", "text/plain").body())
			.isEqualTo("100000");
		assertThat(application.mock()).received("body").forVisitor(VISITOR).once();
		application.post("/form", "name=value", "Cookie", COOKIE, "Content-Type", "application/x-www-form-urlencoded");
		assertThat(application.mock()).received("form").forVisitor(VISITOR).withMetadata("name", "value").once();
	}

	@Test
	void aHandlerMethodSeesTheServersOwnRequest() throws Exception {
		assertThat(application.post("/native", "body", "Cookie", COOKIE, "Content-Type", "text/plain").body())
			.isEqualTo("body /native true");
		assertThat(application.mock()).received("native").forVisitor(VISITOR).once();
		assertThat(application.post("/entity", "body", "Cookie", COOKIE, "Content-Type", "text/plain").body())
			.isEqualTo("body");
		assertThat(application.mock()).received("entity").forVisitor(VISITOR).once();
		assertThat(application.get("/request", "Cookie", COOKIE).body()).isEqualTo("true");
	}

	@Test
	void aHandlerThatIsNoControllerIsLeftAlone() throws Exception {
		assertThat(application.get("/exchange", "Cookie", COOKIE).body()).isEqualTo("true");
	}

	@Test
	void theNextRequestOfTheThreadHasItsOwnVisitor() throws Exception {
		for (int i = 0; i < 50; i++) {
			application.get("/sync", "Cookie", COOKIE);
			application.get("/sync");
		}
		application.outcomes().awaitCount(100);
		assertThat(application.outcomes().count(new Skipped(Skipped.Reason.NO_VISITOR))).isEqualTo(50);
		assertThat(application.outcomes().all()).filteredOn((entry) -> VISITOR.equals(entry.goal().visitorId()))
			.hasSize(50);
	}

	@Test
	void injectsTheVisitorId() throws Exception {
		assertThat(application.get("/string", "Cookie", COOKIE).body()).isEqualTo(VISITOR);
		assertThat(application.get("/optional", "Cookie", COOKIE).body()).isEqualTo(VISITOR);
		assertThat(application.get("/string", "Cookie", "datafast_visitor_id=; " + COOKIE).body()).isEqualTo(VISITOR);
	}

	@Test
	void injectsNothingWithoutCookie() throws Exception {
		HttpResponse<String> string = application.get("/string");
		assertThat(string.statusCode()).isEqualTo(200);
		assertThat(string.body()).isEqualTo("null");
		assertThat(application.get("/optional").body()).isEqualTo("empty");
	}

	@Test
	void refusesParametersOfAnotherType(CapturedOutput output) throws Exception {
		assertThat(application.get("/wrong", "Cookie", COOKIE).statusCode()).isEqualTo(500);
		assertThat(output).contains("must be a String or an Optional<String>");
	}

	@ParameterizedTest
	@ValueSource(strings = { "h0st1le space", "h0st1le<script>", "h0st1le%0d%0aX-Injected:1", "${jndi:h0st1le}" })
	void hostileCookiesCountAsAbsent(String value, CapturedOutput output) throws Exception {
		try (Socket socket = new Socket("127.0.0.1", application.port())) {
			OutputStream out = socket.getOutputStream();
			out.write(("GET /mono HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: datafast_visitor_id="
					+ value + "\r\n\r\n")
				.getBytes(StandardCharsets.ISO_8859_1));
			out.flush();
			assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
				.startsWith("HTTP/1.1 200");
		}
		assertThat(application.outcomes().awaitSingle(Skipped.class)).isEqualTo(new Skipped(Skipped.Reason.NO_VISITOR));
		assertThat(application.mock().getRequests()).isEmpty();
		assertThat(output.getAll().lines().filter((line) -> line.contains("h0st1le")).toList()).isEmpty();
	}

	@Test
	void createsAGoalWithoutBlockingTheEventLoop() throws Exception {
		assertThat(application.get("/create", "Cookie", COOKIE).body()).contains("boundedElastic");
		assertThat(application.mock()).received("created").forVisitor(VISITOR).once();
		assertThat(application.get("/create").body()).contains("MissingVisitorException");
	}

	@Test
	void issuesNoCookieByDefault() throws Exception {
		assertThat(application.get("/string", "Accept", "text/html").headers().firstValue("Set-Cookie")).isEmpty();
	}

	@Test
	void anotherResolverReplacesTheCookieEverywhere() throws Exception {
		try (WebApplication other = WebApplication.onNetty(OtherResolver.class)) {
			assertThat(other.get("/string", "Cookie", COOKIE).body()).isEqualTo("other");
			other.get("/mono", "Cookie", COOKIE);
			other.get("/reactive", "Cookie", COOKIE);
			assertThat(other.mock()).received("mono").forVisitor("other").once();
			assertThat(other.mock()).received("reactive").forVisitor("other").once();
		}
		try (WebApplication other = WebApplication.onNetty(OtherThreadResolver.class)) {
			assertThat(other.get("/string", "Cookie", COOKIE).body()).isEqualTo("thread");
			other.get("/mono", "Cookie", COOKIE);
			assertThat(other.mock()).received("mono").forVisitor("thread").once();
		}
	}

	@Test
	void aFailingResolverLeavesParametersEmpty() throws Exception {
		try (WebApplication failing = WebApplication.onNetty(FailingResolver.class)) {
			HttpResponse<String> response = failing.get("/string", "Cookie", COOKIE);
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.body()).isEqualTo("null");
		}
	}

	@Test
	void imperativeCodeFindsTheVisitorInAnyOperatorWhereTheContextIsPropagated() throws Exception {
		Hooks.enableAutomaticContextPropagation();
		try {
			application.get("/operator", "Cookie", COOKIE);
			assertThat(application.mock()).received("operator").forVisitor(VISITOR).once();
		}
		finally {
			Hooks.disableAutomaticContextPropagation();
		}
	}

	@Test
	void aMethodOnAnotherThreadThanItsArgumentsNeedsThePropagationOrAParameter() throws Exception {
		try (WebApplication blocking = WebApplication.onNetty(BlockingExecution.class)) {
			assertThat(blocking.get("/parameter", "Cookie", COOKIE).body()).startsWith("blocking-");
			assertThat(blocking.mock()).received("parameter").forVisitor(VISITOR).once();
			Hooks.enableAutomaticContextPropagation();
			blocking.get("/sync", "Cookie", COOKIE);
			assertThat(blocking.mock()).received("sync").forVisitor(VISITOR).once();
		}
		finally {
			Hooks.disableAutomaticContextPropagation();
		}
	}

	@Test
	void withSpringMvcOnTheClassPathOnlyOnePartIsActive() {
		assertThat(application.bean(VisitorIdResolver.class)).isInstanceOf(ExchangeVisitorIdResolver.class);
		try (WebApplication servlet = WebApplication.onTomcat(NoController.class)) {
			assertThat(servlet.bean(VisitorIdResolver.class).getClass().getPackageName())
				.isEqualTo("io.datafast.web.servlet");
			assertThat(servlet.bean(ReactiveDataFastGoals.class)).isNotNull();
		}
	}

	static class NoController {

	}

	@Import(Shop.class)
	static class BlockingExecution implements WebFluxConfigurer {

		@Override
		public void configureBlockingExecution(BlockingExecutionConfigurer configurer) {
			configurer.setExecutor(new SimpleAsyncTaskExecutor("blocking-"));
		}

	}

	@Import(Shop.class)
	static class OtherResolver {

		@Bean
		ReactiveVisitorIdResolver other() {
			return (context) -> "other";
		}

	}

	@Import(Shop.class)
	static class OtherThreadResolver {

		@Bean
		VisitorIdResolver other() {
			return () -> "thread";
		}

	}

	@Import(Shop.class)
	static class FailingResolver {

		@Bean
		ReactiveVisitorIdResolver failing() {
			return (context) -> {
				throw new IllegalStateException("on purpose");
			};
		}

	}

	@RestController
	@Import({ Service.class, Router.class })
	static class Shop {

		private final DataFastGoals goals;

		private final ReactiveDataFastGoals reactiveGoals;

		private final Service service;

		Shop(DataFastGoals goals, ReactiveDataFastGoals reactiveGoals, Service service) {
			this.goals = goals;
			this.reactiveGoals = reactiveGoals;
			this.service = service;
		}

		@GetMapping("/sync")
		@TrackGoal("sync")
		String sync(@VisitorId String visitorId) {
			return "sync";
		}

		@GetMapping("/parameter")
		@TrackGoal("parameter")
		String parameter(@VisitorId String visitorId) {
			return Thread.currentThread().getName();
		}

		@GetMapping("/mono")
		@TrackGoal("mono")
		Mono<String> mono() {
			return Mono.just("mono").publishOn(Schedulers.parallel());
		}

		@GetMapping("/service")
		Flux<String> service() {
			return Flux.just("a", "b").publishOn(Schedulers.parallel()).concatWith(this.service.call());
		}

		@GetMapping("/imperative")
		Mono<String> imperative() {
			this.goals.track("imperative");
			return Mono.just("imperative");
		}

		@GetMapping("/reactive")
		Mono<String> reactive() {
			return Mono.just("reactive")
				.publishOn(Schedulers.parallel())
				.flatMap((value) -> this.reactiveGoals.track("reactive").thenReturn(value));
		}

		@GetMapping("/elsewhere")
		@TrackGoal("elsewhere")
		CompletableFuture<String> elsewhere(@VisitorId String visitorId) {
			return CompletableFuture.supplyAsync(() -> "elsewhere");
		}

		@GetMapping("/session")
		@TrackGoal("session")
		String session(WebSession session, @VisitorId String visitorId) {
			return "session";
		}

		@GetMapping("/operator")
		Mono<String> operator() {
			return Mono.just("operator").publishOn(Schedulers.parallel()).doOnNext((value) -> this.goals.track(value));
		}

		@PostMapping("/body")
		@TrackGoal("body")
		String body(@RequestBody String body, @VisitorId String visitorId) {
			return String.valueOf(body.length());
		}

		@PostMapping("/native")
		@TrackGoal("native")
		String nativeRequest(@RequestBody String body, ServerHttpRequest request, @VisitorId String visitorId) {
			Object nativeRequest = ((AbstractServerHttpRequest) request).getNativeRequest();
			return body + " " + request.getPath() + " " + (nativeRequest instanceof HttpServerRequest);
		}

		@PostMapping("/entity")
		@TrackGoal("entity")
		String entity(HttpEntity<String> entity, @VisitorId String visitorId) {
			return entity.getBody();
		}

		@GetMapping("/request")
		Mono<Boolean> request(ServerWebExchange exchange) {
			return Mono.deferContextual((context) -> Mono
				.just(ServerWebExchangeContextFilter.getExchange(context).orElseThrow().getRequest() == exchange
					.getRequest()));
		}

		@PostMapping("/form")
		@TrackGoal("form")
		String form(@ModelAttribute @GoalMetadata(key = "name", expression = "name") Form form,
				@VisitorId String visitorId) {
			return form.name();
		}

		@GetMapping("/create")
		Mono<String> create() {
			return this.reactiveGoals.create(Goal.of("created"))
				.map((receipt) -> Thread.currentThread().getName() + receipt.message())
				.onErrorResume((ex) -> Mono.just(ex.getClass().getSimpleName()));
		}

		@GetMapping("/string")
		String string(@VisitorId String visitorId) {
			return String.valueOf(visitorId);
		}

		@GetMapping("/optional")
		Mono<String> optional(@VisitorId Optional<String> visitorId) {
			return Mono.just(visitorId.orElse("empty"));
		}

		@GetMapping("/wrong")
		String wrong(@VisitorId UUID visitorId) {
			return "wrong";
		}

	}

	record Form(String name) {
	}

	static class Service {

		@TrackGoal("service")
		Mono<String> call() {
			return Mono.just("called");
		}

	}

	static class Router {

		@Bean
		RouterFunction<ServerResponse> routes(ReactiveDataFastGoals goals) {
			return RouterFunctions.route()
				.GET("/router", (request) -> goals.track("router").then(ServerResponse.ok().bodyValue("routed")))
				.GET("/exchange", (request) -> Mono.deferContextual((context) -> ServerResponse.ok()
					.bodyValue(String.valueOf(
							ServerWebExchangeContextFilter.getExchange(context).orElseThrow() == request.exchange()))))
				.build();
		}

	}

}
