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

package io.datafast.benchmarks;

import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.micrometer.core.annotation.Counted;

/**
 * The method that is called, once per way of watching it. What it does is next to
 * nothing, so that the rest shows.
 */
class CallTarget {

	Receipt plain(Order order, String source) {
		return new Receipt(order.total());
	}

	@TrackGoal("checkout")
	Receipt withoutMetadata(Order order, String source) {
		return new Receipt(order.total());
	}

	@TrackGoal("checkout")
	Receipt parameterMetadata(@GoalMetadata("plan") Object plan, @GoalMetadata("source") String source) {
		return new Receipt(0);
	}

	@TrackGoal(name = "checkout", metadata = { @GoalMetadata(key = "plan", expression = "#order.plan"),
			@GoalMetadata(key = "total", expression = "#result.total") })
	Receipt expressionMetadata(Order order, String source) {
		return new Receipt(order.total());
	}

	@TrackGoal(name = "checkout", condition = "#result.total > 0")
	Receipt condition(Order order, String source) {
		return new Receipt(order.total());
	}

	@Counted("checkout")
	Receipt counted(Order order, String source) {
		return new Receipt(order.total());
	}

	/**
	 * An argument.
	 *
	 * @param plan a text
	 * @param total a number
	 */
	public record Order(String plan, int total) {

		/**
		 * Returns the plan, as a getter for SpEL.
		 * @return the plan
		 */
		public String getPlan() {
			return this.plan;
		}

	}

	/**
	 * A result.
	 *
	 * @param total a number
	 */
	public record Receipt(int total) {

		/**
		 * Returns the total, as a getter for SpEL.
		 * @return the total
		 */
		public int getTotal() {
			return this.total;
		}

	}

}
