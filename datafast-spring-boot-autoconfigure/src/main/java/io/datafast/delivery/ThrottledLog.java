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
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Logs each kind of trouble at most once a minute. The first occurrence is logged in
 * full. Further occurrences within a minute are logged at DEBUG and counted; the number
 * is logged with the first occurrence after that minute, when the trouble is
 * {@linkplain #isOver over}, or when the log is {@linkplain #close() closed}. There is no
 * timer. Thread-safe.
 */
public final class ThrottledLog implements AutoCloseable {

	private static final long INTERVAL = Duration.ofMinutes(1).toNanos();

	private final Log log;

	private final LongSupplier nanoTime;

	private final Map<String, Repetitions> kinds = new HashMap<>();

	/**
	 * Create a log.
	 * @param source the class whose logger is used
	 */
	public ThrottledLog(Class<?> source) {
		this(source, System::nanoTime);
	}

	ThrottledLog(Class<?> source, LongSupplier nanoTime) {
		this.log = LogFactory.getLog(source);
		this.nanoTime = nanoTime;
	}

	/**
	 * Log an occurrence at WARN, or at DEBUG if it is a repetition within a minute.
	 * @param kind the kind of trouble, readable and one of a limited number
	 * @param message what happened and what to do
	 * @param failure the cause, or {@code null}; its stack trace is logged with the first
	 * occurrence only
	 * @return whether it was logged at WARN
	 */
	public boolean warn(String kind, String message, @Nullable Throwable failure) {
		return log(kind, message, failure, this.log::warn);
	}

	/**
	 * Log an occurrence at WARN, or at DEBUG if it is a repetition within a minute.
	 * @param kind the kind of trouble, which is also the message; one of a limited number
	 * @param failure the cause, or {@code null}; its stack trace is logged with the first
	 * occurrence only
	 */
	public void warn(String kind, @Nullable Throwable failure) {
		warn(kind, kind, failure);
	}

	/**
	 * Log an occurrence at ERROR, or at DEBUG if it is a repetition within a minute.
	 * @param kind the kind of trouble, readable and one of a limited number
	 * @param message what happened and what to do
	 */
	public void error(String kind, String message) {
		log(kind, message, null, this.log::error);
	}

	private boolean log(String kind, String message, @Nullable Throwable failure,
			BiConsumer<Object, @Nullable Throwable> level) {
		int repetitions = note(kind);
		if (repetitions < 0) {
			this.log.debug(message, failure);
			return false;
		}
		boolean first = repetitions == 0;
		level.accept(first ? message + " (repetitions within a minute are counted and logged at DEBUG)"
				: message + " (" + repetitions + " since this was last logged)", first ? failure : null);
		return true;
	}

	/**
	 * Note an occurrence.
	 * @return 0 if it is the first one, -1 if it is not to be logged now, and else how
	 * many there were since the last one that was logged
	 */
	private synchronized int note(String kind) {
		long now = this.nanoTime.getAsLong();
		Repetitions known = this.kinds.get(kind);
		if (known != null && now - known.loggedAt < INTERVAL) {
			known.last = now;
			known.count++;
			return -1;
		}
		this.kinds.put(kind, new Repetitions(now));
		return (known != null) ? known.count + 1 : 0;
	}

	/**
	 * Whether a kind of trouble has been logged and has not occurred for a minute. It is
	 * then forgotten: the next occurrence counts as the first one.
	 * @param kind the kind of trouble
	 * @return whether it has ended
	 */
	public synchronized boolean isOver(String kind) {
		Repetitions known = this.kinds.get(kind);
		if (known == null || this.nanoTime.getAsLong() - known.last < INTERVAL) {
			return false;
		}
		this.kinds.remove(kind);
		summarize(kind, known);
		return true;
	}

	/**
	 * Log the numbers that have not been logged yet, and forget all kinds.
	 */
	@Override
	public synchronized void close() {
		this.kinds.forEach(this::summarize);
		this.kinds.clear();
	}

	private void summarize(String kind, Repetitions repetitions) {
		if (repetitions.count > 0) {
			this.log.warn(kind + ": " + repetitions.count + " since this was last logged");
		}
	}

	/**
	 * The repetitions since an occurrence that was logged.
	 */
	private static final class Repetitions {

		private final long loggedAt;

		private long last;

		private int count;

		Repetitions(long now) {
			this.loggedAt = now;
			this.last = now;
		}

	}

}
