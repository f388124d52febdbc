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
import java.util.Map;

import io.datafast.interceptor.result.ResultHandler;
import org.jspecify.annotations.Nullable;

/**
 * What to track of a method, and when.
 *
 * @param list the operations
 * @param resultHandler knows when the method's results are there, or {@code null} if they
 * are when it returns
 * @param handlerMethod whether the method handles requests of Spring MVC or WebFlux
 * @param errorStatus whether the method always answers with an error status
 * @param variables the names of the arguments in expressions, with their indexes
 */
public record TrackGoalOperations(List<TrackGoalOperation> list, @Nullable ResultHandler resultHandler,
		boolean handlerMethod, boolean errorStatus, Map<String, Integer> variables) {

	static final TrackGoalOperations NONE = new TrackGoalOperations(List.of(), null, false, false, Map.of());

	boolean isEmpty() {
		return this.list.isEmpty();
	}

}
