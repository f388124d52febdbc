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

/**
 * DataFast refused the API key: it is missing or invalid (status 401), lacks a
 * permission, or tracking is suspended for the website (both status 403). No goal gets
 * through until the configuration or the DataFast account changes.
 *
 * @serial exclude
 */
public class DataFastAuthenticationException extends DataFastException {

	private static final long serialVersionUID = 1L;

	private final int status;

	/**
	 * Create an exception.
	 * @param message what happened
	 * @param status the HTTP status of the answer, 401 or 403
	 */
	public DataFastAuthenticationException(String message, int status) {
		super(message, null);
		this.status = status;
	}

	/**
	 * The HTTP status of DataFast's answer.
	 * @return 401 or 403
	 */
	public int getStatus() {
		return this.status;
	}

}
