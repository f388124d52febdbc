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

package io.datafast.test;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A goal that {@link MockDataFast} has accepted.
 *
 * @param name the goal's name
 * @param visitorId the visitor it is attributed to
 * @param metadata the metadata in the order it was sent, with HTML stripped from its
 * values; unmodifiable, empty if there was none
 * @param eventId the id the goal was given, 24 hexadecimal digits
 * @param receivedAt when the request was read
 */
public record ReceivedGoal(String name, String visitorId, Map<String, String> metadata, String eventId,
		Instant receivedAt) {

	/**
	 * Creates a goal with a copy of the metadata.
	 * @param name the goal's name
	 * @param visitorId the visitor it is attributed to
	 * @param metadata the metadata
	 * @param eventId the id the goal was given
	 * @param receivedAt when the request was read
	 */
	public ReceivedGoal {
		metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
	}

}
