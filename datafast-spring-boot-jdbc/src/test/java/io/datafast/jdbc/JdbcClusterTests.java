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

package io.datafast.jdbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedGoal;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two nodes and one table. Each node calls a mock of its own, which tells who sent what.
 */
@EnabledIf(value = PostgreSqlServer.AVAILABLE, disabledReason = PostgreSqlServer.MISSING)
class JdbcClusterTests {

	private static final int GOALS = 2_000;

	private final MockDataFast firstMock = MockDataFast.start();

	private final MockDataFast secondMock = MockDataFast.start();

	@AfterEach
	void close() {
		this.firstMock.close();
		this.secondMock.close();
	}

	@Test
	void twoNodesShareTheWork() {
		String url = createBacklog();
		answer(MockAnswer.status(503));
		try (Node first = Node.deliveringPatiently(this.firstMock, url);
				Node second = Node.deliveringPatiently(this.secondMock, url)) {
			first.await("started");
			second.await("started");
			answer(MockAnswer.ok().after(Duration.ofMillis(10)));
			first.await("drained");
			second.await("drained");
		}
		List<String> received = received();
		assertThat(received).hasSize(GOALS).doesNotHaveDuplicates();
		assertThat(this.firstMock.getGoals()).hasSizeGreaterThan(GOALS / 10);
		assertThat(this.secondMock.getGoals()).hasSizeGreaterThan(GOALS / 10);
		System.out.println("first node " + this.firstMock.getGoals().size() + ", second node "
				+ this.secondMock.getGoals().size());
	}

	@Test
	void oneNodeFinishesWhatTheOtherHasLeft() {
		String url = createBacklog();
		answer(MockAnswer.status(503));
		try (Node first = Node.delivering(this.firstMock, url); Node second = Node.delivering(this.secondMock, url)) {
			first.await("started");
			second.await("started");
			answer(MockAnswer.ok().after(Duration.ofMillis(10)));
			Awaitility.await()
				.atMost(Duration.ofMinutes(2))
				.until(() -> this.firstMock.getGoals().size() > 50 && this.secondMock.getGoals().size() > 50);
			first.kill();
			second.await("drained");
		}
		List<String> received = received();
		assertThat(new HashSet<>(received)).hasSize(GOALS);
		assertThat(received.size() - GOALS).isBetween(0, Node.CONCURRENCY);
		System.out.println((received.size() - GOALS) + " arrived twice");
	}

	private void answer(MockAnswer answer) {
		this.firstMock.alwaysAnswer(answer);
		this.secondMock.alwaysAnswer(answer);
	}

	private List<String> received() {
		List<ReceivedGoal> all = new ArrayList<>(this.firstMock.getGoals());
		all.addAll(this.secondMock.getGoals());
		return all.stream().map(ReceivedGoal::name).toList();
	}

	private String createBacklog() {
		String url = PostgreSqlServer.shared().createDatabase();
		JdbcContextRunners.with(this.firstMock, url).run((context) -> {
			context.getBean(JdbcGoalDispatcher.class).stop();
			DataFastGoals goals = context.getBean(DataFastGoals.class);
			IntStream.range(0, GOALS).forEach((i) -> goals.track(Goal.of("goal-" + i).forVisitor("visitor-1")));
		});
		return url;
	}

}
