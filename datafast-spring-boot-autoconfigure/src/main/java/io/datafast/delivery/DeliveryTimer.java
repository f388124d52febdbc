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

import java.util.concurrent.Future;

/**
 * The time, and something to be done at another. Tests have one of their own.
 */
interface DeliveryTimer {

	/**
	 * Nanoseconds since some moment that is not later than the first use; never negative.
	 */
	long now();

	/**
	 * Run a task after a delay, on another thread.
	 * @param task the task; quick, and throws nothing
	 * @param delayNanos the delay; zero or less means as soon as possible
	 * @return can be cancelled, after which the timer does not hold the task any longer
	 * @throws RuntimeException or an Error if no thread could be started
	 */
	Future<?> schedule(Runnable task, long delayNanos);

	/**
	 * Run no more tasks. The timer can be used again afterwards.
	 */
	void stop();

}
