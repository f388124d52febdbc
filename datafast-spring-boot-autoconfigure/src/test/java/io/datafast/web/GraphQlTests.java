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

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;

import io.datafast.VisitorIdResolver;
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.autoconfigure.DataFastGraphQlAutoConfiguration;
import io.datafast.testing.WebApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.graphql.autoconfigure.GraphQlAutoConfiguration;
import org.springframework.boot.graphql.autoconfigure.GraphQlSourceBuilderCustomizer;
import org.springframework.boot.graphql.autoconfigure.reactive.GraphQlWebFluxAutoConfiguration;
import org.springframework.boot.graphql.autoconfigure.servlet.GraphQlWebMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.stereotype.Controller;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The visitor of GraphQL controllers.
 */
class GraphQlTests {

	private static final String VISITOR = "Cookie";

	private static final String COOKIE = "datafast_visitor_id=visitor-1";

	@ParameterizedTest
	@EnumSource
	void theParameterGetsTheVisitor(Server server) throws Exception {
		try (WebApplication application = server.start(Shop.class)) {
			checkParameters(application);
		}
	}

	@ParameterizedTest
	@EnumSource
	@EnabledForJreRange(min = JRE.JAVA_21)
	void theParameterGetsTheVisitorOnVirtualThreads(Server server) throws Exception {
		try (WebApplication application = server.start(Shop.class, "spring.threads.virtual.enabled=true")) {
			checkParameters(application);
			assertThat(ask(application, "mutation { thread }")).contains("virtual=true");
		}
	}

	private static void checkParameters(WebApplication application) throws Exception {
		assertThat(ask(application, "{ look }", VISITOR, COOKIE)).contains("\"look\":\"visitor-1\"");
		assertThat(ask(application, "{ look }")).contains("\"look\":\"none\"");
		assertThat(ask(application, "{ look }", VISITOR, "datafast_visitor_id=a%20b")).contains("\"look\":\"none\"");
		assertThat(ask(application, "mutation { buy(plan: \\\"pro\\\") }", VISITOR, COOKIE))
			.contains("\"buy\":\"pro for visitor-1\"");
		assertThat(ask(application, "mutation { buy(plan: \\\"free\\\") }")).contains("\"buy\":\"free for null\"");
		assertThat(application.mock()).received("bought").forVisitor("visitor-1").withMetadata("plan", "pro");
		assertThat(ask(application, "mutation { buyLater }", VISITOR, COOKIE)).contains("\"buyLater\":\"visitor-1\"");
		assertThat(application.mock()).received("bought_later").forVisitor("visitor-1").once();
		assertThat(application.mock()).received("bought", 1);
	}

	@ParameterizedTest
	@EnumSource
	void aMonoFindsTheVisitorWithoutParameter(Server server) throws Exception {
		try (WebApplication application = server.start(Shop.class)) {
			assertThat(ask(application, "mutation { subscribeLater }", VISITOR, COOKIE)).contains("done");
			assertThat(application.mock()).received("subscribed_later").forVisitor("visitor-1").once();
		}
	}

	@Test
	void aMethodOnTheThreadOfAServletRequestFindsTheVisitorWithoutParameter() throws Exception {
		try (WebApplication application = Server.TOMCAT.start(Shop.class)) {
			assertThat(ask(application, "mutation { subscribe }", VISITOR, COOKIE)).contains("done");
			assertThat(application.mock()).received("subscribed").forVisitor("visitor-1").once();
		}
	}

	@ParameterizedTest
	@EnumSource
	void aResolverOfTheApplicationDecides(Server server) throws Exception {
		try (WebApplication application = server.start(ShopWithResolver.class)) {
			assertThat(ask(application, "{ look }", VISITOR, COOKIE)).contains("\"look\":\"visitor-of-account\"");
		}
	}

	private static String ask(WebApplication application, String query, String... headers) throws Exception {
		String[] all = Stream.concat(Stream.of("Content-Type", "application/json"), Stream.of(headers))
			.toArray(String[]::new);
		return application.post("/graphql", "{\"query\":\"" + query + "\"}", all).body();
	}

	@Controller
	@ImportAutoConfiguration({ DataFastGraphQlAutoConfiguration.class, GraphQlAutoConfiguration.class,
			GraphQlWebFluxAutoConfiguration.class, GraphQlWebMvcAutoConfiguration.class,
			TaskExecutionAutoConfiguration.class })
	static class Shop {

		@Bean
		static GraphQlSourceBuilderCustomizer schema() {
			return (builder) -> builder.schemaResources(new ByteArrayResource("""
					type Query { look: String }
					type Mutation {
						buy(plan: String): String
						buyLater: String
						subscribe: String
						subscribeLater: String
						thread: String
					}
					""".getBytes(StandardCharsets.UTF_8)));
		}

		@QueryMapping
		String look(@VisitorId Optional<String> visitor) {
			return visitor.orElse("none");
		}

		@MutationMapping
		@TrackGoal("bought")
		String buy(@GoalMetadata @Argument String plan, @VisitorId String visitor) {
			return plan + " for " + visitor;
		}

		@MutationMapping
		@TrackGoal("bought_later")
		Mono<String> buyLater(@VisitorId String visitor) {
			return Mono.fromSupplier(() -> visitor);
		}

		@MutationMapping
		@TrackGoal("subscribed")
		String subscribe() {
			return "done";
		}

		@MutationMapping
		@TrackGoal("subscribed_later")
		Mono<String> subscribeLater() {
			return Mono.fromSupplier(() -> "done");
		}

		@MutationMapping
		String thread() throws Exception {
			return "virtual=" + Thread.class.getMethod("isVirtual").invoke(Thread.currentThread());
		}

	}

	static class ShopWithResolver extends Shop {

		@Bean
		static VisitorIdResolver visitorOfAccount() {
			return () -> "visitor-of-account";
		}

	}

}
