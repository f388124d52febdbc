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

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.datafast.autoconfigure.InvalidDataFastPropertiesException.Violation;
import io.datafast.client.GoalClientCredentials;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * The credentials of the current environment, whose property sources may change while the
 * application runs. While the environment has no valid credentials, the last valid ones
 * are used. Thread-safe.
 */
final class CurrentCredentials implements Supplier<GoalClientCredentials> {

	private static final Log logger = LogFactory.getLog(CurrentCredentials.class);

	private final Environment environment;

	private final Binder binder;

	private volatile GoalClientCredentials valid;

	private final AtomicBoolean warned = new AtomicBoolean();

	CurrentCredentials(Environment environment, GoalClientCredentials initial) {
		this.environment = environment;
		this.binder = Binder.get(environment);
		this.valid = initial;
	}

	@Override
	public GoalClientCredentials get() {
		String apiKey;
		String websiteId;
		try {
			apiKey = property("datafast.api-key");
			websiteId = GoalClientCredentials.isAccountToken(apiKey) ? property("datafast.website-id") : null;
		}
		catch (RuntimeException ex) {
			// The exception's message may hold the key.
			return refuse("cannot be read from the environment (" + ex.getClass().getName() + ")");
		}
		if (apiKey == null) {
			return refuse("is no longer set");
		}
		GoalClientCredentials current = new GoalClientCredentials(apiKey, websiteId);
		if (!current.equals(this.valid)) {
			List<Violation> violations = DataFastPropertiesValidator.findViolations(apiKey, websiteId);
			if (!violations.isEmpty()) {
				return refuse("has changed and is invalid: " + violations.stream()
					.map((violation) -> violation.property() + " " + violation.rule())
					.collect(Collectors.joining("; ")));
			}
			this.valid = current;
			logger.info("datafast.api-key or datafast.website-id has changed: calls to DataFast use the new value");
		}
		this.warned.set(false);
		return current;
	}

	/**
	 * A binder takes three times as long as the environment, and knows names in other
	 * forms also where Spring Boot has not prepared the environment.
	 */
	private @Nullable String property(String name) {
		String value = this.environment.getProperty(name);
		return DataFastProperties
			.textOrNull((value != null) ? value : this.binder.bind(name, String.class).orElse(null));
	}

	private GoalClientCredentials refuse(String reason) {
		if (this.warned.compareAndSet(false, true)) {
			logger.warn("datafast.api-key " + reason + ". Calls to DataFast go on with the last valid key.");
		}
		return this.valid;
	}

}
