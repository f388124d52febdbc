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
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;

import javax.sql.DataSource;

import io.datafast.Goal;
import io.datafast.delivery.DeliveryGate;
import io.datafast.delivery.DeliveryShutdown;
import io.datafast.delivery.GoalAttempt;
import io.datafast.delivery.GoalBacklog;
import io.datafast.delivery.GoalDelivery;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.RetryPolicy;
import io.datafast.delivery.ThrottledLog;
import io.datafast.jdbc.GoalTable.NewGoal;
import io.datafast.support.TransactionalGoalWriter;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.jta.JtaTransactionManager;

/**
 * Delivers goals from a table in the application's own database, so that they survive a
 * crash, and any node of a cluster can deliver them.
 * <p>
 * Goals of a transaction of that database are {@linkplain #writeInTransaction(List)
 * written} with it. All other goals are {@linkplain #dispatch(Goal) handed over} to one
 * thread in the background that writes them within moments. Every node with the same
 * table takes goals from there. Goals that end without being recorded are
 * {@linkplain DataFastParkedEndpoint parked}.
 * <p>
 * An outcome is published on the node that reaches it. Goals that wait when a node stops
 * stay in the table.
 * <p>
 * Thread-safe.
 */
public final class JdbcGoalDispatcher implements TransactionalGoalWriter, GoalBacklog, SmartLifecycle, AutoCloseable {

	private static final long LEAST_SHUTDOWN_NANOS = Duration.ofSeconds(1).toNanos();

	private final ThrottledLog throttledLog = new ThrottledLog(JdbcGoalDispatcher.class);

	private final Settings settings;

	private final ThreadFactory threadFactory;

	private final GoalTable table;

	private final Backlog backlog;

	private final DeliveryGate gate;

	private final GoalExecution execution;

	private final TransactionWriter transactionWriter;

	private final BackgroundWriter backgroundWriter;

	private volatile @Nullable GoalEngine engine;

	private @Nullable Long stoppedAt;

	/**
	 * Create a dispatcher. It does not connect to the database before it is started or
	 * gets its first goal.
	 * @param delivery makes the calls
	 * @param outcomes told what became of each goal
	 * @param retryPolicy when goals are tried again
	 * @param settings the settings
	 * @param dataSource the database. Goals that are tracked in a transaction of this
	 * {@code DataSource} are part of it.
	 * @param transactionManager the application's transaction manager, or {@code null};
	 * it matters only if it manages transactions over several resources (JTA)
	 * @param writer writes a map of strings, nulls and maps of strings as a JSON object
	 * @param reader reads what the writer has written; gives {@code null} for anything
	 * else
	 * @param threadFactory makes the threads that deliver
	 */
	public JdbcGoalDispatcher(GoalDelivery delivery, GoalOutcomePublisher outcomes, RetryPolicy retryPolicy,
			Settings settings, DataSource dataSource, @Nullable PlatformTransactionManager transactionManager,
			Function<Map<String, ?>, byte[]> writer, Function<byte[], @Nullable Map<?, ?>> reader,
			ThreadFactory threadFactory) {
		this.settings = settings;
		this.threadFactory = threadFactory;
		this.table = new GoalTable(withoutProxy(dataSource), settings.tableName(),
				new StoredGoal.Format(writer, reader));
		this.backlog = new Backlog(settings.capacity(), settings.parkedCapacity());
		this.gate = new DeliveryGate(settings.concurrency(), retryPolicy::backoff, this::goalsAreDue);
		this.execution = new GoalExecution(new GoalAttempt(delivery, retryPolicy, this.gate), this.gate, outcomes,
				this.backlog, settings);
		this.transactionWriter = new TransactionWriter(this.table, this.backlog,
				transactionManager instanceof JtaTransactionManager, this::goalsAreDue);
		this.backgroundWriter = new BackgroundWriter(this.table, this.backlog, outcomes, this::goalsAreDue);
	}

	/**
	 * Transaction managers bind connections to the target of such a proxy.
	 */
	private static DataSource withoutProxy(DataSource dataSource) {
		DataSource target = (dataSource instanceof TransactionAwareDataSourceProxy proxy) ? proxy.getTargetDataSource()
				: null;
		return (target != null) ? target : dataSource;
	}

	@Override
	public void dispatch(Goal goal) {
		this.backgroundWriter.add(newGoal(goal));
	}

	@Override
	public boolean writeInTransaction(List<Goal> goals) {
		return this.transactionWriter.write(goals.stream().map(this::newGoal).toList());
	}

	private NewGoal newGoal(Goal goal) {
		return new NewGoal(GoalId.create(Instant.now()), goal);
	}

	/**
	 * Called by the thread of a new transaction, whichever its resource is.
	 * @param transaction the transaction
	 */
	public void transactionBegun(TransactionExecution transaction) {
		this.transactionWriter.begun(transaction);
	}

	void goalsAreDue() {
		GoalEngine engine = this.engine;
		if (engine != null) {
			engine.goalsAreDue();
		}
	}

	@Override
	public String mode() {
		return "jdbc";
	}

