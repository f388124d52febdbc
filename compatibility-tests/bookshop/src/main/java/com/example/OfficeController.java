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

import java.util.concurrent.CompletableFuture;

import io.datafast.annotation.TrackGoal;
import jakarta.validation.constraints.Positive;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.CookieValue;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api")
class OfficeController {

	private final MailService mails;

	private final PriceService prices;

	private final RevenueService revenue;

	private final SupplierService suppliers;

	OfficeController(MailService mails, PriceService prices, RevenueService revenue, SupplierService suppliers) {
		this.mails = mails;
		this.prices = prices;
		this.revenue = revenue;
		this.suppliers = suppliers;
	}

	@PostMapping("/mails")
	@TrackGoal("mail:requested")
	CompletableFuture<String> mail(@RequestParam String text, @CookieValue("datafast_visitor_id") String visitorId) {
		return this.mails.send(text, visitorId);
	}

	@GetMapping("/prices/{book}")
	int price(@PathVariable @Positive long book) {
		return this.prices.priceWithTax(book);
	}

	@GetMapping("/revenue")
	String revenue() {
		return this.revenue.revenue();
	}

	@DeleteMapping("/revenue")
	void resetRevenue() {
		this.revenue.reset();
	}

	@PostMapping("/supplies")
	String supply(@RequestParam String title, @RequestParam int failures) {
		return this.suppliers.order(title, failures);
	}

	@GetMapping("/failure")
	@TrackGoal("failure:seen")
	void fail() {
		throw new IllegalStateException("There is a mistake");
	}

	@ExceptionHandler
	@ResponseStatus(HttpStatus.BAD_REQUEST)
	String illegalArgument(IllegalArgumentException ex) {
		return ex.getMessage();
	}

}
