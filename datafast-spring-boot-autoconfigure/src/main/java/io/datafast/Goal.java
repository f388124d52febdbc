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

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import io.datafast.support.GoalRules;
import io.datafast.support.VisitorIds;
import org.jspecify.annotations.Nullable;

/**
 * Something a visitor did that matters. Immutable and safe to share between threads.
 * <p>
 * Names and keys are code and are checked strictly; values are data and are made to fit:
 * <ul>
 * <li>the name has 1 to 64 characters of {@code a-z 0-9 _ - :} and is not
 * {@code identify}, which DataFast reserves;</li>
 * <li>there are at most 10 metadata entries;</li>
 * <li>a metadata key has 1 to 64 characters of {@code a-z 0-9 _ -};</li>
 * <li>a metadata value is cut after 255 UTF-16 code units, never inside a code point; an
 * unpaired surrogate becomes U+FFFD, and an entry whose value is {@code null} is left
 * out;</li>
 * <li>a visitor id that is not 1 to 128 characters of {@code A-Z a-z 0-9 . _ -} counts as
 * absent, since it usually comes from a browser and is untrusted.</li>
 * </ul>
 * {@link #toString()} shows neither metadata values nor the whole visitor id.
 *
 * @param name the goal's name
 * @param visitorId the visitor's id, that is the value of DataFast's cookie
 * {@code datafast_visitor_id}, or {@code null} for the visitor of the current request
 * @param metadata further facts, in the order they were added; unmodifiable
 * @see <a href="https://datafa.st/docs/api-create-goal">DataFast: create a custom
 * goal</a>
 */
public record Goal(String name, @Nullable String visitorId, Map<String, String> metadata) {

	/**
	 * Create a goal.
	 * @param name the goal's name
	 * @param visitorId the visitor's id; one that is malformed counts as {@code null}
	 * @param metadata further facts; copied
	 * @throws InvalidGoalException if the name, a key or the number of entries breaks the
	 * rules; it lists every violation
	 */
	public Goal {
		List<String> violations = new ArrayList<>();
		GoalRules.checkName(name, violations);
		Map<String, String> fitted = FittedMetadata.of(metadata, violations);
		failIfAny(violations);
		visitorId = VisitorIds.wellFormedOrNull(visitorId);
		metadata = fitted;
	}

	private static void failIfAny(List<String> violations) {
		if (!violations.isEmpty()) {
			throw new InvalidGoalException(violations);
		}
	}

	/**
	 * A goal without visitor and metadata.
	 * @param name the goal's name, 1 to 64 of {@code a-z 0-9 _ - :}
	 * @return the goal
	 * @throws InvalidGoalException if the name breaks the rules
	 */
	public static Goal of(String name) {
		return new Goal(name, null, Map.of());
	}

	/**
	 * This goal for the given visitor, in place of the visitor of the current request.
	 * @param visitorId the visitor's id; one that is malformed counts as {@code null}
	 * @return a new goal
	 */
	public Goal forVisitor(@Nullable String visitorId) {
		return new Goal(this.name, visitorId, this.metadata);
	}

	/**
	 * This goal with a metadata entry, in place of an earlier one with the same key.
	 * @param key 1 to 64 of {@code a-z 0-9 _ -}
	 * @param value converted by {@link String#valueOf(Object)} and made to fit; a
	 * {@code BigDecimal} is written without an exponent, and a text node of Jackson as
	 * its text; {@code null}, or a null node of Jackson, removes the entry
	 * @return a new goal
	 * @throws InvalidGoalException if the key breaks the rules, or there would be more
	 * than 10 entries
	 */
	public Goal with(String key, @Nullable Object value) {
		return with(Collections.singletonMap(key, value));
	}

	/**
	 * This goal with the given metadata entries, each as {@link #with(String, Object)}
	 * adds it.
	 * @param metadata the entries to add
	 * @return a new goal
	 * @throws InvalidGoalException if a key breaks the rules, or there would be more than
	 * 10 entries
	 */
	public Goal with(Map<String, ? extends @Nullable Object> metadata) {
		List<String> violations = new ArrayList<>();
		FittedMetadata fitted = ((FittedMetadata) this.metadata).with(metadata, violations);
		failIfAny(violations);
		return new Goal(this.name, this.visitorId, fitted);
	}

	@Override
	public String toString() {
		return "Goal[name=" + this.name + ", visitorId=" + VisitorIds.abbreviate(this.visitorId) + ", metadata keys="
				+ this.metadata.keySet() + "]";
	}

}
