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

import io.datafast.test.MockDataFast;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseBody;

@Controller
class ShopController {

	private final Payments payments;

	private final GoalBoard board;

	private final TrackingScript script;

	private final boolean inProcess;

	ShopController(Payments payments, GoalBoard board, TrackingScript script,
			ObjectProvider<MockDataFast> inProcessDataFast) {
		this.payments = payments;
		this.board = board;
		this.script = script;
		this.inProcess = inProcessDataFast.getIfAvailable() != null;
	}

	@GetMapping("/")
	String shop(Model model) {
		model.addAttribute("plans", Plan.values());
		model.addAttribute("payments", this.payments.findPending());
		model.addAttribute("board", this.board.snapshot());
		model.addAttribute("script", this.script);
		model.addAttribute("inProcess", this.inProcess);
		return "shop";
	}

	@GetMapping("/goals")
	@ResponseBody
	GoalBoard.Snapshot goals() {
		return this.board.snapshot();
	}

}
