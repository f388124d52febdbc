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

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * The properties under {@code datafast} are wrong. The exception does not hold the API
 * key.
 *
 * @serial exclude
 */
public final class InvalidDataFastPropertiesException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final Violation[] violations;

	/**
	 * Create an exception.
	 * @param violations everything that is wrong, at least one
	 */
	public InvalidDataFastPropertiesException(List<Violation> violations) {
		super("Invalid DataFast configuration: " + violations.stream()
			.map((violation) -> violation.property() + " " + violation.rule())
			.collect(Collectors.joining("; ")));
		this.violations = violations.toArray(Violation[]::new);
	}

	/**
	 * Everything that is wrong.
	 * @return the violations, at least one; unmodifiable
	 */
	public List<Violation> getViolations() {
		return List.of(this.violations);
	}

	/**
	 * A property that is wrong.
	 *
	 * @param property the property's name
	 * @param value its value, or {@code null} if it is missing or secret
	 * @param rule the rule that the value breaks, a phrase that follows the property's
	 * name
	 * @param fix what to do
	 * @serial exclude
	 */
	public record Violation(String property, @Nullable String value, String rule, String fix) implements Serializable {

	}

}
