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

import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.NotBlank;

import org.springframework.stereotype.Controller;
import org.springframework.validation.BindingResult;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * The shortest way to a goal: an annotated handler method. A form that has errors is
 * shown again, and is no goal.
 */
@Controller
class NewsletterController {

	@PostMapping("/newsletter")
	@TrackGoal("newsletter_signup")
	String subscribe(@Valid Signup signup, BindingResult errors,
			@GoalMetadata("source") @RequestParam(defaultValue = "page") String source) {
		return errors.hasErrors() ? "shop" : "redirect:/?notice=subscribed#newsletter";
	}

	record Signup(@NotBlank(message = "Please enter your email address.") @Email(
			message = "This is not an email address.") String email) {
	}

}
