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

package io.datafast.client;

import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;

/**
 * The header {@code Retry-After}: seconds or an HTTP date (RFC 9110, section 10.2.3).
 */
final class RetryAfter {

	private static final Pattern SECONDS = Pattern.compile("[0-9]{1,18}");

	private final Clock clock;

	RetryAfter(Clock clock) {
		this.clock = clock;
	}

	@Nullable Duration parse(HttpHeaders headers) {
		String value = headers.getFirst(HttpHeaders.RETRY_AFTER);
		if (value == null) {
			return null;
		}
		try {
			Duration delay = SECONDS.matcher(value.strip()).matches()
					? Duration.ofSeconds(Long.parseLong(value.strip())) : untilDate(headers);
			return (delay == null || !delay.isNegative()) ? delay : Duration.ZERO;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private @Nullable Duration untilDate(HttpHeaders headers) {
		ZonedDateTime date = headers.getFirstZonedDateTime(HttpHeaders.RETRY_AFTER);
		return (date != null) ? Duration.between(this.clock.instant(), date.toInstant()) : null;
	}

}
