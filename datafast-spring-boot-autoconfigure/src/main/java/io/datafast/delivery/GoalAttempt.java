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

import org.springframework.util.Assert;

/**
 * One attempt to deliver a goal: makes the call, reads what its failure means, and tells
 * the {@link DeliveryGate}. Where goals wait for the next attempt is up to the caller.
 * Thread-safe.
 */
public final class GoalAttempt {

	private final GoalDelivery delivery;

	private final RetryPolicy retryPolicy;

	private final DeliveryGate gate;

	/**
	 * Create an instance.
	 * @param delivery makes the calls
	 * @param retryPolicy decides what follows from a failure
	 * @param gate told about every call
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
		Progress answered = progress.answered(failure);
		RetryPolicy.Decision decision = this.retryPolicy.decide(failure, answered.answers(),
				progress.visitorNotFound());
		if (decision.notSent()) {
			this.gate.notSent(permit, failure);
			return new NotSent(failure);
		}
		if (decision.pause() != null) {
			this.gate.pause(decision.pause(), failure);
		}
		if (failure instanceof DataFastUnavailableException unavailable && unavailable.getStatus() == null) {
			this.gate.unanswered(permit, failure);
		}
		else {
			this.gate.answered();
		}
		if (decision.outcome() != null) {
			return new Finished(decision.outcome());
		}
		Assert.state(decision.retryAfter() != null, "There is neither an outcome nor another attempt");
		return new Retry(decision.retryAfter(), answered, failure);
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
	 * The goal is to be tried again at a later time.
	 *
	 * @param delay the time until then
	 * @param progress what the answers so far were, this one included
	 * @param failure how the attempt failed
	 */
	public record Retry(Duration delay, Progress progress, DataFastException failure) implements Result {

	}

	/**
	 * The call was not sent, which does not count as an attempt. The goal is to be tried
	 * again when the gate lets it through.
	 *
	 * @param failure why the call was not sent
	 */
	public record NotSent(DataFastException failure) implements Result {

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

		private Progress answered(DataFastException failure) {
			return new Progress(this.answers + 1, this.visitorNotFound || failure instanceof VisitorNotFoundException);
		}

	}

}
