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

package io.datafast.delivery;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class OverflowLogTests {

	private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 10);

	private final OverflowLog log = new OverflowLog(7, this.now::get);

	@Test
	void warnsOnceAMinuteWithTheNumberSinceTheLast(CapturedOutput output) {
		drop(3);
		assertThat(output).containsOnlyOnce("Dropped");
		assertThat(output).contains("Dropped 1 goal(s): the queue of 7 is full");
		this.now.addAndGet(Duration.ofSeconds(59).toNanos());
		drop(2);
		assertThat(output).containsOnlyOnce("Dropped");
		this.now.addAndGet(Duration.ofSeconds(1).toNanos());
		drop(10);
		assertThat(output).contains("Dropped 5 goal(s)");
		this.log.report();
		assertThat(output).contains("Dropped 9 goal(s)");
	}

	@Test
	void reportsNothingWhenNothingWasDropped(CapturedOutput output) {
		this.log.report();
		assertThat(output).doesNotContain("Dropped");
	}

	private void drop(int count) {
		for (int i = 0; i < count; i++) {
			this.log.dropped();
		}
	}

}
