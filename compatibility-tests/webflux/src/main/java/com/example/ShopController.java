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

package com.example;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.ReactiveDataFastGoals;
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import reactor.core.publisher.Mono;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class ShopController {

	private final DataFastGoals goals;

	private final ReactiveDataFastGoals reactiveGoals;

	ShopController(DataFastGoals goals, ReactiveDataFastGoals reactiveGoals) {
		this.goals = goals;
		this.reactiveGoals = reactiveGoals;
	}

	@PostMapping("/newsletter")
	@TrackGoal(name = "newsletter_signup", condition = "#result == 'subscribed'")
	public Mono<String> subscribe(@GoalMetadata("source") @RequestParam String source) {
		return Mono.just("subscribed");
	}

	@PostMapping("/contact")
	@TrackGoal("contacted")
	public String contact(@RequestBody String message, @VisitorId String visitorId) {
		return message;
	}

	@GetMapping(path = "/page", produces = "text/html")
	public Mono<String> page(@VisitorId String visitorId) {
		return Mono.just(visitorId);
	}

	@PostMapping("/trial")
	public Mono<String> startTrial(@VisitorId String visitorId) {
		this.goals.track(Goal.of("trial_wanted").forVisitor(visitorId));
		return Mono.just(visitorId).flatMap((value) -> this.reactiveGoals.track("trial_started").thenReturn(value));
	}

}
