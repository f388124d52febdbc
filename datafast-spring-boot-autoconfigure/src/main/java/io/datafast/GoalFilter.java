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
 * Changes goals before they are handed over, or vetoes them, for instance where the
 * visitor has not consented to analytics. All beans of this type are applied, in their
 * {@linkplain org.springframework.core.annotation.Order order}.
 */
@FunctionalInterface
public interface GoalFilter {

	/**
	 * Decide on a goal. Called on the thread that tracks the goal, so it must be quick
	 * and must not block. The current request is available on that thread, unless the
	 * result of an annotated method came later on another thread. The goal already has
	 * its visitor and the entries of {@code datafast.metadata}. If the filter throws an
	 * exception, the goal is dropped and the failure is logged; the caller does not see
	 * it.
	 * @param goal the goal; its visitor id is {@code null} if there is none
	 * @return the goal to send, which may be the given one, or {@code null} to send
	 * nothing
	 */
	@Nullable Goal filter(Goal goal);

}
