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

import java.util.function.IntSupplier;

import io.datafast.support.ReactiveTrackingContexts;
import io.datafast.support.TrackingContext.HandlerResponse;
import io.datafast.testing.WebApplication;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How the response to a handler method's request is found.
 */
class HandlerResponseTests {

	@Test
	void servletResponseIsFoundOnTheThreadOfTheRequest() throws Exception {
		try (WebApplication application = WebApplication.onTomcat(ServletHandlers.class)) {
			assertThat(application.get("/unset").body()).isEqualTo("200");
			assertThat(application.get("/set").body()).isEqualTo("409");
			assertThat(application.bean(HandlerResponse.class).findStatus(new Object[0])).isNull();
		}
	}

	@Test
	void reactiveResponseIsFoundInArgumentsAndInTheContext() throws Exception {
		try (WebApplication application = WebApplication.onNetty(ReactiveHandlers.class)) {
			assertThat(application.get("/unset").body()).isEqualTo("200");
			assertThat(application.get("/set").body()).isEqualTo("409");
			assertThat(application.get("/exchange").body()).isEqualTo("200 409");
			assertThat(application.get("/context").body()).isEqualTo("200 409");
			assertThat(application.bean(HandlerResponse.class).findStatus(new Object[] { "text", null })).isNull();
		}
	}

	@RestController
	static class ServletHandlers {

		private final HandlerResponse response;

		ServletHandlers(HandlerResponse response) {
			this.response = response;
		}

		@GetMapping("/unset")
		String unset() {
			return String.valueOf(this.response.findStatus(new Object[0]).getAsInt());
		}

		@GetMapping("/set")
		String set(HttpServletResponse servletResponse) {
			IntSupplier status = this.response.findStatus(new Object[0]);
			servletResponse.setStatus(409);
			return String.valueOf(status.getAsInt());
		}

	}

	@RestController
	static class ReactiveHandlers {

		private final HandlerResponse ofArguments;

		private final ReactiveTrackingContexts.HandlerResponse ofContext;

		ReactiveHandlers(HandlerResponse ofArguments, ReactiveTrackingContexts.HandlerResponse ofContext) {
			this.ofArguments = ofArguments;
			this.ofContext = ofContext;
		}

		@GetMapping("/unset")
		String unset(ServerHttpResponse response) {
			return String.valueOf(this.ofArguments.findStatus(new Object[] { null, response }).getAsInt());
		}

		@GetMapping("/set")
		String set(ServerHttpResponse response) {
			IntSupplier status = this.ofArguments.findStatus(new Object[] { response });
			response.setStatusCode(HttpStatus.CONFLICT);
			return String.valueOf(status.getAsInt());
		}

		@GetMapping("/exchange")
		String exchange(ServerWebExchange exchange) {
			return beforeAndAfter(this.ofArguments.findStatus(new Object[] { exchange }), exchange.getResponse());
		}

		@GetMapping("/context")
		Mono<String> context(ServerHttpResponse response) {
			return Mono
				.deferContextual((context) -> Mono.just(beforeAndAfter(this.ofContext.findStatus(context), response)));
		}

		private static String beforeAndAfter(IntSupplier status, ServerHttpResponse response) {
			int before = status.getAsInt();
			response.setStatusCode(HttpStatus.CONFLICT);
			return before + " " + status.getAsInt();
		}

	}

}
