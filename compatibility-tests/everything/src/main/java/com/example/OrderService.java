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
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
class OrderService {

	private final JdbcTemplate jdbc;

	private final DataFastGoals goals;

	OrderService(JdbcTemplate jdbc, DataFastGoals goals) {
		this.jdbc = jdbc;
		this.goals = goals;
	}

	@Transactional
	@TrackGoal(name = "order:stored", metadata = @GoalMetadata(key = "orders", expression = "@orderService.count()"))
	public void place(Order order) {
		this.jdbc.update("insert into orders (plan) values (?)", order.plan());
		this.goals.track("order:placed");
		if (order.price() <= 0) {
			throw new IllegalArgumentException("There is no price");
		}
	}

	public int count() {
		Integer count = this.jdbc.queryForObject("select count(*) from orders", Integer.class);
		return (count != null) ? count : 0;
	}

}
