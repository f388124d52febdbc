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

/**
 * What to track of a method, and when.
 *
 * @param list the operations
 * @param resultObserver knows when the method's results are there, or {@code null} if
 * they are when it returns
 */
record TrackGoalOperations(List<TrackGoalOperation> list, @Nullable ResultObserver resultObserver) {

	static final TrackGoalOperations NONE = new TrackGoalOperations(List.of(), null);

	boolean isEmpty() {
		return this.list.isEmpty();
	}

}
