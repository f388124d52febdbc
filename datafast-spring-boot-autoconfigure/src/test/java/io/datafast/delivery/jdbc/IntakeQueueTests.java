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

package io.datafast.delivery.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.jdbc.GoalTable.NewGoal;
import io.datafast.delivery.jdbc.IntakeTask.Patience;
import io.datafast.delivery.jdbc.IntakeTask.Waiting;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Goals that wait together for a database that is away do not share their fate.
 */
class IntakeQueueTests {

	private static final Duration LONG = Duration.ofSeconds(60);

	private final LeavingDataSource database = new LeavingDataSource(
			new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", ""));

	private final GoalStore store = new GoalStore(this.database, null, "datafast_goals", (goal) -> new byte[1],
			(data) -> Map.of());

	private final RecordedOutcomes outcomes = new RecordedOutcomes();

	private final Backlog backlog = new Backlog(100, 100);

	private final IntakeLedger ledger = new IntakeLedger(this.backlog,
			new GoalOutcomePublisher(() -> List.of(this.outcomes)), () -> {
			});

	private GoalTable table;

	private IntakeQueue queue;

	@BeforeEach
	void start() {
		new GoalTableInitializer(this.store).initialize(SchemaInitialization.ALWAYS);
		this.table = this.store.table();
		GoalWriter writer = this.store.writer(this.table);
		this.queue = new IntakeQueue(() -> writer, (answered) -> {
		});
	}

	@AfterEach
	void stop() {
		this.queue.stop(Duration.ZERO);
	}

	@Test
	void aGoalIsNotGivenUpAtTheAgeOfAnother() {
		this.database.leave();
		Patience patience = new Patience(Duration.ofHours(1), Duration.ofHours(2));
		long now = System.nanoTime();
		add(patience, "old", now - patience.ordinary().toNanos());
		add(patience, "young", now);
		assertThat(this.outcomes.awaitSingle(Dropped.class).reason()).isEqualTo(Dropped.Reason.FAILED);
		assertThat(this.outcomes.all().get(0).goal().name()).isEqualTo("old");
		this.database.comeBack();
		Awaitility.await().atMost(LONG).until(() -> this.table.count().waiting() == 1);
		this.queue.stop(LONG);
		assertThat(this.outcomes.all()).hasSize(1);
		assertThat(this.backlog.waitingCount()).isOne();
	}

	@Test
	void aGoalThatTurnsOutToBeThereAlreadyIsStored() {
		NewGoal goal = new NewGoal(GoalId.create(Instant.now()), Goal.of("there"));
		this.store.writer(this.table).write(List.of(goal));
		Patience patience = new Patience(Duration.ofHours(1), Duration.ofHours(2));
		add(patience, goal, System.nanoTime());
		add(patience, "other", System.nanoTime());
		Awaitility.await().atMost(LONG).until(() -> this.table.count().waiting() == 2);
		this.queue.stop(LONG);
		assertThat(this.outcomes.all()).isEmpty();
		assertThat(this.backlog.waitingCount()).isEqualTo(2);
	}

	private void add(Patience patience, String name, long since) {
		add(patience, new NewGoal(GoalId.create(Instant.now()), Goal.of(name)), since);
	}

	private void add(Patience patience, NewGoal goal, long since) {
		assertThat(this.ledger.admit(goal)).isTrue();
		this.queue.add(new WriteTask(this.ledger, patience, List.of(new Waiting(goal, since)), false));
	}

}
