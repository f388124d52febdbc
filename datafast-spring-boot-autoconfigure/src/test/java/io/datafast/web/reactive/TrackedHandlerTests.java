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

import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.datafast.VisitorIdResolver;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.testing.WebApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which tracked handler methods a warning at start-up names, since they cannot find their
 * visitor.
 */
@ExtendWith(OutputCaptureExtension.class)
class TrackedHandlerTests {

	@Test
	void namesEachMethodWithoutReactiveTypeAndParameterOnce(CapturedOutput output) {
		WebApplication.onNetty(Shop.class).close();
		assertThat(warnings(output)).hasSize(2)
			.anySatisfy(
					(line) -> assertThat(line).contains("Shop.lost ", "add a parameter '@VisitorId String visitorId'"))
			.anySatisfy((line) -> assertThat(line).contains("Shop.future "));
	}

	@Test
	void isSilentWhereTheVisitorIsFoundAnyway(CapturedOutput output) {
		WebApplication.onNetty(OwnResolver.class).close();
		Hooks.enableAutomaticContextPropagation();
		try {
			WebApplication.onNetty(Shop.class).close();
		}
		finally {
			Hooks.disableAutomaticContextPropagation();
		}
		WebApplication.onNetty(Shop.class, "datafast.enabled=false").close();
		WebApplication.onTomcat(ServletShop.class).close();
		assertThat(warnings(output)).isEmpty();
	}

	private static List<String> warnings(CapturedOutput output) {
		return output.getAll().lines().filter((line) -> line.contains("WARN")).toList();
	}

	@Import(Shop.class)
	static class OwnResolver {

		@Bean
		VisitorIdResolver ownResolver() {
			return () -> "visitor";
		}

	}

	interface Contract {

		String declared(@VisitorId String visitorId);

	}

	@RestController
	@Import(Service.class)
	static class Shop implements Contract {

		@GetMapping("/lost")
		@TrackGoal("lost")
		@TrackGoal("lost-too")
		String lost() {
			return "lost";
		}

		@GetMapping("/future")
		@TrackGoal("future")
		CompletableFuture<String> future() {
			return CompletableFuture.completedFuture("future");
		}

		@GetMapping("/parameter")
		@TrackGoal("parameter")
		String parameter(@VisitorId String visitorId) {
			return "parameter";
		}

		@Override
		@GetMapping("/declared")
		@TrackGoal("declared")
		public String declared(String visitorId) {
			return "declared";
		}

		@GetMapping("/expression")
		@TrackGoal(name = "expression", visitorId = "#customer")
		String expression(@RequestParam("customer") String customer) {
			return "expression";
		}

		@GetMapping("/mono")
		@TrackGoal("mono")
		Mono<String> mono() {
			return Mono.just("mono");
		}

		@GetMapping("/flux")
		@TrackGoal("flux")
		Flux<String> flux() {
			return Flux.just("flux");
		}

		@GetMapping("/untracked")
		String untracked() {
			return "untracked";
		}

	}

	static class Service {

		@TrackGoal("service")
		void call() {
		}

	}

	@RestController
	static class ServletShop {

		@GetMapping("/found")
		@TrackGoal("found")
		String found() {
			return "found";
		}

	}

}
