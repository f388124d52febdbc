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

package io.datafast.jdbc;

import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Ids of goals in the table: UUIDs that begin with the time (RFC 9562, version 7), so
 * that their order is that of the goals and the index tells the oldest.
 */
final class GoalId {

	/**
	 * Comes before every id. Not empty, which Oracle takes for {@code NULL}.
	 */
	static final String BEFORE_ALL = "0";

	private static final long RANDOM_BITS = 0x0FFFL;

	private static final long VERSION_7 = 0x7000L;

	private GoalId() {
	}

	static String create(Instant time) {
		UUID random = UUID.randomUUID();
		long high = (time.toEpochMilli() << 16) | VERSION_7 | (random.getMostSignificantBits() & RANDOM_BITS);
		return new UUID(high, random.getLeastSignificantBits()).toString();
	}

	/**
	 * When a goal was tracked, to the millisecond.
	 * @throws IllegalArgumentException if the id has another format
	 */
	static Instant timeOf(String id) {
		return Instant.ofEpochMilli(UUID.fromString(id).getMostSignificantBits() >>> 16);
	}

	/**
	 * When a goal was tracked, or {@code null} if the id has another format.
	 */
	static @Nullable Instant timeOrNull(String id) {
		try {
			return timeOf(id);
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

}
