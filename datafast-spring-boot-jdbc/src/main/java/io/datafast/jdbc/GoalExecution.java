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

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

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
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.CannotGetJdbcConnectionException;

/**
 * Attempts to deliver goals that db-scheduler has taken from the table, and notes in
 * their rows what follows. An outcome is published when it has been noted, so that it is
 * published once even if the goal has to be sent twice. If it cannot be noted for some
 * seconds, the row stays as it is, and the goal counts as one whose node has crashed.
 */
final class GoalExecution {

	/**
	 * Stands for the goal of a row that cannot be read.
	 */
	private static final Goal UNREADABLE = Goal.of("unreadable");

	private static final long PAUSE_MILLIS = 200;

	private final Log log = LogFactory.getLog(JdbcGoalDispatcher.class);

	private final GoalAttempt attempt;

	private final DeliveryGate gate;

	private final GoalOutcomePublisher outcomes;

	private final Backlog backlog;

	private final GoalEngine engine;

	private final OnCrash onCrash;

	private final Duration patience;

	private final Clock clock;

	private final Set<String> inFlight = ConcurrentHashMap.newKeySet();

	GoalExecution(GoalAttempt attempt, DeliveryGate gate, GoalOutcomePublisher outcomes, Backlog backlog,
			GoalEngine engine, JdbcSettings settings, Clock clock) {
		this.attempt = attempt;
		this.gate = gate;
		this.outcomes = outcomes;
		this.backlog = backlog;
		this.engine = engine;
		this.onCrash = settings.onCrash();
		// No other node takes the goal over meanwhile.
		this.patience = settings.heartbeatInterval().multipliedBy(GoalEngine.MISSED_HEARTBEATS / 2);
		this.clock = clock;
	}

	CompletionHandler<StoredGoal> execute(TaskInstance<StoredGoal> instance, ExecutionContext context) {
		this.inFlight.add(instance.getId());
		CompletionHandler<StoredGoal> completion = attempt(instance.getData(), GoalId.timeOf(instance.getId()));
		return (complete, operations) -> {
			try {
				completion.complete(complete, operations);
			}
			finally {
				this.inFlight.remove(instance.getId());
			}
		};
	}

	private CompletionHandler<StoredGoal> attempt(StoredGoal stored, Instant trackedAt) {
		if (this.attempt.isExpired(Duration.between(trackedAt, this.clock.instant()))) {
			return end(stored, trackedAt, new Dropped(Dropped.Reason.EXPIRED, null));
		}
		Permit permit = this.gate.tryAcquire();
		if (permit == null) {
			return this::waitFurther;
		}
		Result result = this.attempt.run(stored.goal(), stored.progress(), permit);
		if (result instanceof Finished finished) {
			return (finished.outcome() instanceof Created created) ? created(stored, trackedAt, created)
					: end(stored.answered(), trackedAt, finished.outcome());
		}
		return (result instanceof Retry retry)
				? (complete, operations) -> tryAgain(complete, operations, stored.after(retry.progress()), retry)
				: this::waitFurther;
	}

	/**
	 * Its time stays the same, so that it keeps its place before later goals.
	 */
	private void waitFurther(ExecutionComplete complete, ExecutionOperations<StoredGoal> operations) {
		write(() -> operations.reschedule(complete, complete.getExecution().getExecutionTime()));
	}

	private void tryAgain(ExecutionComplete complete, ExecutionOperations<StoredGoal> operations, StoredGoal answered,
			Retry retry) {
		ExecutionComplete failed = failed(complete, retry.failure());
		try {
			write(() -> operations.reschedule(failed, this.clock.instant().plus(retry.delay()), answered));
		}
		catch (RuntimeException ex) {
			if (!isRefused(ex)) {
				throw ex;
			}
			// Without its answers being counted there would be no end.
			failed(failed, operations, "What DataFast answered cannot be stored, the database refuses it");
		}
	}

	private CompletionHandler<StoredGoal> created(StoredGoal stored, Instant trackedAt, Created outcome) {
		return (complete, operations) -> {
			if (write(operations::remove)) {
				publish(stored.goal(), trackedAt, outcome);
			}
		};
	}

	private CompletionHandler<StoredGoal> end(StoredGoal stored, Instant trackedAt, GoalOutcome outcome) {
		return (complete, operations) -> {
			if (park(failed(complete, null), operations, stored.ended(outcome))) {
				publish(stored.goal(), trackedAt, outcome);
			}
		};
	}

