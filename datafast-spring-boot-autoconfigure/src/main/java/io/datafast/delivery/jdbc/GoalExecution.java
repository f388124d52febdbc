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

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

import com.github.kagkarlsson.scheduler.exceptions.ExecutionException;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import io.datafast.DataFastException;
import io.datafast.DataFastUnavailableException;
import io.datafast.Goal;
import io.datafast.GoalReceipt;
import io.datafast.delivery.GoalDelivery;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.RetryPolicy;
import io.datafast.delivery.jdbc.DeliveryGate.Pass;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * An attempt to deliver a goal that the engine has taken from the table, and what follows
 * from how it ended. An outcome is told when the row has been changed accordingly, so
 * that it is told once even if the goal has to be sent twice.
 */
final class GoalExecution {

	/**
	 * Stands for the goal of a row that cannot be read.
	 */
	private static final Goal UNREADABLE = Goal.of("unreadable");

	private final Log log = LogFactory.getLog(JdbcGoalDispatcher.class);

	private final GoalDelivery delivery;

	private final GoalOutcomePublisher outcomes;

	private final RetryPolicy retryPolicy;

	private final DeliveryGate gate;

	private final OutageLog outageLog;

	private final GoalTable table;

	private final Backlog backlog;

	private final IntakeLedger ledger;

	private final OnCrash onCrash;

	private final PersistentWrite persistentWrite;

	private final BooleanSupplier cutOff;

	private final Runnable recovered;

	private final Clock clock;

	private final Set<String> inFlight = ConcurrentHashMap.newKeySet();

	GoalExecution(GoalDelivery delivery, GoalOutcomePublisher outcomes, RetryPolicy retryPolicy, DeliveryGate gate,
			OutageLog outageLog, GoalTable table, Backlog backlog, IntakeLedger ledger, OnCrash onCrash,
			PersistentWrite persistentWrite, BooleanSupplier cutOff, Runnable recovered, Clock clock) {
		this.delivery = delivery;
		this.outcomes = outcomes;
		this.retryPolicy = retryPolicy;
		this.gate = gate;
		this.outageLog = outageLog;
		this.table = table;
		this.backlog = backlog;
		this.ledger = ledger;
		this.onCrash = onCrash;
		this.persistentWrite = persistentWrite;
		this.cutOff = cutOff;
		this.recovered = recovered;
		this.clock = clock;
	}

	CompletionHandler<StoredGoal> execute(TaskInstance<StoredGoal> instance, ExecutionContext context) {
		this.ledger.arrived(instance.getId());
		this.inFlight.add(instance.getId());
		CompletionHandler<StoredGoal> completion = attempt(instance);
		return (complete, operations) -> {
			try {
				completion.complete(complete, operations);
			}
			finally {
				this.inFlight.remove(instance.getId());
			}
		};
	}

	private CompletionHandler<StoredGoal> attempt(TaskInstance<StoredGoal> instance) {
		StoredGoal stored = instance.getData();
		Instant trackedAt = GoalId.timeOf(instance.getId());
		if (Duration.between(trackedAt, this.clock.instant()).compareTo(this.retryPolicy.maxAge()) > 0) {
			return end(stored, trackedAt, new Dropped(Dropped.Reason.EXPIRED, null), null);
		}
		Pass pass = this.gate.enter();
		return (pass != null) ? attempt(stored, trackedAt, pass) : this::waitFurther;
	}

	private CompletionHandler<StoredGoal> attempt(StoredGoal stored, Instant trackedAt, Pass pass) {
		GoalReceipt receipt;
		try {
			receipt = this.delivery.send(stored.goal());
		}
		catch (DataFastException ex) {
			return afterFailure(stored, trackedAt, pass, ex);
		}
		catch (Throwable ex) {
			this.gate.untold(pass);
			throw ex;
		}
		answered();
		return created(stored, trackedAt, receipt);
	}

	private void answered() {
		if (this.gate.answered()) {
			this.outageLog.reachable(this.backlog.waitingCount());
			this.recovered.run();
		}
	}

	private CompletionHandler<StoredGoal> afterFailure(StoredGoal stored, Instant trackedAt, Pass pass,
			DataFastException failure) {
		RetryPolicy.Decision decision = this.retryPolicy.decide(failure, stored.answers() + 1, stored.notFound());
		if (decision.notSent()) {
			if (this.gate.unreachable(pass)) {
				this.outageLog.unreachable(failure);
			}
			return this::waitFurther;
		}
		if (decision.pause() != null) {
			this.gate.pause(decision.pause());
			this.outageLog.paused(decision.pause(), failure);
		}
		if (isAnswer(failure)) {
			answered();
		}
		else if (this.gate.unanswered(pass)) {
			this.outageLog.unreachable(failure);
		}
		StoredGoal answered = stored.answered(failure);
		GoalOutcome outcome = decision.outcome();
		if (outcome != null) {
			return end(answered, trackedAt, outcome, failure);
		}
		Duration delay = (decision.retryAfter() != null) ? decision.retryAfter() : Duration.ZERO;
		return (complete, operations) -> tryAgain(complete, operations, answered, delay, failure);
	}

