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

import java.util.concurrent.atomic.AtomicInteger;

import io.datafast.annotation.TrackGoal;

import org.springframework.retry.annotation.Backoff;
import org.springframework.retry.annotation.Recover;
import org.springframework.retry.annotation.Retryable;
import org.springframework.stereotype.Service;

@Service
class SupplierService {

	private final AtomicInteger calls = new AtomicInteger();

	@Retryable(backoff = @Backoff(delay = 1))
	@TrackGoal("supply:ordered")
	public String order(String title, int failures) {
		if (this.calls.incrementAndGet() <= failures) {
			throw new IllegalStateException("The supplier is busy");
		}
		return title + " after " + this.calls.getAndSet(0) + " calls";
	}

	@Recover
	String orderLater(IllegalStateException ex, String title, int failures) {
		return title + " later, after " + this.calls.getAndSet(0) + " calls";
	}

}
