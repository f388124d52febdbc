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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.datafast.DataFastException;
import io.datafast.DataFastUnavailableException;
import io.datafast.delivery.DeliveryGate.Permit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class DeliveryGateTests {

	private static final DataFastException FAILURE = new DataFastUnavailableException("it went wrong", null, false);

	private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);

	private final AtomicInteger recoveries = new AtomicInteger();

	private final DeliveryGate gate = new DeliveryGate(3, (failures) -> Duration.ofSeconds(failures),
			this.recoveries::incrementAndGet, this.now::get);

	@Test
	void isOpenAtFirst() {
		assertThat(this.gate.availablePermits()).isEqualTo(Integer.MAX_VALUE);
		assertThat(this.gate.opensIn()).isZero();
		assertThat(this.gate.tryAcquire()).isNotNull();
		assertThat(this.gate.tryAcquire()).isNotNull();
	}

	@Test
	void letsOneProbeThroughAfterTheBackoff() {
		Permit first = this.gate.tryAcquire();
		Permit second = this.gate.tryAcquire();
		this.gate.unanswered(first, FAILURE, false);
		this.gate.unanswered(second, FAILURE, false);
		assertThat(this.gate.tryAcquire()).isNull();
		assertThat(this.gate.opensIn()).isEqualTo(Duration.ofSeconds(1));
		pass(Duration.ofSeconds(1));
		assertThat(this.gate.availablePermits()).isOne();
		assertThat(this.gate.tryAcquire()).isNotNull();
		assertThat(this.gate.availablePermits()).isZero();
		assertThat(this.gate.opensIn()).isNull();
		assertThat(this.gate.tryAcquire()).isNull();
	}

	@Test
	void waitsLongerAfterEachFailedProbe() {
		beginOutage();
		pass(Duration.ofSeconds(1));
		this.gate.unanswered(this.gate.tryAcquire(), FAILURE, false);
		pass(Duration.ofMillis(1_999));
		assertThat(this.gate.availablePermits()).isZero();
		pass(Duration.ofMillis(1));
		assertThat(this.gate.availablePermits()).isOne();
	}

	@Test
	void anAnswerOpensItAtOnce() {
		beginOutage();
		pass(Duration.ofSeconds(1));
		this.gate.tryAcquire();
		this.gate.answered();
		assertThat(this.recoveries).hasValue(1);
		assertThat(this.gate.availablePermits()).isEqualTo(Integer.MAX_VALUE);
		this.gate.answered();
		assertThat(this.recoveries).hasValue(1);
	}

	@Test
	void closesAfterSeveralCallsInARowWithoutAnAnswer() {
		this.gate.unanswered(this.gate.tryAcquire(), FAILURE, true);
		this.gate.unanswered(this.gate.tryAcquire(), FAILURE, true);
		this.gate.answered();
		this.gate.unanswered(this.gate.tryAcquire(), FAILURE, true);
		this.gate.unanswered(this.gate.tryAcquire(), FAILURE, true);
		assertThat(this.gate.availablePermits()).isEqualTo(Integer.MAX_VALUE);
		this.gate.unanswered(this.gate.tryAcquire(), FAILURE, true);
		assertThat(this.gate.availablePermits()).isZero();
		pass(Duration.ofSeconds(1));
		this.gate.unanswered(this.gate.tryAcquire(), FAILURE, true);
		assertThat(this.gate.availablePermits()).isZero();
		assertThat(this.recoveries).hasValue(0);
		pass(Duration.ofSeconds(2));
		this.gate.tryAcquire();
		this.gate.answered();
		assertThat(this.recoveries).hasValue(1);
	}

	@Test
	void aProbeWithoutResultMakesWayForAnother() {
		beginOutage();
		pass(Duration.ofSeconds(1));
		this.gate.release(this.gate.tryAcquire());
		assertThat(this.gate.availablePermits()).isOne();
	}

	@Test
	void pausesForTheLongestTimeAskedFor() {
		this.gate.pause(Duration.ofSeconds(3), FAILURE);
		this.gate.pause(Duration.ofSeconds(2), FAILURE);
		assertThat(this.gate.opensIn()).isEqualTo(Duration.ofSeconds(3));
		pass(Duration.ofMillis(2_999));
		assertThat(this.gate.tryAcquire()).isNull();
		pass(Duration.ofMillis(1));
		assertThat(this.gate.tryAcquire()).isNotNull();
	}

	@Test
	void anAnswerDoesNotEndAPause() {
		this.gate.pause(Duration.ofSeconds(3), FAILURE);
		this.gate.answered();
		assertThat(this.gate.availablePermits()).isZero();
	}

	@Test
	void probesAtOnceWhenAskedToButNotDuringAPause() {
		beginOutage();
		assertThat(this.gate.opensIn()).isEqualTo(Duration.ofSeconds(1));
		this.gate.probeNow();
		assertThat(this.gate.opensIn()).isZero();
		this.gate.pause(Duration.ofSeconds(3), FAILURE);
		this.gate.probeNow();
		assertThat(this.gate.opensIn()).isEqualTo(Duration.ofSeconds(3));
	}

	@Test
	void logsAnOutageOnceAndItsEnd(CapturedOutput output) {
		for (int failures = 1; failures <= 20; failures++) {
			this.gate.unanswered(this.gate.tryAcquire(), FAILURE, false);
			pass(Duration.ofSeconds(failures));
		}
		this.gate.answered();
		assertThat(output).containsOnlyOnce("WARN")
			.contains("Goals wait")
			.contains("it went wrong")
			.containsOnlyOnce("DataFast answers again after 210 s");
	}

	@Test
	void logsAnOutageThatFollowsAnotherSoonWhenItLasts(CapturedOutput output) {
		beginOutage();
		this.gate.answered();
		beginOutage();
		assertThat(output).containsOnlyOnce("WARN");
		pass(Duration.ofMinutes(1));
		this.gate.unanswered(this.gate.tryAcquire(), FAILURE, false);
		assertThat(output.getAll().split("WARN", -1)).hasSize(3);
	}

	private void beginOutage() {
		this.gate.unanswered(this.gate.tryAcquire(), FAILURE, false);
	}

	private void pass(Duration duration) {
		this.now.addAndGet(duration.toNanos());
	}

}
