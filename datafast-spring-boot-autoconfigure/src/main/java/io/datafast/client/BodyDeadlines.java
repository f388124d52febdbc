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

package io.datafast.client;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends bodies that do not end in time. Nearly all end at once, so a look at all of them
 * now and then is cheaper than a timer for each. Thread-safe; it looks on a thread that
 * the JVM has for delays, and only while there are requests.
 */
final class BodyDeadlines {

	private static final Duration INTERVAL = Duration.ofMillis(100);

	private static final int MAX_IDLE_LOOKS = 100;

	private static final Executor LATER = CompletableFuture.delayedExecutor(INTERVAL.toMillis(), TimeUnit.MILLISECONDS,
			Runnable::run);

	private final Set<LimitedBodySubscriber> bodies = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean looking = new AtomicBoolean();

	void add(LimitedBodySubscriber body) {
		this.bodies.add(body);
		lookLater();
	}

	void remove(LimitedBodySubscriber body) {
		this.bodies.remove(body);
	}

	private void lookLater() {
		if (!this.looking.get() && this.looking.compareAndSet(false, true)) {
			LATER.execute(() -> look(0));
		}
	}

	private void look(int idleLooks) {
		long now = System.nanoTime();
		for (LimitedBodySubscriber body : this.bodies) {
			body.endIfOverdue(now);
		}
		if (!this.bodies.isEmpty()) {
			LATER.execute(() -> look(0));
		}
		else if (idleLooks < MAX_IDLE_LOOKS) {
			LATER.execute(() -> look(idleLooks + 1));
		}
		else {
			this.looking.set(false);
			if (!this.bodies.isEmpty()) {
				lookLater();
			}
		}
	}

}
