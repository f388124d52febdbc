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
 * Tracks a goal as the last statement of the method's body would, when and only when the
 * body has run and returned successfully: on its thread and inside its transaction. The
 * goal is recorded in the background; nothing that happens to it reaches the caller.
 * <p>
 * <strong>Other advice.</strong> The advice is the innermost. There is no goal where
 * other advice answers in the method's place: a cache hit, a lock that another node
 * holds, a circuit breaker's fallback, a denied call. A retry runs the method's body
 * again, and only the run that succeeds makes a goal. A transaction decides about the
 * goal as about a goal of {@link io.datafast.DataFastGoals#track(io.datafast.Goal)}. In a
 * proxy that cannot be changed because it is frozen or opaque, and in one whose advice is
 * the method's body, such as a Spring Data repository, the advice stands outside of the
 * others.
 * <p>
 * <strong>Success.</strong> The method throws no exception, the {@link #condition()}
 * holds, and the result is no error. These are errors:
 * <ul>
 * <li>a result with a status of 400 or above: {@code ResponseEntity},
 * {@code ErrorResponse}, {@code ProblemDetail}, {@code ModelAndView}, {@code Rendering},
 * {@code FragmentsRendering}, {@code ServerResponse}; or a failed {@code Result} of
 * Kotlin;</li>
 * <li>for a handler method of a controller: an {@code Errors} argument, such as a
 * {@code BindingResult}, that has errors; {@code @ResponseStatus} of 400 or above on the
 * method or its class; or a response whose status has been set to 400 or above by the
 * time the result is there.</li>
 * </ul>
 * <p>
 * <strong>Results that come later</strong> count when they are there, by the same rule
 * for the value inside: {@code CompletionStage}, {@code Callable}, {@code WebAsyncTask},
 * {@code DeferredResult}, Kotlin's suspending functions, {@code Deferred} and
 * {@code Flow}, and all types that Spring adapts to Reactive Streams, such as
 * {@code Mono} and {@code Flux}, once for each subscription. An error or a cancellation
 * means that there is no goal. For a type with many values, {@code #result} is
 * {@code null}. The visitor is the one who was current when the method was called, or
 * else the one of the subscriber's Reactor context. The transaction is the one in which
 * the method was called or the result subscribed to, whatever thread completes the
 * result. Expressions are evaluated where the result arrives, possibly on an event loop,
 * and must not block. If the method's return type does not tell when the result is there,
 * start-up fails. If only the returned object shows this, as with a {@code Future} that
 * is not done, the goal is dropped and a warning is logged.
 * <p>
 * <strong>Where.</strong> On the methods of any Spring bean, found as Spring finds its
 * own annotations: on the method, on the method it overrides or implements, and as a
 * meta-annotation. Annotations on an overriding method replace those on the overridden
 * one. The method is called through a proxy, so calls from within the same object are not
 * tracked.
 * <p>
 * <strong>Expressions</strong> are written in the Spring Expression Language. Variables
 * are the arguments by name ({@code #order}), with the names of the method that carries
 * the annotation before those of the method that runs, and by index ({@code #a0},
 * {@code #p0}), and what the method returned ({@code #result}). {@code @prices} is a
 * bean. The root object is the invocation: {@code method}, {@code args}, {@code target},
 * {@code targetClass}. Maps are read by key ({@code #body.plan}). A failing expression of
 * a metadata entry leaves the entry out; a failing {@link #condition()} or
 * {@link #visitorId()} drops the goal. Both are logged, and the caller sees neither.
 * <p>
 * <strong>Checks.</strong> Names, keys, expressions and their variables are checked when
 * the bean is created, as is whether a proxy can track the method at all. A mistake fails
 * start-up.
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
	 * An expression for the visitor's id, which decides alone: where it gives
	 * {@code null} or a malformed id, the goal has no visitor and is skipped. By default
	 * the id is that of a {@link VisitorId} argument or else of the current request.
	 * @return the expression
	 */
	String visitorId() default "";

}
