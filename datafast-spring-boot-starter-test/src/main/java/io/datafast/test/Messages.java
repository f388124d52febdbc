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

package io.datafast.test;

/**
 * What the API says with a status.
 */
final class Messages {

	static final String CREATED = "Goal created successfully";

	static final String SUSPENDED = "Tracking is suspended for this website";

	static final String INVALID_KEY = "Invalid API key";

	static final String VISITOR_NOT_FOUND = "Visitor not found: it has no pageview yet";

	static final String BOT = "Visitor is a bot";

	private Messages() {
	}

	static String of(int status) {
		return switch (status) {
			case 200 -> CREATED;
			case 400 -> "Invalid request";
			case 401 -> INVALID_KEY;
			case 403 -> SUSPENDED;
			case 404 -> VISITOR_NOT_FOUND;
			case 429 -> "Too many requests";
			case 500 -> "Internal server error";
			case 502 -> "Bad gateway";
			case 503 -> "Service unavailable";
			case 504 -> "Gateway timeout";
			default -> "Status " + status;
		};
	}

}
