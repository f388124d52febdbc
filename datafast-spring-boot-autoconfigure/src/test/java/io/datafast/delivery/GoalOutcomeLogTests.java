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

import io.datafast.DataFastAuthenticationException;
import io.datafast.Goal;
import io.datafast.GoalReceipt;
import io.datafast.GoalRejectedException;
import io.datafast.VisitorNotFoundException;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Rejected;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class GoalOutcomeLogTests {

	private static final GoalOutcome REFUSED = new Rejected(new GoalRejectedException("no", 400, "no"));

	private static final GoalOutcome QUEUE_FULL = new Dropped(Dropped.Reason.QUEUE_FULL, null);

	private static final GoalOutcome KEY_REFUSED = new Rejected(new DataFastAuthenticationException("no key.", 401));

	private static final GoalOutcome CREATED = new Created(new GoalReceipt("1", ""));

	private final ManualTimer timer = new ManualTimer();

	private final GoalOutcomeLog log = new GoalOutcomeLog(this.timer);

	@Test
	void warnsWhenTroubleBeginsAndThenOnceAMinuteWithTheNumber(CapturedOutput output) {
		publish(QUEUE_FULL, 3);
		publish(REFUSED, 1);
		assertThat(count(output, "WARN")).isEqualTo(2);
		assertThat(output).contains("dropped (QUEUE_FULL)").contains("datafast.delivery.capacity");
		this.timer.advance(Duration.ofSeconds(59));
		assertThat(count(output, "WARN")).isEqualTo(2);
		this.timer.advance(Duration.ofSeconds(1));
		assertThat(count(output, "WARN")).isEqualTo(3);
		assertThat(output).contains("Goals dropped because the queue is full: 2 more within a minute");
		publish(QUEUE_FULL, 5);
		this.timer.advance(Duration.ofMinutes(1));
		assertThat(count(output, "WARN")).isEqualTo(4);
		assertThat(output).contains("5 more within a minute");
	}

	@Test
	void warnsAgainAtOnceAfterAQuietMinute(CapturedOutput output) {
		publish(REFUSED, 1);
		this.timer.advance(Duration.ofMinutes(1));
		assertThat(this.timer.isIdle()).isTrue();
		publish(REFUSED, 1);
		assertThat(count(output, "WARN")).isEqualTo(2);
	}

	@Test
	void logsTheRestWhenItEnds(CapturedOutput output) {
		publish(REFUSED, 4);
		this.log.destroy();
		assertThat(output).contains("Goals that DataFast refused with status 400: 3 more within a minute");
		assertThat(this.timer.isIdle()).isTrue();
	}

	@Test
	void aRefusedKeyIsOneErrorAndOneRecovery(CapturedOutput output) {
		publish(KEY_REFUSED, 5);
		assertThat(count(output, "ERROR")).isEqualTo(1);
		publish(CREATED, 3);
		assertThat(count(output, "INFO")).isEqualTo(1);
		assertThat(output).contains("DataFast accepts the API key again");
		publish(KEY_REFUSED, 2);
		assertThat(count(output, "ERROR")).isEqualTo(2);
		assertThat(count(output, "WARN")).isZero();
	}

	@Test
	void whatIsNormalIsNoReasonToWarn(CapturedOutput output) {
		publish(CREATED, 2);
		publish(new GoalOutcome.Skipped(GoalOutcome.Skipped.Reason.NO_VISITOR), 2);
		publish(new Rejected(new VisitorNotFoundException("no", 404, "no")), 2);
		publish(new Rejected(new GoalRejectedException("no", 400, "Visitor is a bot")), 2);
		assertThat(count(output, "WARN") + count(output, "ERROR") + count(output, "INFO")).isZero();
		assertThat(this.timer.isIdle()).isTrue();
	}

	private void publish(GoalOutcome outcome, int times) {
		for (int i = 0; i < times; i++) {
			this.log.onOutcome(Goal.of("goal").forVisitor("visitor-1"), outcome);
		}
	}

	private static int count(CapturedOutput output, String level) {
		return output.getAll().split(" " + level + " ", -1).length - 1;
	}

}
