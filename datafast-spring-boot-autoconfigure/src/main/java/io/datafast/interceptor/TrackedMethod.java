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

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.datafast.interceptor.result.ResultHandler;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.Expression;

/**
 * A method of a bean that tracks goals: its annotations, checked and parsed.
 *
 * @param beanClass the bean's class, not that of a proxy
 * @param method the annotated method, or the method of the class that implements or
 * overrides it
 * @param handlerMethod whether the method handles requests of Spring MVC or WebFlux
 * @param errorStatus whether the method always answers with an error status
 * @param variables the names of the arguments in expressions, with their indexes
 * @param visitorIdParameter the index of the parameter with the visitor's id, or -1
 * @param operations what to track, one entry for each goal
 * @param resultHandler knows when the method's results are there
 */
public record TrackedMethod(Class<?> beanClass, Method method, boolean handlerMethod, boolean errorStatus,
		Map<String, Integer> variables, int visitorIdParameter, List<Operation> operations,
		ResultHandler resultHandler) {

	/**
	 * The names of the goals.
	 * @return the names, at least one
	 */
	public List<String> goals() {
		return this.operations.stream().map(Operation::name).toList();
	}

	/**
	 * Whether a goal's visitor is that of the current request.
	 * @return {@code false} if arguments and expressions name the visitors of all goals
	 */
	public boolean findsVisitorInRequest() {
		return this.visitorIdParameter < 0
				&& this.operations.stream().anyMatch((operation) -> operation.visitorId() == null);
	}

	/**
	 * The expressions of all goals.
	 * @return the expressions, often none
	 */
	public Stream<Expression> expressions() {
		return this.operations.stream()
			.flatMap((operation) -> Stream.concat(Stream.of(operation.condition(), operation.visitorId()),
					operation.metadata().stream().map(Entry::expression)))
			.flatMap(Stream::ofNullable);
	}

	/**
	 * A {@link io.datafast.annotation.TrackGoal @TrackGoal} annotation.
	 *
	 * @param name the goal's name
	 * @param condition when to track, or {@code null} for always
	 * @param visitorId the visitor, or {@code null} if there is no expression
	 * @param metadata the metadata entries
	 */
	record Operation(String name, @Nullable Expression condition, @Nullable Expression visitorId,
			List<Entry> metadata) {

	}

	/**
	 * A metadata entry.
	 *
	 * @param key the key
	 * @param parameter the index of the annotated parameter, or -1 for an expression
	 * about the whole invocation
	 * @param expression the expression, or {@code null} for the argument itself
	 */
	record Entry(String key, int parameter, @Nullable Expression expression) {

	}

}
