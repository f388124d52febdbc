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

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class GoalIdTests {

	private static final Instant TIME = Instant.parse("2026-11-24T12:34:56.789Z");

	@Test
	void tellsItsTime() {
		assertThat(GoalId.timeOf(GoalId.create(TIME))).isEqualTo(TIME);
	}

	@Test
	void isAVersion7Uuid() {
		UUID id = UUID.fromString(GoalId.create(TIME));
		assertThat(id.version()).isEqualTo(7);
		assertThat(id.variant()).isEqualTo(2);
	}

	@Test
	void isSortedByTime() {
		String id = GoalId.create(TIME);
		assertThat(id).isGreaterThan(GoalId.create(TIME.minusMillis(1))).isLessThan(GoalId.create(TIME.plusMillis(1)));
		assertThat(GoalId.create(TIME)).isNotEqualTo(id);
	}

	@Test
	void otherIdsHaveNoTime() {
		assertThat(GoalId.timeOrNull("something")).isNull();
	}

}
