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

package io.datafast.documentation;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.datafast.Goal;
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.json.JsonParserFactory;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The recipes for payment providers, with an event in the shape of Stripe's.
 */
class PaymentWebhookTests {

	private static final String EVENT = """
			{ "type": "%s", "data": { "object": { "object": "checkout.session", "amount_total": 2900,
			"currency": "usd", "metadata": { %s } } } }""";

	private final List<Goal> dispatched = new CopyOnWriteArrayList<>();

	@Test
	void aCompletedCheckoutIsAGoalOfTheVisitorInItsMetadata() {
		handle("checkout.session.completed", "\"datafast_visitor_id\": \"visitor-1\"");
		assertThat(this.dispatched)
			.containsExactly(Goal.of("payment").forVisitor("visitor-1").with("currency", "usd").with("amount", "2900"));
	}

	@Test
	void otherEventsAreNoGoals() {
		RecordedOutcomes outcomes = handle("checkout.session.expired", "\"datafast_visitor_id\": \"visitor-1\"");
		assertThat(this.dispatched).isEmpty();
		assertThat(outcomes.all()).isEmpty();
	}

	@Test
	void anEventWithoutVisitorIsSkipped() {
		RecordedOutcomes outcomes = handle("checkout.session.completed", "");
		assertThat(this.dispatched).isEmpty();
		assertThat(outcomes.outcomes()).containsExactly(new Skipped(Skipped.Reason.NO_VISITOR));
	}

	@Test
	void aWebhookThatIsRepeatedIsNoSecondGoal() {
		DataFastContextRunners.plain()
			.withPropertyValues("datafast.api-key=df_key")
			.withBean(GoalDispatcher.class, () -> this.dispatched::add)
			.withBean(Payments.class)
			.run((AssertableApplicationContext context) -> {
				context.getBean(Payments.class).confirmPayment(new Order("pro", "visitor-1"));
				context.getBean(Payments.class).confirmPayment(null);
				assertThat(context.getBean(RecordedOutcomes.class).all()).isEmpty();
			});
		assertThat(this.dispatched).containsExactly(Goal.of("payment").forVisitor("visitor-1").with("plan", "pro"));
	}

	private RecordedOutcomes handle(String type, String metadata) {
		RecordedOutcomes[] outcomes = new RecordedOutcomes[1];
		DataFastContextRunners.plain()
			.withPropertyValues("datafast.api-key=df_key")
			.withBean(GoalDispatcher.class, () -> this.dispatched::add)
			.withBean(Payments.class)
			.run((AssertableApplicationContext context) -> {
				context.getBean(Payments.class)
					.handle(JsonParserFactory.getJsonParser().parseMap(EVENT.formatted(type, metadata)));
				outcomes[0] = context.getBean(RecordedOutcomes.class);
			});
		return outcomes[0];
	}

	static class Payments {

		@TrackGoal(name = "payment", condition = "#event.type == 'checkout.session.completed'",
				visitorId = "#event.data.object.metadata.datafast_visitor_id",
				metadata = { @GoalMetadata(key = "currency", expression = "#event.data.object.currency"),
						@GoalMetadata(key = "amount", expression = "#event.data.object.amount_total") })
		public void handle(Map<String, Object> event) {
		}

		@TrackGoal(name = "payment", condition = "#result != null", visitorId = "#result.visitorId",
				metadata = @GoalMetadata(key = "plan", expression = "#result.plan"))
		public @Nullable Order confirmPayment(@Nullable Order confirmed) {
			return confirmed;
		}

	}

	public record Order(String plan, String visitorId) {

	}

}
