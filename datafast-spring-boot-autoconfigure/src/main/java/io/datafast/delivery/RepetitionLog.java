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
import java.util.LinkedHashMap;
import java.util.Map;

import org.apache.commons.logging.Log;

/**
 * Warns of each kind of trouble when it begins, and then once a minute with the number of
 * repetitions for as long as it lasts. What happened in a minute without it is forgotten,
 * so the next occurrence counts as a beginning.
 */
final class RepetitionLog {

	private static final long INTERVAL = Duration.ofMinutes(1).toNanos();

	private final Log log;

	private final DeliveryTimer timer;

	private final Map<String, Integer> repetitions = new LinkedHashMap<>();

	private boolean scheduled;

	RepetitionLog(Log log, DeliveryTimer timer) {
		this.log = log;
		this.timer = timer;
	}

	/**
	 * Note an occurrence.
	 * @param kind the kind of trouble, in a few words; one of a limited number
	 * @param message what happened and what to do
	 */
	void warn(String kind, String message) {
		if (isBeginning(kind)) {
			this.log.warn(message + " (repetitions are logged at DEBUG and counted once a minute)");
		}
		else {
			this.log.debug(message);
		}
	}

	private synchronized boolean isBeginning(String kind) {
		Integer count = this.repetitions.get(kind);
		this.repetitions.put(kind, (count != null) ? count + 1 : 0);
		scheduleSummary();
		return count == null;
	}

	private void scheduleSummary() {
		if (!this.scheduled) {
			this.scheduled = true;
			this.timer.schedule(this::summarizeMinute, INTERVAL);
		}
	}

	private synchronized void summarizeMinute() {
		this.scheduled = false;
		this.repetitions.values().removeIf((count) -> count == 0);
		summarize();
		if (!this.repetitions.isEmpty()) {
			scheduleSummary();
		}
	}

	private void summarize() {
		this.repetitions.replaceAll((kind, count) -> {
			if (count > 0) {
				this.log.warn(kind + ": " + count + " more within a minute");
			}
			return 0;
		});
	}

	/**
	 * Log what has not been logged yet, and stop.
	 */
	synchronized void close() {
		summarize();
		this.repetitions.clear();
		this.timer.stop();
		this.scheduled = false;
	}

}
