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

import java.util.List;

import io.datafast.sample.NewsletterController.Signup;
import io.datafast.sample.Payments.Payment;

import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;

@Controller
class ShopController {

	@GetMapping("/")
	String shop(Model model) {
		model.addAttribute(new Signup("ada@example.org"));
		return "shop";
	}

	/**
	 * What the page shows, also where a form with errors is shown again.
	 */
	@ControllerAdvice(assignableTypes = { ShopController.class, NewsletterController.class })
	static class PageAttributes {

		private final Payments payments;

		private final TrackingScript script;

		PageAttributes(Payments payments, TrackingScript script) {
			this.payments = payments;
			this.script = script;
		}

		@ModelAttribute("plans")
		Plan[] plans() {
			return Plan.values();
		}

		@ModelAttribute("payments")
		List<Payment> payments() {
			return this.payments.findPending();
		}

		@ModelAttribute("script")
		TrackingScript script() {
			return this.script;
		}

	}

}
