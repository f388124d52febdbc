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

package io.datafast.delivery.jdbc;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.datafast.delivery.jdbc.DeliveryGate.Pass;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DeliveryGateTests {

	private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);

	private final DeliveryGate gate = new DeliveryGate(3, (failures) -> Duration.ofSeconds(failures), this.now::get);

	@Test
	void isOpenAtFirst() {
		assertThat(this.gate.admits()).isEqualTo(Integer.MAX_VALUE);
		assertThat(this.gate.enter()).isNotNull();
		assertThat(this.gate.enter()).isNotNull();
	}

	@Test
	void letsOneProbeThroughAfterTheBackoff() {
		Pass first = this.gate.enter();
		Pass second = this.gate.enter();
		assertThat(this.gate.unreachable(first)).isTrue();
		assertThat(this.gate.unreachable(second)).isFalse();
		assertThat(this.gate.enter()).isNull();
		pass(Duration.ofSeconds(1));
		assertThat(this.gate.admits()).isOne();
		Pass probe = this.gate.enter();
		assertThat(probe).isNotNull();
		assertThat(this.gate.admits()).isZero();
		assertThat(this.gate.enter()).isNull();
	}

	@Test
	void waitsLongerAfterEachFailedProbe() {
		this.gate.unreachable(this.gate.enter());
		pass(Duration.ofSeconds(1));
		assertThat(this.gate.unreachable(this.gate.enter())).isFalse();
		pass(Duration.ofMillis(1_999));
		assertThat(this.gate.admits()).isZero();
		pass(Duration.ofMillis(1));
		assertThat(this.gate.admits()).isOne();
	}

	@Test
	void opensWithAnAnswer() {
		this.gate.unreachable(this.gate.enter());
		pass(Duration.ofSeconds(1));
		this.gate.enter();
		assertThat(this.gate.answered()).isTrue();
		assertThat(this.gate.admits()).isEqualTo(Integer.MAX_VALUE);
		assertThat(this.gate.answered()).isFalse();
	}

	@Test
	void closesAfterSeveralCallsInARowWithoutAnAnswer() {
		assertThat(this.gate.unanswered(this.gate.enter())).isFalse();
		assertThat(this.gate.unanswered(this.gate.enter())).isFalse();
		this.gate.answered();
		assertThat(this.gate.unanswered(this.gate.enter())).isFalse();
		assertThat(this.gate.unanswered(this.gate.enter())).isFalse();
		assertThat(this.gate.unanswered(this.gate.enter())).isTrue();
		assertThat(this.gate.admits()).isZero();
		pass(Duration.ofSeconds(1));
		assertThat(this.gate.unanswered(this.gate.enter())).isFalse();
		assertThat(this.gate.admits()).isZero();
		pass(Duration.ofSeconds(2));
		this.gate.enter();
		assertThat(this.gate.answered()).isTrue();
	}

	@Test
	void aProbeWithoutResultMakesWayForAnother() {
		this.gate.unreachable(this.gate.enter());
		pass(Duration.ofSeconds(1));
		this.gate.untold(this.gate.enter());
		assertThat(this.gate.admits()).isOne();
	}

	@Test
	void pausesForTheLongestTimeAskedFor() {
		this.gate.pause(Duration.ofSeconds(3));
		this.gate.pause(Duration.ofSeconds(2));
		pass(Duration.ofMillis(2_999));
		assertThat(this.gate.enter()).isNull();
		pass(Duration.ofMillis(1));
		assertThat(this.gate.enter()).isNotNull();
	}

	@Test
	void anAnswerDoesNotEndAPause() {
		this.gate.pause(Duration.ofSeconds(3));
		this.gate.answered();
		assertThat(this.gate.admits()).isZero();
	}

	private void pass(Duration duration) {
		this.now.addAndGet(duration.toNanos());
	}

}