	/**
	 * How many goals wait in the table or are in flight, on all nodes, or wait for being
	 * written by this node. They are counted every 10 seconds, corrected by what this
	 * node has done since.
	 * @return about how many there are
	 */
	@Override
	public int pending() {
		return Math.min(this.backlog.waiting().total(), this.settings.capacity());
	}

	/**
	 * How many goals may be pending. Several nodes that add goals at the same time may
	 * exceed it slightly.
	 * @return the capacity
	 */
	@Override
	public int capacity() {
		return this.settings.capacity();
	}

	@Override
	public @Nullable Duration oldestAge() {
		return this.backlog.oldestAge();
	}

	@Override
	public OptionalInt parked() {
		return OptionalInt.of(this.backlog.parked().stored());
	}

	/**
	 * Count the goals in the table now.
	 * @throws DataAccessException if the database cannot be asked
	 */
	public void refresh() {
		this.backlog.refresh(this.table);
	}

	GoalTable table() {
		return this.table;
	}

	@Override
	public int getPhase() {
		return DeliveryShutdown.PHASE;
	}

	@Override
	public boolean isAutoStartup() {
		return this.settings.autoStartup();
	}

	/**
	 * A paused context goes on delivering. Asked for since Spring Framework 7.
	 * @return {@code false}
	 */
	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public boolean isRunning() {
		return this.engine != null;
	}

	/**
	 * Begin to deliver.
	 * @throws DataAccessException if the database cannot be asked
	 */
	@Override
	public synchronized void start() {
		if (this.engine != null) {
			return;
		}
		this.backlog.refresh(this.table);
		GoalEngine started = new GoalEngine(this.table, this.execution, this.settings, this.threadFactory,
				this::maintain);
		started.start();
		this.engine = started;
		this.stoppedAt = null;
	}

	private void maintain() {
		try {
			this.table.deleteParked(Instant.now().minus(this.settings.parkedRetention()));
			this.backlog.refresh(this.table);
		}
		catch (Throwable ex) {
			String message = "The table with the goals cannot be counted and cleaned up";
			this.throttledLog.warn(message, message, ex);
		}
	}

	/**
	 * Take no more goals from the table, and wait for the calls in flight, at most the
	 * shutdown timeout. Waiting goals stay in the table. Goals are still accepted and
	 * written, for another node or the next start.
	 */
	@Override
	public synchronized void stop() {
		GoalEngine running = this.engine;
		if (running != null) {
			this.stoppedAt = System.nanoTime();
			this.engine = null;
			running.stop();
		}
	}

	/**
	 * Called before a {@code DataSource} is closed: if this has stopped, wait until all
	 * goals are written, at most what is left of the shutdown timeout. Goals are still
	 * accepted.
	 */
	public void flush() {
		if (!isRunning()) {
			this.backgroundWriter.flush(shutdownTime());
		}
	}

	/**
	 * Called after all other beans have been destroyed: accept no more goals. Those that
	 * could not be written are dropped.
	 */
	@Override
	public void close() {
		stop();
		this.backgroundWriter.close(shutdownTime());
		this.gate.close();
		this.throttledLog.close();
	}

	/**
	 * What is left of the shutdown timeout, and some time in any case: the calls in
	 * flight may have taken all of it.
	 */
	private synchronized Duration shutdownTime() {
		Duration timeout = this.settings.shutdownTimeout();
		if (this.stoppedAt == null) {
			this.stoppedAt = System.nanoTime();
		}
		long left = timeout.toNanos() - (System.nanoTime() - this.stoppedAt);
		return Duration.ofNanos(Math.max(left, Math.min(timeout.toNanos(), LEAST_SHUTDOWN_NANOS)));
	}

	/**
	 * How a {@link JdbcGoalDispatcher} works.
	 *
	 * @param autoStartup whether it starts with the application context
	 * @param tableName the table's name, possibly with a schema; used in SQL unchanged
	 * @param capacity how many goals may wait in the table and for being written to it
	 * before new ones are dropped, at least 1; parked goals do not count
	 * @param concurrency how many calls this node may have in flight, at least 1
	 * @param shutdownTimeout how long stopping waits for the calls in flight and for
	 * goals that are being written
	 * @param onCrash what becomes of goals that were in flight on a node that crashed
	 * @param parkedRetention how long parked goals are kept
	 * @param parkedCapacity how many parked goals are kept, at least 0
	 * @param pollInterval how often this node looks for goals that are due, beside those
	 * it has just written itself
	 * @param heartbeatInterval how often this node says that its calls are still in
	 * flight; a goal without four heartbeats in a row counts as one whose node has
	 * crashed
	 */
	public record Settings(boolean autoStartup, String tableName, int capacity, int concurrency,
			Duration shutdownTimeout, OnCrash onCrash, Duration parkedRetention, int parkedCapacity,
			Duration pollInterval, Duration heartbeatInterval) {

	}

	/**
	 * What becomes of a goal whose call was in flight when its node crashed: DataFast may
	 * have recorded it, or not.
	 */
	public enum OnCrash {

		/**
		 * Try it again: the goal is recorded at least once, and perhaps twice.
		 */
		RETRY,

		/**
		 * Park it: the goal is recorded at most once, and perhaps never.
		 */
		PARK

	}

}
