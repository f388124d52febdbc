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

package io.datafast.delivery;

import java.util.function.UnaryOperator;

/**
 * Carries what belongs to the thread that tracks a goal, such as the current trace, to
 * the thread that delivers the goal.
 */
@FunctionalInterface
public interface DeliveryContext {

	/**
	 * Carries nothing.
	 */
	DeliveryContext NONE = UnaryOperator::identity;

	/**
	 * Capture the context of the calling thread. Called once for each goal, so it must be
	 * quick and must not block.
	 * @return puts an attempt to deliver the goal into the captured context; called for
	 * each attempt, on another thread
	 */
	UnaryOperator<Runnable> capture();

}
