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

package io.datafast.testing;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.datafast.Goal;
import io.datafast.delivery.GoalDeliveryListener;
import io.datafast.delivery.GoalOutcome;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Remembers every outcome.
 */
public class RecordedOutcomes implements GoalDeliveryListener {

	private final Queue<Recorded> recorded = new ConcurrentLinkedQueue<>();

	private final AtomicInteger size = new AtomicInteger();

	@Override
	public void onOutcome(Goal goal, GoalOutcome outcome) {
		this.recorded.add(new Recorded(goal, outcome, Thread.currentThread()));
		this.size.incrementAndGet();
	}

	public List<Recorded> all() {
		return List.copyOf(this.recorded);
	}

	public int size() {
		return this.size.get();
	}

	public List<GoalOutcome> outcomes() {
		return this.recorded.stream().map(Recorded::outcome).toList();
	}

	public long count(GoalOutcome outcome) {
		return this.recorded.stream().filter((entry) -> entry.outcome().equals(outcome)).count();
	}

	public <T extends GoalOutcome> long count(Class<T> type) {
		return this.recorded.stream().filter((entry) -> type.isInstance(entry.outcome())).count();
	}

	public List<Recorded> awaitCount(int count) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(60))
			.untilAsserted(() -> assertThat(this.recorded).hasSizeGreaterThanOrEqualTo(count));
		return all();
	}

	public <T extends GoalOutcome> T awaitSingle(Class<T> type) {
		List<Recorded> all = awaitCount(1);
		assertThat(all).hasSize(1);
		assertThat(all.get(0).outcome()).isInstanceOf(type);
		return type.cast(all.get(0).outcome());
	}

	public void clear() {
		this.recorded.clear();
		this.size.set(0);
	}

	/**
	 * A goal and what became of it.
	 *
	 * @param goal the goal
	 * @param outcome the outcome
	 * @param thread the thread that told it
	 */
	public record Recorded(Goal goal, GoalOutcome outcome, Thread thread) {
	}

}
