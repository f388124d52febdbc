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

import io.datafast.test.AutoConfigureMockDataFast;
import io.datafast.test.MockDataFast;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest
@AutoConfigureMockDataFast
class BillingJobTests {

	@Autowired
	private BillingJob job;

	@Autowired
	private MockDataFast mockDataFast;

	@Test
	void annotatedMethodIsTracked() {
		this.job.collect(new Invoice("visitor-1", 0));
		this.job.collect(new Invoice("visitor-1", 29));
		assertThat(this.mockDataFast).received("invoice:paid")
			.forVisitor("visitor-1")
			.withMetadata("amount", "29")
			.once();
	}

	@Test
	void tracksInCode() {
		this.job.remind(new Invoice("visitor-2", 9));
		assertThat(this.mockDataFast).received("invoice:reminded").forVisitor("visitor-2").withMetadata("amount", "9");
	}

	@Test
	void createsAtOnce() {
		assertThat(this.job.refund(new Invoice("visitor-3", 1)).eventId()).isNotBlank();
		assertThat(this.mockDataFast).received("invoice:refunded").forVisitor("visitor-3").once();
	}

}
