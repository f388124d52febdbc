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

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * DataFast could not be reached, did not answer in time, was too busy (status 429) or
 * failed (status 5xx).
 *
 * @serial exclude
 */
public class DataFastUnavailableException extends DataFastException {

	private static final long serialVersionUID = 1L;

	private final @Nullable Integer status;

	private final @Nullable Duration retryAfter;

	private final boolean ambiguous;

	/**
	 * DataFast answered that it cannot take the goal now.
	 * @param message what happened
	 * @param status the HTTP status of the answer
	 * @param retryAfter how long DataFast asks to wait, or {@code null}
	 */
	public DataFastUnavailableException(String message, int status, @Nullable Duration retryAfter) {
		super(message, null);
		this.status = status;
		this.retryAfter = retryAfter;
		this.ambiguous = false;
	}

	/**
	 * DataFast did not answer.
	 * @param message what happened
	 * @param cause the failure, or {@code null}
	 * @param ambiguous whether DataFast may have processed the goal nevertheless
	 */
	public DataFastUnavailableException(String message, @Nullable Throwable cause, boolean ambiguous) {
		super(message, cause);
		this.status = null;
		this.retryAfter = null;
		this.ambiguous = ambiguous;
	}

	/**
	 * The HTTP status of DataFast's answer.
	 * @return the status, or {@code null} if there was no answer
	 */
	public @Nullable Integer getStatus() {
		return this.status;
	}

	/**
	 * How long DataFast asks to wait, from the answer's {@code Retry-After} header (RFC
	 * 9110, section 10.2.3), in seconds or up to a date.
	 * @return the time, never negative, or {@code null} if the answer does not say
	 */
	public @Nullable Duration getRetryAfter() {
		return this.retryAfter;
	}

	/**
	 * Whether DataFast may have processed the goal: the answer did not come in time, or
	 * the connection was lost after the request may have been sent. Repeating the call
	 * can then record the goal twice, since DataFast knows no idempotency key.
	 * @return {@code true} if it is unknown whether the goal was recorded
	 */
	public boolean isAmbiguous() {
		return this.ambiguous;
	}

	/**
	 * {@inheritDoc}
	 * @return {@code true}
	 */
	@Override
	public boolean isRetryable() {
		return true;
	}

}
