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

import io.datafast.DataFastException;
import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.GoalReceipt;
import io.datafast.VisitorNotFoundException;
import io.datafast.delivery.DeliveryGate.Permit;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * One attempt to deliver a goal: makes the call, decides what a failure means, and
 * reports to the {@link DeliveryGate}. Where goals wait for the next attempt is up to the
 * caller. Thread-safe.
 */
public final class GoalAttempt {

	private final GoalDelivery delivery;

	private final RetryPolicy retryPolicy;

	private final DeliveryGate gate;

	/**
	 * Create an instance.
	 * @param delivery makes the calls
	 * @param retryPolicy decides what follows from a failure
	 * @param gate receives a report of every call
	 */
	public GoalAttempt(GoalDelivery delivery, RetryPolicy retryPolicy, DeliveryGate gate) {
		this.delivery = delivery;
		this.retryPolicy = retryPolicy;
		this.gate = gate;
	}

	/**
	 * Whether a goal is too old to be tried (again). Its outcome is
	 * {@link GoalOutcome.Dropped.Reason#EXPIRED} then.
	 * @param age the time since the goal was handed over
	 * @return whether the goal is given up
	 */
	public boolean isExpired(Duration age) {
		return age.compareTo(this.retryPolicy.maxAge()) > 0;
	}

	/**
	 * Make the attempt, on the calling thread.
	 * @param goal a goal with a visitor id
	 * @param progress what the answers so far were
	 * @param permit a permit of the gate, which is given back in any case
	 * @return what follows
	 * @throws RuntimeException or an Error if something on this side failed, other than
	 * the call; the goal should count as {@link GoalOutcome.Dropped.Reason#FAILED}
	 */
	public Result run(Goal goal, Progress progress, Permit permit) {
		try {
			GoalReceipt receipt = this.delivery.send(goal);
			Assert.state(receipt != null, "There is no receipt");
			this.gate.answered();
			return new Finished(new GoalOutcome.Created(receipt));
		}
		catch (DataFastException ex) {
			return afterFailure(progress, permit, ex);
		}
		finally {
			this.gate.release(permit);
		}
	}

	private Result afterFailure(Progress progress, Permit permit, DataFastException failure) {
		Result result = this.retryPolicy.decide(failure, progress);
		Duration pause = this.retryPolicy.pause(failure);
		if (pause != null) {
			this.gate.pause(pause, failure);
		}
		if (failure instanceof DataFastUnavailableException unavailable && unavailable.getStatus() == null) {
			this.gate.unanswered(permit, failure, unavailable.isAmbiguous());
		}
		else {
			this.gate.answered();
		}
		return result;
	}

	/**
	 * What follows from an attempt.
	 */
	public sealed interface Result {

	}

	/**
	 * The goal has its outcome.
	 *
	 * @param outcome the outcome
	 */
	public record Finished(GoalOutcome outcome) implements Result {

	}

	/**
	 * The goal is to be tried again.
	 *
	 * @param delay the time until then, or {@code null} if the call was not sent, which
	 * does not count as an attempt: the goal is to be tried when the gate lets it through
	 * @param progress what the answers so far were, this one included
	 * @param failure how the attempt failed
	 */
	public record Retry(@Nullable Duration delay, Progress progress, DataFastException failure) implements Result {

	}

	/**
	 * What matters of the answers that a goal has got.
	 *
	 * @param answers their number, calls that were sent and not answered included
	 * @param visitorNotFound whether one of them said that there is no such visitor
	 */
	public record Progress(int answers, boolean visitorNotFound) {

		/**
		 * The progress of a goal that has not got any answer.
		 */
		public static final Progress NONE = new Progress(0, false);

		Progress answered(DataFastException failure) {
			return new Progress(this.answers + 1, this.visitorNotFound || failure instanceof VisitorNotFoundException);
		}

	}

}
