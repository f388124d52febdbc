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
 * DataFast has no pageview of the visitor (status 404). That is common: the visitor
 * blocks the script, or the goal came before the browser reported its first pageview.
 *
 * @serial exclude
 */
public class VisitorNotFoundException extends GoalRejectedException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what happened
	 * @param status the HTTP status of the answer
	 * @param apiMessage what DataFast said, empty if nothing
	 */
	public VisitorNotFoundException(String message, int status, String apiMessage) {
		super(message, status, apiMessage);
	}

}
