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

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.expression.Expression;

/**
 * A {@link io.datafast.annotation.TrackGoal @TrackGoal} annotation, checked and parsed.
 *
 * @param name the goal's name
 * @param condition when to track, or {@code null} for always
 * @param visitorId the visitor, or {@code null} if there is no expression
 * @param visitorIdParameter the index of the parameter with the visitor, or -1
 * @param metadata the metadata entries
 */
public record TrackGoalOperation(String name, @Nullable Expression condition, @Nullable Expression visitorId,
		int visitorIdParameter, List<Entry> metadata) {

	/**
	 * A metadata entry.
	 *
	 * @param key the key
	 * @param parameter the index of the annotated parameter, or -1 for an expression
	 * about the whole invocation
	 * @param expression the expression, or {@code null} for the argument itself
	 */
	public record Entry(String key, int parameter, @Nullable Expression expression) {
	}

}
