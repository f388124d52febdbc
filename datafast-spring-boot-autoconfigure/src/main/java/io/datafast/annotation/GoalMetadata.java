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
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * A metadata entry of the goals that {@link TrackGoal} tracks: on a parameter, the
 * argument; inside {@link TrackGoal#metadata()}, what an expression gives. The value is
 * converted and made to fit as {@link io.datafast.Goal#with(String, Object)} does.
 */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface GoalMetadata {

	/**
	 * Alias for {@link #key()}.
	 * @return the key
	 */
	@AliasFor("key")
	String value() default "";

	/**
	 * The entry's key: 1 to 64 of {@code a-z 0-9 _ -}. <code>${...}</code> placeholders
	 * are resolved. On a parameter it is by default the parameter's name.
	 * @return the key
	 */
	@AliasFor("value")
	String key() default "";

	/**
	 * The expression that gives the value, as {@link TrackGoal} describes. On a parameter
	 * it is optional, and its root object is the argument, so that {@code "plan.name"}
	 * means that property of the argument; a {@code null} argument then leaves the entry
	 * out.
	 * @return the expression
	 */
	String expression() default "";

}
