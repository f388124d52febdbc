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

package io.datafast;

import java.util.List;

/**
 * A goal breaks DataFast's rules for names and metadata keys. Since those are code, this
 * is a mistake in the program.
 *
 * @serial exclude
 */
public class InvalidGoalException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	private final String[] violations;

	/**
	 * Create an exception.
	 * @param violations what is wrong, a sentence each
	 */
	public InvalidGoalException(List<String> violations) {
		super("Invalid goal: " + String.join("; ", violations));
		this.violations = violations.toArray(String[]::new);
	}

	/**
	 * Everything that is wrong with the goal.
	 * @return the violations, a sentence each; unmodifiable
	 */
	public List<String> getViolations() {
		return List.of(this.violations);
	}

}
