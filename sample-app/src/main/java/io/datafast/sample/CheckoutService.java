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

import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;

import org.springframework.stereotype.Service;

/**
 * A goal that depends on the result: a declined card returns a receipt as well, but is no
 * completed checkout.
 */
@Service
class CheckoutService {

	private final Payments payments;

	CheckoutService(Payments payments) {
		this.payments = payments;
	}

	@TrackGoal(name = "checkout:completed", condition = "#result.paid()",
			metadata = { @GoalMetadata(key = "plan", expression = "#order.plan.id"),
					@GoalMetadata(key = "total", expression = "#result.total()") })
	Receipt checkout(Order order) {
		if (order.card() == Card.DECLINED) {
			return new Receipt(false, 0);
		}
		// The provider's webhook will carry no cookie, so the visitor's id is stored.
		this.payments.add(order.plan(), order.visitorId());
		return new Receipt(true, order.plan().getPrice());
	}

}
