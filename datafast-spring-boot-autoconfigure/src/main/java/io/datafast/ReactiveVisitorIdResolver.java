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

import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Finds the visitor of a Reactor context. Define a bean to take the visitor id in
 * reactive code from elsewhere than the header or the cookie of the current exchange; the
 * auto-configured resolver backs off. A {@link VisitorIdResolver} has precedence where it
 * finds a visitor on the calling thread, unless {@link #hasPrecedence} says otherwise.
 */
@FunctionalInterface
public interface ReactiveVisitorIdResolver {

	/**
	 * The id of the context's visitor. Called on the thread that subscribes, so it must
	 * be quick and must not block. The returned id is untrusted: a malformed id counts as
	 * absent. If the resolver throws an exception, the goal is dropped and the failure is
	 * logged; the caller does not see it.
	 * @param context the subscriber's context
	 * @return the id, or {@code null} if there is no visitor
	 */
	@Nullable String resolveVisitorId(ContextView context);

	/**
	 * Whether the context alone decides about the visitor. If so, the visitor that a
	 * {@link VisitorIdResolver} has found on the thread that called the method is
	 * ignored, even if the context has no visitor. That thread may serve another visitor,
	 * such as the one whose request makes a shared publisher emit. Called as
	 * {@link #resolveVisitorId} is.
	 * @param context the subscriber's context
	 * @return whether the context alone decides; {@code false} unless overridden. The
	 * auto-configured resolver says {@code true} where the context holds an exchange.
	 */
	default boolean hasPrecedence(ContextView context) {
		return false;
	}

}
