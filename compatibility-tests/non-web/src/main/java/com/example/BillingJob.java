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
import io.datafast.GoalReceipt;
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;

import org.springframework.stereotype.Service;

@Service
class BillingJob {

	private final DataFastGoals goals;

	BillingJob(DataFastGoals goals) {
		this.goals = goals;
	}

	@TrackGoal(name = "invoice:paid", condition = "#result > 0", visitorId = "#invoice.visitorId()",
			metadata = @GoalMetadata(key = "amount", expression = "#result"))
	int collect(Invoice invoice) {
		return invoice.amount();
	}

	void remind(Invoice invoice) {
		this.goals.track(Goal.of("invoice:reminded").forVisitor(invoice.visitorId()).with("amount", invoice.amount()));
	}

	GoalReceipt refund(Invoice invoice) {
		return this.goals.create(Goal.of("invoice:refunded").forVisitor(invoice.visitorId()));
	}

}