	private static boolean isAnswer(DataFastException failure) {
		return !(failure instanceof DataFastUnavailableException unavailable) || unavailable.getStatus() != null;
	}

	// What is done to the row

	/**
	 * Its time stays the same, so that it keeps its place before those that came later.
	 */
	private void waitFurther(ExecutionComplete complete, ExecutionOperations<StoredGoal> operations) {
		reschedule(() -> operations.reschedule(complete, complete.getExecution().getExecutionTime()));
	}

	private void tryAgain(ExecutionComplete complete, ExecutionOperations<StoredGoal> operations, StoredGoal answered,
			Duration delay, DataFastException failure) {
		ExecutionComplete failed = failed(complete, failure);
		try {
			reschedule(() -> operations.reschedule(failed, this.clock.instant().plus(delay), answered));
		}
		catch (RuntimeException ex) {
			if (!PersistentWrite.isHopeless(ex)) {
				throw ex;
			}
			// Without its answers being counted there would be no end.
			failed(failed, operations, "What DataFast answered cannot be stored, the database refuses it");
		}
	}

	private void reschedule(Runnable change) {
		write(change, () -> true);
	}

	private CompletionHandler<StoredGoal> created(StoredGoal stored, Instant trackedAt, GoalReceipt receipt) {
		return (complete, operations) -> {
			if (remove(complete, operations)) {
				tell(stored.goal(), trackedAt, new Created(receipt));
			}
		};
	}

	private CompletionHandler<StoredGoal> end(StoredGoal stored, Instant trackedAt, GoalOutcome outcome,
			@Nullable DataFastException failure) {
		return (complete, operations) -> {
			if (park(failed(complete, failure), operations, stored.ended(outcome))) {
				tell(stored.goal(), trackedAt, outcome);
			}
		};
	}

	private boolean park(ExecutionComplete complete, ExecutionOperations<StoredGoal> operations,
			@Nullable StoredGoal ended) {
		if (!this.backlog.hasRoomForParked()) {
			return remove(complete, operations);
		}
		Runnable change = (ended != null) ? () -> operations.reschedule(complete, GoalTable.PARKED, ended)
				: () -> operations.reschedule(complete, GoalTable.PARKED);
		try {
			boolean parked = write(change, () -> this.table.findParked(complete.getExecution().getId()) != null);
			if (parked) {
				this.backlog.parked();
			}
			return parked;
		}
		catch (RuntimeException ex) {
			if (!PersistentWrite.isHopeless(ex)) {
				throw ex;
			}
			// To know why it ended matters less than that it ends.
			return (ended != null) ? park(complete, operations, null) : remove(complete, operations);
		}
	}

	private boolean remove(ExecutionComplete complete, ExecutionOperations<StoredGoal> operations) {
		return write(operations::remove, () -> !this.table.contains(complete.getExecution().getId()));
	}

	private boolean write(Runnable change, BooleanSupplier evident) {
		boolean written = this.persistentWrite.run(change, evident);
		if (!written) {
			this.log.info("Another node has taken a goal over that was in flight here; it counts what becomes of it");
		}
		return written;
	}

	private ExecutionComplete failed(ExecutionComplete complete, @Nullable Throwable failure) {
		Instant now = this.clock.instant();
		return ExecutionComplete.failure(complete.getExecution(), now, now, failure);
	}

	private void tell(Goal goal, Instant trackedAt, GoalOutcome outcome) {
		this.backlog.ended();
		this.outcomes.publish(goal, outcome, Duration.between(trackedAt, this.clock.instant()));
	}

	// What is no answer of DataFast

	/**
	 * Something failed that should not: the row cannot be read, or there is an error on
	 * this side.
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
	 * The goal was in flight on a node that has crashed; or on one that could not reach
	 * the database for so long. If that is this node, it knows better.
	 */
	void onDead(ExecutionComplete complete, ExecutionOperations<StoredGoal> operations) {
		if (this.inFlight.contains(complete.getExecution().getId()) || this.cutOff.getAsBoolean()) {
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
			this.log.info("Trying a goal again that was in flight on " + execution.pickedBy + ", which has stopped");
			return;
		}
		Dropped outcome = new Dropped(Dropped.Reason.AMBIGUOUS, null);
		if (park(complete, operations, stored.ended(outcome))) {
			tell(stored.goal(), GoalId.timeOf(execution.getId()), outcome);
		}
	}

	private @Nullable StoredGoal readable(Execution execution) {
		try {
			GoalId.timeOf(execution.getId());
			return (StoredGoal) execution.taskInstance.getData();
		}
		catch (RuntimeException ex) {
			return null;
		}
	}

}
