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

import java.util.Optional;

import io.datafast.annotation.VisitorId;

import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

@Controller
class CheckoutController {

	private final CheckoutService checkoutService;

	CheckoutController(CheckoutService checkoutService) {
		this.checkoutService = checkoutService;
	}

	@PostMapping("/checkout")
	String checkout(@RequestParam Plan plan, @RequestParam Card card, @VisitorId Optional<String> visitorId) {
		Receipt receipt = this.checkoutService.checkout(new Order(plan, card, visitorId.orElse(null)));
		return receipt.paid() ? "redirect:/?notice=paid#checkout" : "redirect:/?notice=declined#checkout";
	}

}
