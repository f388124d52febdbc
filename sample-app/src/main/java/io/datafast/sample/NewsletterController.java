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

import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;

/**
 * The shortest way to a goal: an annotated handler method.
 */
@Controller
class NewsletterController {

	@PostMapping("/newsletter")
	@TrackGoal("newsletter_signup")
	String subscribe(@RequestParam String email,
			@GoalMetadata("source") @RequestParam(defaultValue = "page") String source) {
		if (!email.contains("@")) {
			throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "This is no email address");
		}
		return "redirect:/?notice=subscribed";
	}

}
