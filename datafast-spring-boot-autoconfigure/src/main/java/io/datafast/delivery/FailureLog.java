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

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Logs the first occurrence of each kind of failure at WARN and what follows at DEBUG, so
 * that a failure which comes with every request is seen and does not drown the rest.
 */
public final class FailureLog {

	private static final int MAX_KINDS = 1000;

	private final Log log;

	private final Set<String> seen = ConcurrentHashMap.newKeySet();

	public FailureLog(Class<?> source) {
		this.log = LogFactory.getLog(source);
	}

	public void log(String kind, String message, @Nullable Throwable failure) {
		if (this.seen.size() < MAX_KINDS && this.seen.add(kind)) {
			this.log.warn(message + " (from now on logged at DEBUG)", failure);
		}
		else {
			this.log.debug(message, failure);
		}
	}

}
