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

import io.swagger.v3.oas.annotations.Hidden;

/**
 * Hands the current visitor's id, normally the value of the cookie
 * {@code datafast_visitor_id}, to a parameter of a controller's handler method, in Spring
 * MVC, in WebFlux and in Spring for GraphQL. The parameter is a {@link String},
 * {@code null} where there is no well-formed id, or an {@link java.util.Optional
 * Optional&lt;String&gt;}. The parameter does not show in OpenAPI descriptions.
 * <p>
 * On a parameter of any method with {@link TrackGoal} it names the argument that holds
 * the goal's visitor, for instance in a service that is called from a webhook.
 */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Hidden
public @interface VisitorId {

}
