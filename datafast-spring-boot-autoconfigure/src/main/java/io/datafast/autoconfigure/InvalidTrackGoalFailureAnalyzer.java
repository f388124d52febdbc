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

import java.util.LinkedHashSet;
import java.util.Set;

import io.datafast.interceptor.InvalidTrackGoalException;
import io.datafast.interceptor.InvalidTrackGoalException.Violation;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains an {@link InvalidTrackGoalException}.
 */
final class InvalidTrackGoalFailureAnalyzer extends AbstractFailureAnalyzer<InvalidTrackGoalException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidTrackGoalException cause) {
		StringBuilder description = new StringBuilder("A @TrackGoal annotation cannot work:\n");
		description.append("\n    Method: ").append(cause.getMethod()).append("\n");
		Set<String> fixes = new LinkedHashSet<>();
		for (Violation violation : cause.getViolations()) {
			description.append("\n    Where: ").append(violation.where());
			description.append("\n    Value: ").append(violation.value().isEmpty() ? "(empty)" : violation.value());
			description.append("\n    Reason: ").append(violation.rule());
			description.append("\n");
			fixes.add(violation.where() + ": " + violation.fix());
		}
		return new FailureAnalysis(description.toString(), String.join("\n", fixes), cause);
	}

}
