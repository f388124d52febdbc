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

package io.datafast.sample.demo;

import java.util.Map;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.client.RestClient;

/**
 * Calls the webhook as a payment provider does: from its own server, without the
 * visitor's cookie.
 */
@Controller
class SimulatedPaymentProvider {

	private final RestClient restClient = RestClient.create();

	@PostMapping("/simulated-payment-provider")
	String confirm(@RequestParam String paymentId, HttpServletRequest request) {
		this.restClient.post()
			.uri("http://localhost:{port}/webhooks/payments", request.getLocalPort())
			.contentType(MediaType.APPLICATION_JSON)
			.body(Map.of("paymentId", paymentId))
			.retrieve()
			.toBodilessEntity();
		return "redirect:/?notice=confirmed#webhook";
	}

}
