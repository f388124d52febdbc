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

import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.RecordedOutcomes;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.graphql.autoconfigure.GraphQlSourceBuilderCustomizer;
import org.springframework.boot.graphql.test.autoconfigure.GraphQlTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.graphql.test.tester.GraphQlTester;
import org.springframework.stereotype.Controller;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A slice of an application with GraphQL controllers.
 */
@GraphQlTest
class GraphQlSliceTests {

	@Autowired
	private GraphQlTester tester;

	@Autowired
	private RecordedOutcomes outcomes;

	@Test
	void controllersWorkWithoutVisitor() {
		this.tester.document("{ look }").execute().path("look").entity(String.class).isEqualTo("visitor: null");
		assertThat(this.outcomes.outcomes()).containsExactly(new Skipped(Skipped.Reason.DISABLED));
	}

	@Controller
	static class Shop {

		@QueryMapping
		@TrackGoal("looked")
		String look(@VisitorId String visitor) {
			return "visitor: " + visitor;
		}

	}

	@SpringBootConfiguration
	@Import({ Shop.class, RecordedOutcomes.class })
	static class Application {

		@Bean
		static GraphQlSourceBuilderCustomizer schema() {
			return (builder) -> builder
				.schemaResources(new ByteArrayResource("type Query { look: String }".getBytes(StandardCharsets.UTF_8)));
		}

	}

}
