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

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * A goal outside the visitor's own request: the visitor is the one stored with the
 * payment. A real webhook verifies the provider's signature first.
 */
@RestController
class PaymentWebhook {

	private final Payments payments;

	private final DataFastGoals goals;

	PaymentWebhook(Payments payments, DataFastGoals goals) {
		this.payments = payments;
		this.goals = goals;
	}

	@PostMapping("/webhooks/payments")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void paymentConfirmed(@RequestBody PaymentConfirmed event) {
		this.payments.confirm(event.paymentId())
			.map((payment) -> Goal.of("payment").forVisitor(payment.visitorId()).with("plan", payment.plan().getId()))
			.ifPresent(this.goals::track);
	}

	record PaymentConfirmed(@Nullable String paymentId) {
	}

}
