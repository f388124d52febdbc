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

package io.datafast.sample;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.datafast.Goal;
import io.datafast.delivery.GoalDeliveryListener;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Rejected;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedGoal;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * The latest goals, newest first: what became of them and, where DataFast runs
 * in-process, how they arrived there.
 */
@Component
class GoalBoard implements GoalDeliveryListener {

	private static final int LIMIT = 50;

	private final Deque<Outcome> outcomes = new ArrayDeque<>();

	private final ObjectProvider<MockDataFast> inProcessDataFast;

	GoalBoard(ObjectProvider<MockDataFast> inProcessDataFast) {
		this.inProcessDataFast = inProcessDataFast;
	}

	@Override
	public void onOutcome(Goal goal, GoalOutcome outcome) {
		synchronized (this.outcomes) {
			this.outcomes.addFirst(new Outcome(goal.name(), abbreviate(goal.visitorId()), describe(outcome)));
			if (this.outcomes.size() > LIMIT) {
				this.outcomes.removeLast();
			}
		}
	}

	private static String describe(GoalOutcome outcome) {
		if (outcome instanceof Created) {
			return "created";
		}
		if (outcome instanceof Skipped skipped) {
			return "skipped: " + inWords(skipped.reason());
		}
		if (outcome instanceof Dropped dropped) {
			return "dropped: " + inWords(dropped.reason());
		}
		return "rejected: " + ((Rejected) outcome).exception().getMessage();
	}

	private static String inWords(Enum<?> reason) {
		return reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
	}

	Snapshot snapshot() {
		return new Snapshot(received(), outcomes());
	}

	private List<Received> received() {
		List<ReceivedGoal> goals = this.inProcessDataFast.stream()
			.flatMap((dataFast) -> dataFast.getGoals().stream())
			.toList();
		List<ReceivedGoal> latest = new ArrayList<>(goals.subList(Math.max(0, goals.size() - LIMIT), goals.size()));
		Collections.reverse(latest);
		return latest.stream().map(Received::of).toList();
	}

	private List<Outcome> outcomes() {
		synchronized (this.outcomes) {
			return List.copyOf(this.outcomes);
		}
	}

	/**
	 * A visitor id is personal data, so the page does not show the whole of it.
	 */
	private static String abbreviate(@Nullable String visitorId) {
		return (visitorId != null) ? visitorId.substring(0, Math.min(8, visitorId.length() / 2)) + "..." : "none";
	}

	record Snapshot(List<Received> received, List<Outcome> outcomes) {
	}

	record Received(String goal, String visitor, Map<String, String> metadata) {

		static Received of(ReceivedGoal goal) {
			return new Received(goal.name(), abbreviate(goal.visitorId()), goal.metadata());
		}

	}

	record Outcome(String goal, String visitor, String outcome) {
	}

}
