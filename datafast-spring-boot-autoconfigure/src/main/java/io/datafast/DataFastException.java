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

import org.jspecify.annotations.Nullable;

/**
 * A goal was not created. Neither the message nor the causes hold the API key, a full
 * visitor id or a metadata value.
 *
 * @serial exclude
 */
public abstract class DataFastException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what happened
	 * @param cause why, or {@code null}
	 */
	protected DataFastException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	/**
	 * Whether the same call may succeed later without anything being changed.
	 * @return {@code true} if trying again makes sense; {@code false} unless overridden
	 */
	public boolean isRetryable() {
		return false;
	}

}
