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

/**
 * Decorates the {@link GoalDispatcher} for the goals that
 * {@link io.datafast.DataFastGoals#track(io.datafast.Goal)} hands over. Where
 * {@code spring-tx} is present, the auto-configured decorator makes goals wait for the
 * commit of the current transaction; it backs off from a bean of the application.
 */
@FunctionalInterface
public interface GoalDispatcherDecorator {

	/**
	 * Decorate a dispatcher. Called once, with the first goal.
	 * @param dispatcher the dispatcher
	 * @return what to call in its place, under the conditions of
	 * {@link GoalDispatcher#dispatch}; the dispatcher itself if there is nothing to add
	 */
	GoalDispatcher decorate(GoalDispatcher dispatcher);

}
