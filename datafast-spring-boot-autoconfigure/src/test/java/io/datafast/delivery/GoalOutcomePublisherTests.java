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
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

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
class GoalOutcomePublisherTests {

	private static final GoalOutcome REFUSED = new Rejected(new GoalRejectedException("no", 400, "no"));

	private static final GoalOutcome QUEUE_FULL = new Dropped(Dropped.Reason.QUEUE_FULL, null);

	private static final GoalOutcome KEY_REFUSED = new Rejected(new DataFastAuthenticationException("no key.", 401));

	private static final GoalOutcome CREATED = new Created(new GoalReceipt("1", ""));

	private final AtomicLong now = new AtomicLong();

	private final GoalOutcomePublisher publisher = new GoalOutcomePublisher(List::of, this.now::get);

	@Test
	void warnsWhenTroubleBeginsAndThenOnceAMinuteWithTheNumber(CapturedOutput output) {
		publish(QUEUE_FULL, 3);
		publish(REFUSED, 1);
		assertThat(count(output, "WARN")).isEqualTo(2);
		assertThat(output).contains("dropped (QUEUE_FULL)").contains("datafast.delivery.capacity");
		pass(Duration.ofSeconds(59));
		publish(QUEUE_FULL, 1);
		assertThat(count(output, "WARN")).isEqualTo(2);
		pass(Duration.ofSeconds(1));
		publish(QUEUE_FULL, 2);
		assertThat(count(output, "WARN")).isEqualTo(3);
		assertThat(output).contains("(4 since this was last logged)");
		this.publisher.close();
		assertThat(count(output, "WARN")).isEqualTo(4);
		assertThat(output).contains("Goals dropped because the queue is full: 1 since this was last logged");
	}

	@Test
	void aRefusedKeyIsOneErrorAMinute(CapturedOutput output) {
		publish(KEY_REFUSED, 5);
		assertThat(count(output, "ERROR")).isEqualTo(1);
		assertThat(output).contains("datafast.api-key");
		pass(Duration.ofMinutes(1));
		publish(KEY_REFUSED, 5);
		assertThat(count(output, "ERROR")).isEqualTo(2);
		assertThat(output).contains("(5 since this was last logged)");
		assertThat(count(output, "WARN")).isZero();
	}

	@Test
	void aKeyIsAcceptedAgainAfterAMinuteWithoutARefusal(CapturedOutput output) {
		publish(KEY_REFUSED, 3);
		publish(CREATED, 3);
		pass(Duration.ofSeconds(59));
		publish(CREATED, 3);
		publish(KEY_REFUSED, 1);
		pass(Duration.ofSeconds(59));
		publish(CREATED, 3);
		assertThat(output).doesNotContain("accepts the API key again");
		pass(Duration.ofSeconds(1));
		publish(CREATED, 3);
		assertThat(output).containsOnlyOnce("DataFast accepts the API key again")
			.contains("Refusals of the API key: 3 since this was last logged");
		publish(KEY_REFUSED, 2);
		assertThat(count(output, "ERROR")).isEqualTo(2);
	}

	@Test
	void goalsDroppedAtShutdownAreOneWarningWithTheNumber(CapturedOutput output) {
		publish(new Dropped(Dropped.Reason.SHUTDOWN, null), 7);
		assertThat(count(output, "WARN")).isZero();
		this.publisher.close();
		assertThat(count(output, "WARN")).isEqualTo(1);
		assertThat(output).contains("Dropped 7 goal(s)");
	}

	@Test
	void whatIsNormalIsNoReasonToWarn(CapturedOutput output) {
		publish(CREATED, 2);
		publish(new GoalOutcome.Skipped(GoalOutcome.Skipped.Reason.NO_VISITOR), 2);
		publish(new Rejected(new VisitorNotFoundException("no", 404, "no")), 2);
		publish(new Rejected(new GoalRejectedException("no", 400, "Visitor is a bot")), 2);
		assertThat(count(output, "WARN") + count(output, "ERROR") + count(output, "INFO")).isZero();
		this.publisher.close();
		assertThat(count(output, "WARN")).isZero();
	}

	private void pass(Duration time) {
		this.now.addAndGet(time.toNanos());
	}

	private void publish(GoalOutcome outcome, int times) {
		for (int i = 0; i < times; i++) {
			this.publisher.publish(Goal.of("goal").forVisitor("visitor-1"), outcome);
		}
	}

	private static int count(CapturedOutput output, String level) {
		return output.getAll().split(" " + level + " ", -1).length - 1;
	}

}
