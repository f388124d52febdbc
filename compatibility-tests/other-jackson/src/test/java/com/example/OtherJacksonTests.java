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

package com.example;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.test.AutoConfigureMockDataFast;
import io.datafast.test.MockDataFast;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest
@AutoConfigureMockDataFast
class OtherJacksonTests {

	@Autowired
	private DataFastGoals goals;

	@Autowired
	private MockDataFast mockDataFast;

	@Test
	void writesGoalsAndReadsReceipts() {
		Goal goal = Goal.of("reported").forVisitor("visitor-1").with("title", "Größe \"XL\"\n");
		assertThat(this.goals.create(goal).eventId()).isNotBlank();
		assertThat(this.mockDataFast).received("reported")
			.forVisitor("visitor-1")
			.withMetadata("title", "Größe \"XL\"\n");
	}

}
