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

import java.time.Duration;
import java.util.Locale;

import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;

/**
 * How DataFast can be told to behave.
 */
enum Behaviour {

	ANSWERS("Answers", "Each goal is taken at once."),

	SLOW("Slow", "Each answer takes three seconds."),

	DOWN("Down", "Connections are refused."),

	RATE_LIMITED("Rate limited", "429 with Retry-After: 3 seconds."),

	UNKNOWN_VISITOR("Unknown visitor", "404, as before the first page view.");

	private static final Duration LATENCY = Duration.ofSeconds(3);

	private final String label;

	private final String description;

	Behaviour(String label, String description) {
		this.label = label;
		this.description = description;
	}

	public String getLabel() {
		return this.label;
	}

	public String getDescription() {
		return this.description;
	}

	String inWords() {
		return this.label.toLowerCase(Locale.ROOT);
	}

	void apply(MockDataFast mock) {
		mock.latency((this == SLOW) ? LATENCY : Duration.ZERO);
		mock.alwaysAnswer(switch (this) {
			case ANSWERS, SLOW, DOWN -> MockAnswer.ok();
			case RATE_LIMITED -> MockAnswer.status(429).header("Retry-After", "3");
			case UNKNOWN_VISITOR -> MockAnswer.status(404);
		});
	}

}