	private boolean park(ExecutionComplete complete, ExecutionOperations<StoredGoal> operations,
			@Nullable StoredGoal ended) {
		if (!this.backlog.reserveParked()) {
			return write(operations::remove);
		}
		boolean parked = false;
		try {
			parked = write((ended != null) ? () -> operations.reschedule(complete, GoalTable.PARKED, ended)
					: () -> operations.reschedule(complete, GoalTable.PARKED));
			return parked;
		}
		catch (RuntimeException ex) {
			if (!isRefused(ex)) {
				throw ex;
			}
		}
		finally {
			if (parked) {
				this.backlog.parked();
			}
			else {
				this.backlog.notParked();
			}
		}
		// To know why it ended matters less than that it ends.
		return (ended != null) ? park(complete, operations, null) : write(operations::remove);
	}

	/**
	 * Change the row.
	 * @return whether it has been changed; {@code false} if another node has taken the
	 * goal over
	 * @throws RuntimeException if it cannot be changed
	 */
	private boolean write(Runnable change) {
		boolean interrupted = Thread.interrupted();
		long deadline = System.nanoTime() + this.patience.toNanos();
		boolean doubtful = false;
		try {
			while (true) {
				try {
					change.run();
					return true;
				}
				catch (ExecutionException ex) {
					// If an earlier attempt got through to the database, the change is
					// its own.
					if (!doubtful) {
						this.log.info("Another node has taken a goal over that was in flight here,"
								+ " and publishes its outcome");
					}
					return doubtful;
				}
				catch (RuntimeException ex) {
					if (isRefused(ex) || this.engine.isStopping() || System.nanoTime() - deadline >= 0) {
						throw ex;
					}
					doubtful = doubtful || !(ex instanceof CannotGetJdbcConnectionException);
					this.log.debug("What became of a goal cannot be noted; this is tried again", ex);
				}
				try {
					TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
				}
				catch (InterruptedException ex) {
					interrupted = true;
					deadline = System.nanoTime();
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Whether the database refuses the data, as it would the next time.
	 */
	private static boolean isRefused(RuntimeException failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof SQLException sqlException && sqlException.getSQLState() != null) {
				String state = sqlException.getSQLState();
				return state.startsWith("22") || state.startsWith("23");
			}
		}
		return false;
	}

	private ExecutionComplete failed(ExecutionComplete complete, @Nullable Throwable failure) {
		Instant now = this.clock.instant();
		return ExecutionComplete.failure(complete.getExecution(), now, now, failure);
	}

	private void publish(Goal goal, Instant trackedAt, GoalOutcome outcome) {
		this.backlog.ended();
		this.outcomes.publish(goal, outcome, Duration.between(trackedAt, this.clock.instant()));
	}

	/**
	 * Something failed other than the call: the row cannot be read, or there is an error
	 * on this side.
	 */
	void onFailure(ExecutionComplete complete, ExecutionOperations<StoredGoal> operations) {
		try {
			failed(complete, operations, "Delivering a goal failed");
		}
		finally {
			this.inFlight.remove(complete.getExecution().getId());
		}
	}

	private void failed(ExecutionComplete complete, ExecutionOperations<StoredGoal> operations, String message) {
		StoredGoal stored = readable(complete.getExecution());
		if (park(complete, operations,
				(stored != null) ? stored.ended(new Dropped(Dropped.Reason.FAILED, null)) : null)) {
			this.backlog.ended();
			this.outcomes.publishFailed((stored != null) ? stored.goal() : UNREADABLE,
					(stored != null) ? message : "A stored goal cannot be read", complete.getCause().orElse(null));
		}
	}

	/**
	 * The goal was in flight on a node that has crashed or could not reach the database
	 * for as long. If that is this node, the goal still is in flight.
	 */
	void onDead(ExecutionComplete complete, ExecutionOperations<StoredGoal> operations) {
		if (this.inFlight.contains(complete.getExecution().getId()) || this.engine.wasCutOff()) {
			return;
		}
		try {
			takeOver(complete, operations);
		}
		catch (ExecutionException ex) {
			this.log.debug("Another node was faster to take a goal over", ex);
		}
	}

	private void takeOver(ExecutionComplete complete, ExecutionOperations<StoredGoal> operations) {
		Execution execution = complete.getExecution();
		StoredGoal stored = readable(execution);
		if (this.onCrash == OnCrash.RETRY || stored == null) {
			operations.reschedule(complete, this.clock.instant());
			this.log.info("A goal is tried again that was in flight on " + execution.pickedBy + ", which has stopped");
			return;
		}
		Dropped outcome = new Dropped(Dropped.Reason.AMBIGUOUS, null);
		if (park(complete, operations, stored.ended(outcome))) {
			publish(stored.goal(), GoalId.timeOf(execution.getId()), outcome);
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
