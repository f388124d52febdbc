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

package io.datafast.sample.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import io.datafast.sample.demo.Journal.Entry;
import io.datafast.sample.demo.Journal.GoalEntry;
import io.datafast.test.ReceivedGoal;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseBody;

/**
 * The panel. The shop's page includes it, and refreshes it from {@code /demo}.
 */
@Controller("demo")
class DemoController {

	private static final int LIMIT = 30;

	private final Journal journal;

	private final @Nullable InProcessDataFast dataFast;

	DemoController(Journal journal, ObjectProvider<InProcessDataFast> dataFast) {
		this.journal = journal;
		this.dataFast = dataFast.getIfAvailable();
	}

	@GetMapping("/demo")
	String panel() {
		return "demo";
	}

	public Behaviour[] getBehaviours() {
		return Behaviour.values();
	}

	@PostMapping("/demo")
	String behave(@RequestParam Behaviour behaviour) {
		if (this.dataFast != null) {
			this.dataFast.behave(behaviour);
		}
		return "redirect:/";
	}

	/**
	 * What the panel shows, for scripts.
	 */
	@GetMapping("/goals")
	@ResponseBody
	public State getState() {
		return new State((this.dataFast != null) ? this.dataFast.getBehaviour() : null, getReceived(),
				this.journal.getEntries());
	}

	private List<Received> getReceived() {
		List<ReceivedGoal> goals = (this.dataFast != null) ? this.dataFast.getGoals() : List.of();
		List<Received> latest = new ArrayList<>(
				goals.subList(Math.max(0, goals.size() - LIMIT), goals.size()).stream().map(Received::of).toList());
		Collections.reverse(latest);
		return latest;
	}

	/**
	 * What the panel shows.
	 *
	 * @param behaviour how DataFast behaves, or {@code null} if it is the real one
	 * @param received what it received, the newest first
	 * @param posts the shop's form posts, the newest first
	 */
	record State(@Nullable Behaviour behaviour, List<Received> received, List<Entry> posts) {

		public long getPending() {
			return count(GoalEntry::isPending);
		}

		public long getArrived() {
			return count((goal) -> goal.outcome().equals("created"));
		}

		public long getLost() {
			return count(GoalEntry::isLost);
		}

		private long count(Predicate<GoalEntry> condition) {
			return this.posts.stream().map(Entry::goal).filter((goal) -> goal != null && condition.test(goal)).count();
		}

	}

	record Received(String goal, String visitor, Map<String, String> metadata) {

		static Received of(ReceivedGoal goal) {
			return new Received(goal.name(), Journal.abbreviate(goal.visitorId()), goal.metadata());
		}

	}

}
