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

import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.WebApplication;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A {@code visitorId} expression decides alone, also within the request of another
 * visitor.
 */
class StoredVisitorTests {

	private static final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	private static WebApplication tomcat;

	private static WebApplication netty;

	@BeforeAll
	static void start() {
		tomcat = WebApplication.onTomcat(Application.class, "datafast.visitor.header-name=X-Visitor");
		netty = WebApplication.onNetty(Application.class, "datafast.visitor.header-name=X-Visitor");
	}

	@AfterAll
	static void stop() {
		tomcat.close();
		netty.close();
	}

	@BeforeEach
	void clear() {
		dispatched.clear();
		tomcat.outcomes().clear();
		netty.outcomes().clear();
	}

	@ParameterizedTest(name = "{0} of {1}: {2}")
	@MethodSource("requests")
	void inSpringMvc(String path, String stored, String expected) throws Exception {
		assertVisitor(tomcat, path, stored, expected);
	}

	@ParameterizedTest(name = "{0} of {1}: {2}")
	@MethodSource("requests")
	void inWebFlux(String path, String stored, String expected) throws Exception {
		assertVisitor(netty, path, stored, expected);
	}

	static Stream<Object[]> requests() {
		return Stream
			.of("/service", "/handler", "/argument", "/optional", "/object", "/method", "/future", "/mono", "/several",
					"/json", "/json-of-jackson-2")
			.flatMap((path) -> Stream.of(new Object[] { path, "the-customer", "the-customer" },
					new Object[] { path, "", null }, new Object[] { path, "the%20customer", null },
					new Object[] { path, "a".repeat(129), null }, new Object[] { path, "%C3%A9", null },
					new Object[] { path, "null", "null" }));
	}

	private static void assertVisitor(WebApplication application, String path, String stored, String expected)
			throws Exception {
		String query = stored.isEmpty() ? "" : "?visitor=" + stored;
		assertThat(
				application.post(path + query, "", "Cookie", "datafast_visitor_id=the-clerk", "X-Visitor", "the-clerk")
					.statusCode())
			.isEqualTo(200);
		int goals = path.equals("/several") ? 2 : 1;
		Awaitility.await().until(() -> dispatched.size() + application.outcomes().size() >= goals);
		assertThat(dispatched).filteredOn((goal) -> goal.name().equals("confirmed"))
			.extracting(Goal::visitorId)
			.containsExactlyElementsOf((expected != null) ? List.of(expected) : List.of());
		GoalOutcome noVisitor = new Skipped(Skipped.Reason.NO_VISITOR);
		assertThat(application.outcomes().outcomes())
			.containsExactlyElementsOf((expected != null) ? List.of() : List.of(noVisitor));
		if (path.equals("/several")) {
			assertThat(dispatched).filteredOn((goal) -> goal.name().equals("seen"))
				.extracting(Goal::visitorId)
				.containsExactly("the-clerk");
		}
	}

	record Order(String visitorId) {

		public Optional<String> visitor() {
			return Optional.ofNullable(this.visitorId);
		}

		public StringBuilder text() {
			return (this.visitorId != null) ? new StringBuilder(this.visitorId) : null;
		}

	}

	static class Orders {

		@TrackGoal(name = "confirmed", visitorId = "#order.visitorId")
		public void confirm(Order order) {
		}

	}

	@RestController
	static class Clerks {

		private final Orders orders;

		Clerks(Orders orders) {
			this.orders = orders;
		}

		@PostMapping("/service")
		public String service(@RequestParam(required = false) String visitor) {
			this.orders.confirm(new Order(visitor));
			return "ok";
		}

		@PostMapping("/handler")
		@TrackGoal(name = "confirmed", visitorId = "#visitor")
		public String handler(@RequestParam(required = false) String visitor) {
			return "ok";
		}

		@PostMapping("/argument")
		@TrackGoal(name = "confirmed", visitorId = "#visitor")
		public String argument(@RequestParam(required = false) String visitor, @VisitorId String clerk) {
			assertThat(clerk).isEqualTo("the-clerk");
			return "ok";
		}

		@PostMapping("/optional")
		@TrackGoal(name = "confirmed", visitorId = "#visitor")
		public String optional(@RequestParam Optional<String> visitor, @VisitorId Optional<String> clerk) {
			return "ok";
		}

		@PostMapping("/object")
		@TrackGoal(name = "confirmed", visitorId = "#result.text()")
		public Order object(@RequestParam(required = false) String visitor) {
			return new Order(visitor);
		}

		@PostMapping("/method")
		@TrackGoal(name = "confirmed", visitorId = "#result.visitor()")
		public Order method(@RequestParam(required = false) String visitor) {
			return new Order(visitor);
		}

		@PostMapping("/json")
		@TrackGoal(name = "confirmed", visitorId = "#result.get('visitor')")
		public tools.jackson.databind.node.ObjectNode json(@RequestParam(required = false) String visitor) {
			return tools.jackson.databind.node.JsonNodeFactory.instance.objectNode().put("visitor", visitor);
		}

		@PostMapping("/json-of-jackson-2")
		@TrackGoal(name = "confirmed", visitorId = "#root.target.parse(#visitor)")
		public String jsonOfJackson2(@RequestParam(required = false) String visitor) {
			return "ok";
		}

		public JsonNode parse(String visitor) {
			return JsonNodeFactory.instance.objectNode().put("visitor", visitor).get("visitor");
		}

		@PostMapping("/future")
		@TrackGoal(name = "confirmed", visitorId = "#result.visitorId")
		public CompletableFuture<Order> future(@RequestParam(required = false) String visitor) {
			return CompletableFuture.supplyAsync(() -> new Order(visitor));
		}

		@PostMapping("/mono")
		@TrackGoal(name = "confirmed", visitorId = "#result.visitorId")
		public Mono<Order> mono(@RequestParam(required = false) String visitor) {
			return Mono.fromSupplier(() -> new Order(visitor));
		}

		@PostMapping("/several")
		@TrackGoal(name = "confirmed", visitorId = "#visitor")
		@TrackGoal("seen")
		public Mono<String> several(@RequestParam(required = false) String visitor) {
			return Mono.just("ok");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Orders.class, Clerks.class })
	static class Application {

		@Bean
		GoalDispatcher goalDispatcher() {
			return dispatched::add;
		}

	}

}
