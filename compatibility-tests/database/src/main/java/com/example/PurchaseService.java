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
import io.datafast.annotation.TrackGoal;
import jakarta.persistence.EntityManager;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
public class PurchaseService {

	private final EntityManager entityManager;

	private final DataFastGoals goals;

	PurchaseService(EntityManager entityManager, DataFastGoals goals) {
		this.entityManager = entityManager;
		this.goals = goals;
	}

	@Transactional
	public void buy(String id, boolean failing) {
		this.entityManager.persist(new Purchase(id));
		this.goals.track(Goal.of("purchase").forVisitor(id));
		if (failing) {
			throw new IllegalStateException("expected");
		}
	}

	@Transactional(readOnly = true)
	public void view(String id) {
		this.entityManager.find(Purchase.class, id);
		this.goals.track(Goal.of("view").forVisitor(id));
	}

	@Transactional
	@TrackGoal(name = "refund", visitorId = "#id")
	public void refund(String id) {
		this.entityManager.remove(this.entityManager.find(Purchase.class, id));
	}

}
