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

package io.datafast.autoconfigure;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.delivery.DeliveryContext;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.http.client.observation.ClientRequestObservationContext;

import static org.assertj.core.api.Assertions.assertThat;

class TracingTests {

	private final MockDataFast mock = MockDataFast.start();

	private final Queue<Observation.ContextView> parents = new ConcurrentLinkedQueue<>();

	private final ObservationRegistry registry = ObservationRegistry.create();

	private final ApplicationContextRunner runner = DataFastContextRunners.with(this.mock)
		.withPropertyValues("datafast.delivery.initial-backoff=1ms")
		.withBean(ObservationRegistry.class, () -> this.registry);

	TracingTests() {
		this.registry.observationConfig().observationHandler(new ParentHandler());
	}

	@AfterEach
	void closeMock() {
		this.mock.close();
	}

	@Test
	void everyAttemptBelongsToTheObservationInWhichTheGoalWasTracked() {
		this.mock.answer(MockAnswer.status(500));
		this.runner.run((context) -> {
			Observation request = Observation.start("request", this.registry);
			request.scoped(() -> track(context.getBean(DataFastGoals.class)));
			request.stop();
			context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
			assertThat(this.parents).hasSize(2).allMatch((parent) -> parent == request.getContextView());
		});
	}

	@Test
	void goalsOutsideOfAnyObservationHaveNoParent() {
		this.runner.run((context) -> {
			track(context.getBean(DataFastGoals.class));
			context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
			assertThat(this.parents).isEmpty();
		});
	}

	@Test
	void worksWithoutContextPropagation() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer.context")).run((context) -> {
			assertThat(context).doesNotHaveBean(DeliveryContext.class);
			track(context.getBean(DataFastGoals.class));
			context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
		});
	}

	private static void track(DataFastGoals goals) {
		goals.track(Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR));
	}

	private final class ParentHandler implements ObservationHandler<ClientRequestObservationContext> {

		@Override
		public void onStart(ClientRequestObservationContext context) {
			if (context.getParentObservation() != null) {
				TracingTests.this.parents.add(context.getParentObservation().getContextView());
			}
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof ClientRequestObservationContext;
		}

	}

}
