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

import java.util.Optional;

import io.datafast.DataFastGoals;
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class ShopController {

	private final DataFastGoals goals;

	ShopController(DataFastGoals goals) {
		this.goals = goals;
	}

	@PostMapping("/newsletter")
	@TrackGoal("newsletter_signup")
	ResponseEntity<Void> subscribe(@GoalMetadata("source") @RequestParam String source) {
		return source.isEmpty() ? ResponseEntity.badRequest().build() : ResponseEntity.noContent().build();
	}

	@PostMapping("/checkout")
	@TrackGoal(name = "checkout:completed", condition = "#result.paid()",
			metadata = { @GoalMetadata(key = "plan", expression = "#order.plan"),
					@GoalMetadata(key = "total", expression = "#result.total()") })
	Receipt checkout(@RequestBody Order order) {
		return new Receipt(true, 29);
	}

	@PostMapping("/trial")
	void startTrial() {
		this.goals.track("trial_started");
	}

	@GetMapping("/visitor")
	String visitor(@VisitorId Optional<String> visitorId) {
		return visitorId.orElse("nobody");
	}

	record Order(String plan) {
	}

	record Receipt(boolean paid, int total) {
	}

}
