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

package io.datafast.metrics;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lets a bounded number of goal names through and replaces the rest, so that an
 * application that makes up names at run time does not create meters without end.
 * Thread-safe.
 */
final class BoundedGoalNames {

	private final int max;

	private final String replacement;

	private final Set<String> names = ConcurrentHashMap.newKeySet();

	private volatile boolean full;

	BoundedGoalNames(int max, String replacement) {
		this.max = max;
		this.replacement = replacement;
	}

	String bound(String name) {
		if (this.names.contains(name) || (!this.full && add(name))) {
			return name;
		}
		return this.replacement;
	}

	private synchronized boolean add(String name) {
		boolean added = this.names.contains(name) || (this.names.size() < this.max && this.names.add(name));
		this.full = this.names.size() >= this.max;
		return added;
	}

}
