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
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.datafast.ReactiveDataFastGoals;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.WebApplication;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether an exchange gets the visitor cookie is decided when its response is committed,
 * in whatever way that happens.
 */
class CommittedExchangeTests {

	private static final String PUBLIC = "max-age=60, public";

	private static WebApplication application;

	@BeforeAll
	static void start() {
		application = WebApplication.onNetty(Pages.class, "datafast.visitor.issue-cookie=true",
				"datafast.visitor.cookie-domain=x.test");
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	private static HttpResponse<String> get(String path) throws Exception {
		return application.get(path, "Sec-Fetch-Dest", "document", "Sec-Fetch-Mode", "navigate");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/nothing", "/body", "/no-content", "/complete", "/write", "/flux", "/stream", "/error",
			"/thrown", "/missing", "/redirect", "/no-store" })
	void aPrivateResponseGetsTheCookieOnce(String path) throws Exception {
		HttpResponse<String> response = get(path);
		assertThat(response.headers().allValues("Set-Cookie")).singleElement()
			.asString()
			.startsWith("datafast_visitor_id=");
		assertThat(response.headers().allValues("Cache-Control"))
			.containsExactly(path.equals("/no-store") ? "no-store" : "private");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/public-entity", "/public-write", "/public-action", "/public-filter", "/public-error" })
	void aPublicResponseGetsNone(String path) throws Exception {
		HttpResponse<String> response = get(path);
		assertThat(response.headers().allValues("Set-Cookie")).isEmpty();
		assertThat(response.headers().allValues("Cache-Control")).containsExactly(PUBLIC);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/not-modified", "/etag" })
	void aResponseThatIsNotModifiedGetsNone(String path) throws Exception {
		HttpResponse<String> response = application.get(path, "Sec-Fetch-Dest", "document", "Sec-Fetch-Mode",
				"navigate", "If-None-Match", "\"tag\"");
		assertThat(response.statusCode()).isEqualTo(304);
		assertThat(response.headers().allValues("Set-Cookie")).isEmpty();
		assertThat(response.headers().allValues("Cache-Control")).isEmpty();
	}

	@Test
	void anIdThatNoBrowserGetsIsNoVisitor() throws Exception {
		application.outcomes().clear();
		assertThat(get("/public-before-goal").body()).isEqualTo("tracked");
		assertThat(application.outcomes().awaitSingle(Skipped.class)).isEqualTo(new Skipped(Skipped.Reason.NO_VISITOR));
	}

	@RestController
	static class Pages {

		private final ReactiveDataFastGoals goals;

		Pages(ReactiveDataFastGoals goals) {
			this.goals = goals;
		}

		@GetMapping("/nothing")
		Mono<Void> nothing() {
			return Mono.empty();
		}

		@GetMapping("/body")
		String body() {
			return "body";
		}

		@GetMapping("/no-content")
		ResponseEntity<Void> noContent() {
			return ResponseEntity.noContent().build();
		}

		@GetMapping("/complete")
		Mono<Void> complete(ServerHttpResponse response) {
			return response.setComplete();
		}

		@GetMapping("/write")
		Mono<Void> write(ServerHttpResponse response) {
			return response.writeWith(Mono.just(buffer(response)));
		}

		private static DataBuffer buffer(ServerHttpResponse response) {
			return response.bufferFactory().wrap("written".getBytes(StandardCharsets.UTF_8));
		}

		@GetMapping("/flux")
		Flux<String> flux() {
			return Flux.just("a", "b").delayElements(Duration.ofMillis(1));
		}

		@GetMapping(path = "/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<String> stream() {
			return Flux.just("a", "b").delayElements(Duration.ofMillis(1));
		}

		@GetMapping("/error")
		Mono<String> error() {
			return Mono.error(new ResponseStatusException(HttpStatus.CONFLICT));
		}

		@GetMapping("/thrown")
		String thrown() {
			throw new IllegalStateException("on purpose");
		}

		@GetMapping("/redirect")
		ResponseEntity<Void> redirect() {
			return ResponseEntity.status(HttpStatus.SEE_OTHER).header("Location", "/body").build();
		}

		/**
		 * As Spring Security does, which leaves caching headers alone that it finds.
		 */
		@GetMapping("/no-store")
		String noStore(ServerHttpResponse response) {
			response.beforeCommit(() -> {
				if (response.getHeaders().getFirst("Cache-Control") == null) {
					response.getHeaders().set("Cache-Control", "no-store");
				}
				return Mono.empty();
			});
			return "body";
		}

		@GetMapping("/public-entity")
		Mono<ResponseEntity<String>> publicEntity() {
			return Mono.just(ResponseEntity.ok()
				.cacheControl(CacheControl.maxAge(Duration.ofMinutes(1)).cachePublic())
				.body("public"));
		}

		@GetMapping("/public-write")
		Mono<Void> publicWrite(ServerHttpResponse response) {
			response.getHeaders().set("Cache-Control", PUBLIC);
			return response.writeWith(Mono.just(buffer(response)));
		}

		@GetMapping("/public-action")
		String publicAction(ServerHttpResponse response) {
			response.beforeCommit(() -> Mono.fromRunnable(() -> response.getHeaders().set("Cache-Control", PUBLIC)));
			return "public";
		}

		@GetMapping("/public-filter")
		Mono<Void> publicFilter() {
			return Mono.empty();
		}

		@GetMapping("/public-error")
		Mono<Void> publicError(ServerWebExchange exchange) {
			exchange.getResponse().getHeaders().set("Cache-Control", PUBLIC);
			return Mono.error(new ResponseStatusException(HttpStatus.GONE));
		}

		@GetMapping("/not-modified")
		ResponseEntity<Void> notModified() {
			return ResponseEntity.status(HttpStatus.NOT_MODIFIED).build();
		}

		@GetMapping("/etag")
		ResponseEntity<String> etag() {
			return ResponseEntity.ok().eTag("tag").body("tagged");
		}

		@GetMapping("/public-before-goal")
		Mono<String> publicBeforeGoal(ServerHttpResponse response) {
			response.getHeaders().set("Cache-Control", PUBLIC);
			return this.goals.track("public").thenReturn("tracked");
		}

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		static WebFilter publicFilterOfApplication() {
			return (exchange, chain) -> chain.filter(exchange).then(Mono.fromRunnable(() -> {
				if (exchange.getRequest().getPath().value().equals("/public-filter")) {
					exchange.getResponse().getHeaders().set("Cache-Control", PUBLIC);
				}
			}));
		}

	}

}
