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

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

import io.datafast.Goal;
import io.datafast.VisitorIdResolver;
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Mutiny's types are what they would be without goals.
 */
class MutinyResultTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	@Test
	void aMultiRequestsWhatItsSubscriberRequests() {
		with((shop, outcomes) -> {
			List<Long> requests = new ArrayList<>();
			Multi<Integer> source = Multi.createFrom().range(0, 5).onRequest().invoke(requests::add);
			AssertSubscriber<Integer> subscriber = shop.multi(source)
				.subscribe()
				.withSubscriber(AssertSubscriber.create(0));
			subscriber.request(1).assertItems(0).request(2).assertItems(0, 1, 2);
			assertThat(this.dispatched).isEmpty();
			subscriber.request(2).assertItems(0, 1, 2, 3, 4).assertCompleted();
			assertThat(requests).containsExactly(1L, 2L, 2L);
			assertThat(this.dispatched).hasSize(1);
		});
	}

	@Test
	void tracksEachSubscription() {
		with((shop, outcomes) -> {
			Uni<String> uni = shop.uni(Uni.createFrom().item("value"));
			assertThat(this.dispatched).isEmpty();
			uni.await().indefinitely();
			uni.await().indefinitely();
			assertThat(this.dispatched).hasSize(2)
				.containsOnly(Goal.of("uni").forVisitor(VISITOR).with("result", "value"));
			Multi<String> multi = shop.multi(Multi.createFrom().items("a", "b"));
			multi.collect().asList().await().indefinitely();
			multi.collect().asList().await().indefinitely();
			assertThat(this.dispatched).hasSize(4);
		});
	}

	@Test
	void aNullItemAndAnEmptyStreamCountAsCompleted() {
		with((shop, outcomes) -> {
			assertThat(shop.uni(Uni.createFrom().nullItem()).await().indefinitely()).isNull();
			assertThat(shop.multi(Multi.createFrom().empty()).collect().asList().await().indefinitely()).isEmpty();
			assertThat(this.dispatched).extracting(Goal::name).containsExactly("uni", "multi");
		});
	}

	@Test
	void failuresPassAndTrackNothing() {
		with((shop, outcomes) -> {
			IllegalStateException failure = new IllegalStateException("on purpose");
			assertThat(shop.uni(Uni.createFrom().failure(failure))
				.subscribe()
				.withSubscriber(UniAssertSubscriber.create())
				.getFailure()).isSameAs(failure);
			assertThat(shop.multi(Multi.createFrom().failure(failure))
				.subscribe()
				.withSubscriber(AssertSubscriber.create(1))
				.getFailure()).isSameAs(failure);
			assertThat(this.dispatched).isEmpty();
		});
	}

	@Test
	void cancellationsPassAndTrackNothing() {
		with((shop, outcomes) -> {
			AtomicInteger cancelled = new AtomicInteger();
			shop.uni(Uni.createFrom().nothing().onCancellation().invoke(cancelled::incrementAndGet))
				.subscribe()
				.withSubscriber(UniAssertSubscriber.create())
				.cancel();
			shop.multi(Multi.createFrom().items(1, 2).onCancellation().invoke(cancelled::incrementAndGet))
				.subscribe()
				.withSubscriber(AssertSubscriber.create(1))
				.assertItems(1)
				.cancel();
			assertThat(cancelled).hasValue(2);
			assertThat(this.dispatched).isEmpty();
		});
	}

	@Test
	void aFailingExpressionIsCountedOnceAndDoesNotReachTheSubscriber() {
		with((shop, outcomes) -> {
			assertThat(shop.failing(Uni.createFrom().item("value")).await().indefinitely()).isEqualTo("value");
			assertThat(outcomes.outcomes()).containsExactly((GoalOutcome) new Dropped(Dropped.Reason.FAILED, null));
		});
	}

	private void with(BiConsumer<Shop, RecordedOutcomes> test) {
		DataFastContextRunners.plain()
			.withPropertyValues("datafast.api-key=df_key")
			.withBean(GoalDispatcher.class, () -> this.dispatched::add)
			.withBean(VisitorIdResolver.class, () -> () -> VISITOR)
			.withBean(Shop.class)
			.run((context) -> test.accept(context.getBean(Shop.class), context.getBean(RecordedOutcomes.class)));
	}

	static class Shop {

		@TrackGoal(name = "uni", metadata = @GoalMetadata(key = "result", expression = "#result"))
		<T> Uni<T> uni(Uni<T> given) {
			return given;
		}

		@TrackGoal("multi")
		<T> Multi<T> multi(Multi<T> given) {
			return given;
		}

		@TrackGoal(name = "failing", condition = "#result.missing")
		Uni<String> failing(Uni<String> given) {
			return given;
		}

	}

}
