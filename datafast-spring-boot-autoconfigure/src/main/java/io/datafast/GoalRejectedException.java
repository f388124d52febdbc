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
 * DataFast refused a goal for good: its input was invalid, the visitor is a bot (both
 * status 400), or DataFast answered with another status that a repeated call would not
 * change.
 *
 * @serial exclude
 */
public class GoalRejectedException extends DataFastException {

	private static final long serialVersionUID = 1L;

	private final int status;

	private final String apiMessage;

	/**
	 * Create an exception.
	 * @param message what happened
	 * @param status the HTTP status of the answer
	 * @param apiMessage what DataFast said, empty if nothing
	 */
	public GoalRejectedException(String message, int status, String apiMessage) {
		super(message, null);
		this.status = status;
		this.apiMessage = apiMessage;
	}

	/**
	 * The HTTP status of DataFast's answer.
	 * @return the status
	 */
	public int getStatus() {
		return this.status;
	}

	/**
	 * What DataFast said: the message of its error body or, where the body has another
	 * form, the beginning of the body. At most 1 KiB.
	 * @return the message, empty if there is none
	 */
	public String getApiMessage() {
		return this.apiMessage;
	}

}
