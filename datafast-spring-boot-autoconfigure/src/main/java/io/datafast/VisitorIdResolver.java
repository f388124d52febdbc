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

/**
 * Finds the visitor whom the current thread serves. Define a bean to take the visitor id
 * from elsewhere than the header or the cookie of the current request; the
 * auto-configured resolver backs off.
 */
@FunctionalInterface
public interface VisitorIdResolver {

	/**
	 * The id of the current visitor. Called on the thread that tracks the goal. Where the
	 * result of an annotated method comes later, called on the thread that calls the
	 * method. It must be quick and must not block. The returned id is untrusted: a
	 * malformed id counts as absent. If the resolver throws an exception, the goal is
	 * dropped and the failure is logged; the caller does not see it.
	 * @return the id, or {@code null} if there is no current visitor
	 */
	@Nullable String resolveVisitorId();

}
