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

package io.datafast.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * Tracks a goal each time the method completes successfully: without an exception, with
 * its {@link #condition()} holding and, where it returns a
 * {@link org.springframework.http.ResponseEntity}, with a status below 400. The goal is
 * recorded in the background; nothing that happens to it reaches the caller.
 * <p>
 * Works on the methods of any Spring bean, found as Spring finds its own annotations: on
 * the method, on the method it overrides or implements, and as a meta-annotation.
 * Annotations on an overriding method replace those on the overridden one. The method is
 * called through a proxy, so calls from within the same object go untracked.
 * <p>
 * A method with a transaction of its own has completed when that is committed. If it was
 * rolled back without an exception, the goal is skipped as {@code Skipped(ROLLED_BACK)}.
 * In its caller's transaction, the goal waits for that to be committed.
 * <p>
 * Everything is checked when the bean is created; what is wrong fails start-up.
 * <p>
 * Expressions are written in the Spring Expression Language. They see the arguments by
 * name ({@code #order}) and by index ({@code #a0}, {@code #p0}), what the method returned
 * ({@code #result}), beans ({@code @prices}), and as root object the invocation:
 * {@code method}, {@code args}, {@code target}, {@code targetClass}. A failing expression
 * drops the goal and is logged; the caller does not see it.
 *
 * @see GoalMetadata
 * @see io.datafast.DataFastGoals#track(io.datafast.Goal)
 */
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Repeatable(TrackGoals.class)
public @interface TrackGoal {

	/**
	 * Alias for {@link #name()}.
	 * @return the goal's name
	 */
	@AliasFor("name")
	String value() default "";

	/**
	 * The goal's name: 1 to 64 of {@code a-z 0-9 _ - :}, not {@code identify}.
	 * <code>${...}</code> placeholders are resolved.
	 * @return the goal's name
	 */
	@AliasFor("value")
	String name() default "";

	/**
	 * Metadata entries from expressions, at most 10 together with those of annotated
	 * parameters. An entry whose value is {@code null} is left out.
	 * @return the entries, each with key and expression
	 */
	GoalMetadata[] metadata() default {};

	/**
	 * An expression that must be true for the goal to be tracked. By default it always
	 * is.
	 * @return the expression
	 */
	String condition() default "";

	/**
	 * An expression for the visitor's id. By default, and where the expression gives
	 * {@code null} or a malformed id, the id is that of a {@link VisitorId} argument or
	 * else of the current request.
	 * @return the expression
	 */
	String visitorId() default "";

}
