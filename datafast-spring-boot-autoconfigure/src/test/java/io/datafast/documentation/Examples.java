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

package io.datafast.documentation;

import java.util.List;
import java.util.Map;

import io.datafast.DataFastGoals;
import io.datafast.ReactiveDataFastGoals;
import io.datafast.test.MockDataFast;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What the Java of the manual uses of an application.
 */
public final class Examples {

	private Examples() {
	}

	/**
	 * The class around members and statements.
	 */
	public abstract static class Example {

		protected DataFastGoals goals;

		protected ReactiveDataFastGoals reactiveGoals;

		protected MockDataFast mockDataFast;

		protected Shop shop;

		protected Accounts accounts;

		protected String visitorId;

	}

	public interface Shop {

		void subscribe(String email);

		Receipt pay(Order order);

		Receipt pay(Order order, String coupon);

		String startPayment(Order order);

		Order findOrder(String orderId);

		@Nullable Order markAsPaid(Payment payment);

		void confirmPayment(Payment payment);

		void confirm(OrderPlaced event);

		void handle(Map<String, Object> event);

		String contact(String text);

	}

	public interface Accounts {

		Mono<Account> save(Account account);

	}

	public interface Account {

		void setPlan(String plan);

	}

	public interface Order {

		String getPlan();

		@Nullable String getVisitorId();

		void setVisitorId(@Nullable String visitorId);

	}

	public record Receipt(boolean paid, int total) {

	}

	public record Payment(String orderId) {

	}

	public record OrderPlaced(String orderId, String visitorId) {

	}

	public record Registration(String email, List<String> interests) {

	}

	public interface ConsentService {

		boolean isGivenForAnalytics();

	}

	public interface CurrentCustomer {

		@Nullable String getVisitorId();

	}

	public interface CampaignReport {

		void add(String goal, String outcome, String reason);

	}

	public interface GoalTopic {

		void send(String name, @Nullable String visitorId, Map<String, String> metadata);

	}

}
