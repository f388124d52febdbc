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

package io.datafast.interceptor;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A method's {@link io.datafast.annotation.TrackGoal @TrackGoal} cannot work. Thrown when
 * the bean is created.
 *
 * @serial exclude
 */
public final class InvalidTrackGoalException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String method;

	private final Violation[] violations;

	InvalidTrackGoalException(String method, List<Violation> violations) {
		super("Invalid @TrackGoal on " + method + ": "
				+ violations.stream().map(Violation::rule).collect(Collectors.joining("; ")));
		this.method = method;
		this.violations = violations.toArray(Violation[]::new);
	}

	/**
	 * The annotated method.
	 * @return class, method and parameter types
	 */
	public String getMethod() {
		return this.method;
	}

	/**
	 * Everything that is wrong.
	 * @return the violations, at least one; unmodifiable
	 */
	public List<Violation> getViolations() {
		return List.of(this.violations);
	}

	/**
	 * Something that is wrong.
	 *
	 * @param where the attribute or parameter
	 * @param value what it says
	 * @param rule the rule it breaks
	 * @param fix what to do
	 * @serial exclude
	 */
	public record Violation(String where, String value, String rule, String fix) implements Serializable {

	}

}
