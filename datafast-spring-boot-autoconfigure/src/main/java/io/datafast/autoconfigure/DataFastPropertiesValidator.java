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

package io.datafast.autoconfigure;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.datafast.Goal;
import io.datafast.InvalidGoalException;
import io.datafast.autoconfigure.InvalidDataFastPropertiesException.Violation;
import io.datafast.client.GoalClientCredentials;
import org.jspecify.annotations.Nullable;

import org.springframework.http.ResponseCookie;

/**
 * Checks {@link DataFastProperties} and collects all violations.
 */
final class DataFastPropertiesValidator {

	/**
	 * Characters that the name of a cookie or a header must not contain, besides control
	 * characters and white space (RFC 6265, section 4.1.1; RFC 9110, section 5.6.2).
	 */
	private static final String SEPARATORS = "()<>@,;:\\\"/[]?={}";

	private static final Duration MAX_DURATION = Duration.ofDays(365);

	private final List<Violation> violations = new ArrayList<>();

	void validate(@Nullable Boolean enabled, @Nullable String apiKey, @Nullable String websiteId, URI baseUrl,
			Duration connectTimeout, Duration readTimeout, Map<String, String> metadata,
			DataFastProperties.Visitor visitor, DataFastProperties.Delivery delivery) {
		checkApiKey(enabled, apiKey, websiteId);
		checkBaseUrl(baseUrl);
		checkDuration("datafast.connect-timeout", connectTimeout, false);
		checkDuration("datafast.read-timeout", readTimeout, false);
		checkMetadata(metadata);
		checkToken("datafast.visitor.cookie-name", visitor.cookieName(), "must be a cookie name",
				"Remove the property to use datafast_visitor_id.");
		checkToken("datafast.visitor.header-name", visitor.headerName(), "must be the name of an HTTP header",
				"For instance X-Visitor-Id. Remove the property to read no header.");
		checkCookieDomain(visitor.cookieDomain());
		checkAtLeastOne("datafast.delivery.capacity", delivery.capacity());
		checkAtLeastOne("datafast.delivery.concurrency", delivery.concurrency());
		checkAtLeastOne("datafast.delivery.max-attempts", delivery.maxAttempts());
		checkDuration("datafast.delivery.max-age", delivery.maxAge(), false);
		checkDuration("datafast.delivery.initial-backoff", delivery.initialBackoff(), false);
		checkDuration("datafast.delivery.max-backoff", delivery.maxBackoff(), false);
		checkDuration("datafast.delivery.visitor-not-found-retry", delivery.visitorNotFoundRetry(), true);
		checkDuration("datafast.delivery.shutdown-timeout", delivery.shutdownTimeout(), true);
		if (!this.violations.isEmpty()) {
			throw new InvalidDataFastPropertiesException(this.violations);
		}
	}

	private void checkApiKey(@Nullable Boolean enabled, @Nullable String apiKey, @Nullable String websiteId) {
		if (apiKey != null) {
			this.violations.addAll(findViolations(apiKey, websiteId));
		}
		else if (Boolean.TRUE.equals(enabled)) {
			violation("datafast.api-key", null, "is missing, and datafast.enabled=true requires it",
					"Set datafast.api-key, for instance by the environment variable DATAFAST_API_KEY, to a key from"
							+ " the website's settings in DataFast. Remove datafast.enabled, or set it to false,"
							+ " where goals need not be sent.");
		}
	}

	/**
	 * Find what is wrong with an API key.
	 * @return the violations, which do not hold the key
	 */
	static List<Violation> findViolations(String apiKey, @Nullable String websiteId) {
		List<Violation> found = new ArrayList<>();
		int index = indexOfInvalid(apiKey, "");
		if (index >= 0) {
			found.add(new Violation("datafast.api-key", null,
					"must consist of visible ASCII characters, but has "
							+ String.format(Locale.ROOT, "U+%04X", (int) apiKey.charAt(index)) + " at index " + index,
					"Copy the key again from the website's settings in DataFast; look for a line break or a space inside."));
		}
		if (GoalClientCredentials.isAccountToken(apiKey) && websiteId == null) {
			found.add(new Violation("datafast.website-id", null, "is missing, and an account token (dft_...) needs it",
					"Set datafast.website-id to the website's ID in DataFast, or use a website key (df_...) as"
							+ " datafast.api-key."));
		}
		return found;
	}

	private void checkBaseUrl(URI baseUrl) {
		String scheme = baseUrl.getScheme();
		if (!("https".equalsIgnoreCase(scheme) || "http".equalsIgnoreCase(scheme)) || baseUrl.getHost() == null
				|| baseUrl.getRawUserInfo() != null || baseUrl.getRawQuery() != null
				|| baseUrl.getRawFragment() != null) {
			violation("datafast.base-url", (baseUrl.getRawUserInfo() != null) ? null : baseUrl.toString(),
					"must be an absolute http or https URL without user info, query and fragment",
					"Remove the property to use https://datafa.st/api/v1.");
		}
	}

	private void checkMetadata(Map<String, String> metadata) {
		if (metadata.isEmpty()) {
			return;
		}
		try {
			Goal.of("defaults").with(metadata);
		}
		catch (InvalidGoalException ex) {
			ex.getViolations()
				.forEach((rule) -> violation("datafast.metadata", null, "has a wrong entry: " + rule,
						"Write keys with a-z 0-9 _ - only, such as app_version. As an environment variable, that is"
								+ " DATAFAST_METADATA_APP_VERSION."));
		}
	}

	private void checkToken(String property, @Nullable String name, String rule, String fix) {
		if (name != null && (name.isEmpty() || indexOfInvalid(name, SEPARATORS) >= 0)) {
			violation(property, name, rule + ": visible ASCII without " + SEPARATORS, fix);
		}
	}

	/**
	 * Find the first character that is not visible ASCII, or one of those given.
	 * @return its index, or -1 if there is none
	 */
	private static int indexOfInvalid(String text, String invalid) {
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c <= ' ' || c >= 0x7F || invalid.indexOf(c) >= 0) {
				return i;
			}
		}
		return -1;
	}

	private void checkCookieDomain(@Nullable String domain) {
		if (domain == null) {
			return;
		}
		try {
			ResponseCookie.from("name", "value").domain(domain).build();
		}
		catch (IllegalArgumentException ex) {
			violation("datafast.visitor.cookie-domain", domain, "must be a domain name: " + ex.getMessage(),
					"For instance example.com. Remove the property to set cookies for the host that was requested.");
		}
	}

	private void checkDuration(String property, Duration value, boolean zeroAllowed) {
		if (value.isNegative() || (value.isZero() && !zeroAllowed) || value.compareTo(MAX_DURATION) > 0) {
			violation(property, value.toString(), "must be " + (zeroAllowed ? "at least" : "greater than")
					+ " zero and at most " + MAX_DURATION.toDays() + " days", "For instance 10s.");
		}
	}

	private void checkAtLeastOne(String property, int value) {
		if (value < 1) {
			violation(property, String.valueOf(value), "must be at least 1", "Remove the property to use its default.");
		}
	}

	private void violation(String property, @Nullable String value, String rule, String fix) {
		this.violations.add(new Violation(property, value, rule, fix));
	}

}
