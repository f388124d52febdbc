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

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

import com.github.kagkarlsson.scheduler.exceptions.ExecutionException;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import io.datafast.Goal;
import io.datafast.delivery.DeliveryGate;
import io.datafast.delivery.DeliveryGate.Permit;
import io.datafast.delivery.GoalAttempt;
import io.datafast.delivery.GoalAttempt.Finished;
import io.datafast.delivery.GoalAttempt.Result;
import io.datafast.delivery.GoalAttempt.Retry;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.jdbc.JdbcGoalDispatcher.OnCrash;
import io.datafast.jdbc.JdbcGoalDispatcher.Settings;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Attempts to deliver goals that db-scheduler has taken from the table, and writes the
 * results to their rows. An outcome is published after it has been written, so that it is
 * published once even if the goal has to be sent twice. If a result cannot be written for
 * some seconds, the row stays unchanged, and the goal counts as one whose node has
 * crashed.
 */
final class GoalExecution {

	/**
	 * Stands for the goal of a row that cannot be read.
	 */
	private static final Goal UNREADABLE = Goal.of("unreadable");

	private static final long PAUSE_NANOS = Duration.ofMillis(200).toNanos();

	private final Log log = LogFactory.getLog(JdbcGoalDispatcher.class);

	private final GoalAttempt attempt;

	private final DeliveryGate gate;

	private final GoalOutcomePublisher outcomes;

	private final Backlog backlog;

	private final Settings settings;

	GoalExecution(GoalAttempt attempt, DeliveryGate gate, GoalOutcomePublisher outcomes, Backlog backlog,
			Settings settings) {
		this.attempt = attempt;
		this.gate = gate;
		this.outcomes = outcomes;
		this.backlog = backlog;
		this.settings = settings;
	}

	/**
	 * How many goals are to be taken from the table now. Those that have become too old
	 * during an outage are taken, too, so that they do not keep new ones out.
	 */
	int deliverable() {
		Duration oldestAge = this.backlog.oldestAge();
		return (oldestAge != null && this.attempt.isExpired(oldestAge)) ? Integer.MAX_VALUE
				: this.gate.availablePermits();
	}

	CompletionHandler<StoredGoal> execute(TaskInstance<StoredGoal> instance, ExecutionContext context) {
		StoredGoal stored = instance.getData();
		Instant trackedAt = GoalId.timeOf(instance.getId());
		if (this.attempt.isExpired(Duration.between(trackedAt, Instant.now()))) {
			return end(stored, trackedAt, new Dropped(Dropped.Reason.EXPIRED, null));
		}
		Permit permit = this.gate.tryAcquire();
		if (permit == null) {
			// Goals are taken in their order, so no later one is too old, either.
			this.backlog.forgetOldest();
			return this::putBack;
		}
		Result result = this.attempt.run(stored.goal(), stored.progress(), permit);
		if (result instanceof Finished finished) {
			return end(stored.answered(), trackedAt, finished.outcome());
		}
		Retry retry = (Retry) result;
		Duration delay = retry.delay();
		return (delay == null) ? this::putBack : (complete, operations) -> write(() -> operations
			.reschedule(failed(complete), Instant.now().plus(delay), stored.after(retry.progress())));
	}

	/**
	 * Put a goal back. Its time stays the same, so that it keeps its place before later
	 * goals.
	 */
	private void putBack(ExecutionComplete complete, ExecutionOperations<StoredGoal> operations) {
		write(() -> operations.reschedule(complete, complete.getExecution().getExecutionTime()));
	}

	private CompletionHandler<StoredGoal> end(StoredGoal stored, Instant trackedAt, GoalOutcome outcome) {
		return (complete, operations) -> {
			boolean noted = (outcome instanceof Created) ? write(operations::remove)
					: park(complete, operations, stored.ended(outcome));
			if (noted) {
				this.backlog.waiting().change(-1);
				this.outcomes.publish(stored.goal(), outcome, Duration.between(trackedAt, Instant.now()));
			}
		};
	}

	/**
	 * Park a goal, or delete it if there is no room for it.
	 * @return see {@link #write}
	 */
	private boolean park(ExecutionComplete complete, ExecutionOperations<StoredGoal> operations,
			@Nullable StoredGoal ended) {
		if (!this.backlog.parked().reserve(1)) {
			return write(operations::remove);
		}
		ExecutionComplete failed = failed(complete);
		boolean parked = false;
		try {
			parked = write((ended != null) ? () -> operations.reschedule(failed, GoalTable.PARKED, ended)
					: () -> operations.reschedule(failed, GoalTable.PARKED));
		}
		finally {
			this.backlog.parked().release(1, parked);
		}
		return parked;
	}

	/**
	 * Change the row.
	 * @return whether it has been changed; {@code false} if another node has taken the
	 * goal over
	 * @throws RuntimeException if it cannot be changed
	 */
	private boolean write(Runnable change) {
		// The deadline is before another node takes the goal over.
		long deadline = System.nanoTime()
				+ this.settings.heartbeatInterval().toNanos() * GoalEngine.MISSED_HEARTBEATS / 2;
		// An interrupt at shutdown ends the call, and must not keep its result from the
		// row. It ends the repetition.
		boolean interrupted = Thread.interrupted();
		for (boolean again = false;; again = true) {
			try {
				change.run();
				return true;
			}
			catch (ExecutionException ex) {
				// An earlier attempt was committed without being acknowledged, or
				// another node has taken the goal over.
				return again;
			}
			catch (RuntimeException ex) {
				if (interrupted || System.nanoTime() - deadline >= 0) {
					throw ex;
				}
				this.log.debug("The result of a goal cannot be written; this is tried again", ex);
			}
			LockSupport.parkNanos(PAUSE_NANOS);
			interrupted = Thread.interrupted();
		}
	}

	private ExecutionComplete failed(ExecutionComplete complete) {
		Instant now = Instant.now();
		return ExecutionComplete.failure(complete.getExecution(), now, now, null);
	}

	/**
	 * Something failed other than the call: the row cannot be read, or there is an error
	 * on this side.
	 */
	void onFailure(ExecutionComplete complete, ExecutionOperations<StoredGoal> operations) {
		StoredGoal stored = readable(complete.getExecution());
		if (park(complete, operations,
				(stored != null) ? stored.ended(new Dropped(Dropped.Reason.FAILED, null)) : null)) {
			this.backlog.waiting().change(-1);
			this.outcomes.publishFailed((stored != null) ? stored.goal() : UNREADABLE,
					(stored != null) ? "Delivering a goal failed" : "A stored goal cannot be read",
					complete.getCause().orElse(null));
		}
	}

	/**
	 * The goal was in flight on a node that has crashed, or on one that could not write
	 * the result.
	 */
	void onDead(ExecutionComplete complete, ExecutionOperations<StoredGoal> operations) {
		Execution execution = complete.getExecution();
		StoredGoal stored = readable(execution);
		if (this.settings.onCrash() == OnCrash.PARK && stored != null) {
			end(stored, GoalId.timeOf(execution.getId()), new Dropped(Dropped.Reason.AMBIGUOUS, null))
				.complete(complete, operations);
			return;
		}
		if (write(() -> operations.reschedule(complete, Instant.now()))) {
			this.log.info("A goal is tried again that was in flight on " + execution.pickedBy);
		}
	}

	private static @Nullable StoredGoal readable(Execution execution) {
		try {
			GoalId.timeOf(execution.getId());
			return (StoredGoal) execution.taskInstance.getData();
		}
		catch (RuntimeException ex) {
			return null;
		}
	}

}
