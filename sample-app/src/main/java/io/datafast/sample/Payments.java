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

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Repository;

/**
 * The payments that the provider has yet to confirm.
 */
@Repository
class Payments {

	private static final int LIMIT = 5;

	private final Deque<Payment> pending = new ArrayDeque<>();

	synchronized void add(Plan plan, @Nullable String visitorId) {
		this.pending.addFirst(new Payment(UUID.randomUUID().toString(), plan, visitorId));
		if (this.pending.size() > LIMIT) {
			this.pending.removeLast();
		}
	}

	synchronized List<Payment> findPending() {
		return List.copyOf(this.pending);
	}

	/**
	 * Confirm a payment. Providers repeat their webhooks, so it is returned only once.
	 */
	synchronized Optional<Payment> confirm(@Nullable String id) {
		Optional<Payment> payment = this.pending.stream().filter((candidate) -> candidate.id().equals(id)).findFirst();
		payment.ifPresent(this.pending::remove);
		return payment;
	}

	record Payment(String id, Plan plan, @Nullable String visitorId) {
	}

}
