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

import java.time.Duration;
import java.util.OptionalInt;

import org.jspecify.annotations.Nullable;

/**
 * The goals that a dispatcher has taken over and that have no outcome yet, in figures for
 * meters and the actuator endpoint. Thread-safe.
 */
public interface GoalBacklog {

	/**
	 * Where the goals wait.
	 * @return the value of {@code datafast.delivery.mode}, {@code memory} or {@code jdbc}
	 */
	String mode();

	/**
	 * How many goals are pending: waiting, in flight, and waiting to be tried again.
	 * @return the number, from 0 to {@link #capacity()}
	 */
	int pending();

	/**
	 * How many goals may be pending.
	 * @return the capacity
	 */
	int capacity();

	/**
	 * How long the oldest pending goal has been pending.
	 * @return the time, or {@code null} if no goal is pending
	 */
	@Nullable Duration oldestAge();

	/**
	 * How many goals are kept although they have an outcome.
	 * @return the number, or empty if goals are not kept
	 */
	default OptionalInt parked() {
		return OptionalInt.empty();
	}

}
