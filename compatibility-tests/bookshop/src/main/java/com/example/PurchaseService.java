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

import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import jakarta.persistence.EntityManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionalEventListener;

@Service
class PurchaseService {

	private static final Logger logger = LoggerFactory.getLogger(PurchaseService.class);

	private final Reservations reservations;

	PurchaseService(Reservations reservations) {
		this.reservations = reservations;
	}

	@Transactional
	@TrackGoal(name = "book:purchased", metadata = @GoalMetadata(key = "title", expression = "#result.book.title"))
	public Purchase buy(long book, int quantity) {
		Purchase purchase = this.reservations.reserve(book, quantity);
		if (purchase.getBook().getStock() < 0) {
			throw new OutOfStockException(purchase.getBook().getTitle());
		}
		return purchase;
	}

	@TransactionalEventListener
	public void purchased(Purchase purchase) {
		logger.info("Purchased: {}", purchase.getBook().getTitle());
	}

	@Component
	static class Reservations {

		private final EntityManager entityManager;

		private final ApplicationEventPublisher events;

		Reservations(EntityManager entityManager, ApplicationEventPublisher events) {
			this.entityManager = entityManager;
			this.events = events;
		}

		@Transactional
		@TrackGoal("book:reserved")
		public Purchase reserve(long book, int quantity) {
			Purchase purchase = new Purchase(this.entityManager.find(Book.class, book), quantity);
			this.entityManager.persist(purchase);
			this.entityManager.flush();
			purchase.getBook().take(quantity);
			this.events.publishEvent(purchase);
			return purchase;
		}

	}

	static class OutOfStockException extends RuntimeException {

		OutOfStockException(String title) {
			super(title + " is out of stock");
		}

	}

}
