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
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

import io.datafast.Goal;
import io.datafast.delivery.DaemonThreadFactory;
import io.datafast.delivery.GoalBacklog;
import io.datafast.delivery.GoalDelivery;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.DeliveryShutdown;
import io.datafast.delivery.RetryPolicy;
import io.datafast.delivery.RetrySettings;
import io.datafast.delivery.TransactionalGoalDispatcher;
import io.datafast.delivery.jdbc.IntakeTask.Patience;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;

/**
 * Delivers goals from a table in the application's own database, so that they survive a
 * crash, and any node of a cluster can deliver them.
 * <p>
 * In a transaction of that database, goals are written right before it commits; if it is
 * rolled back they are {@linkplain io.datafast.delivery.GoalOutcome.Skipped skipped}.
 * Everywhere else each is written in a transaction of its own: at once, on the calling
 * thread, if nothing is bound to it that may hold a connection, and otherwise, or if the
 * calling thread must not wait, within moments on another. Every node with the same table
 * takes goals from there. A goal that ends without being recorded is
 * {@linkplain ParkedGoals parked}.
 * <p>
 * Outcomes are told on the node that reaches them. What waits when a node stops stays in
 * the table.
 * <p>
 * Thread-safe.
 */
public final class JdbcGoalDispatcher
		implements TransactionalGoalDispatcher, GoalBacklog, SmartLifecycle, DisposableBean {

	/**
	 * How long goals in the background wait for a database that does not answer.
	 */
	private static final Duration PATIENCE = Duration.ofMinutes(1);

	private final Log log = LogFactory.getLog(JdbcGoalDispatcher.class);

	private final GoalDelivery delivery;

	private final GoalOutcomePublisher outcomes;

	private final GoalStore store;

	private final JdbcSettings settings;

	private final RetryPolicy retryPolicy;

	private final ThreadFactory threadFactory;

	private final Clock clock = Clock.systemUTC();

	private final Backlog backlog;

	private final DeliveryGate gate;

	private final IntakeLedger ledger;

	private final BackgroundWriter backgroundWriter;

	private final GoalIntake intake;

	private boolean autoStartup = true;

	private volatile @Nullable Parts parts;

	private volatile @Nullable GoalEngine engine;

	/**
	 * Create a dispatcher. It does not connect to the database before it is started or
	 * gets its first goal.
	 * @param delivery makes the calls
	 * @param outcomes told what became of each goal
	 * @param store where goals are stored
	 * @param settings how it works
	 * @param retrySettings when goals are tried again
	 * @param threadFactory makes the threads that deliver, or {@code null} for daemon
	 * threads
	 * @param mustNotBlock tells whether the current thread must not wait for a database,
	 * because it is one of an event loop; its goals are stored by another thread
	 */
	public JdbcGoalDispatcher(GoalDelivery delivery, GoalOutcomePublisher outcomes, GoalStore store,
			JdbcSettings settings, RetrySettings retrySettings, @Nullable ThreadFactory threadFactory,
			BooleanSupplier mustNotBlock) {
		this.delivery = delivery;
		this.outcomes = outcomes;
		this.store = store;
		this.settings = settings;
		this.retryPolicy = new RetryPolicy(retrySettings, () -> ThreadLocalRandom.current().nextDouble());
		this.threadFactory = (threadFactory != null) ? threadFactory : new DaemonThreadFactory("datafast-delivery-");
		this.backlog = new Backlog(settings.capacity(), settings.parkedCapacity());
		this.gate = new DeliveryGate(settings.concurrency(), this.retryPolicy::backoff, System::nanoTime);
		this.ledger = new IntakeLedger(this.backlog, outcomes, this::goalsAreDue);
		this.backgroundWriter = new BackgroundWriter(this::writer, this.ledger,
				new Patience(PATIENCE, this.retryPolicy.maxAge()), settings.shutdownTimeout());
		this.intake = new GoalIntake(this::writer, this.backgroundWriter, this.ledger, mustNotBlock, this.clock);
	}

	/**
	 * Set whether it starts with the application context. By default it does.
	 * @param autoStartup whether it starts by itself
	 */
	public void setAutoStartup(boolean autoStartup) {
		this.autoStartup = autoStartup;
	}

	@Override
	public void dispatch(Goal goal) {
		this.intake.take(goal);
	}

	private GoalWriter writer() {
		try {
			return parts().writer();
		}
		catch (IllegalStateException ex) {
			throw GoalStorageException.withoutConnection(ex);
		}
	}

	private Parts parts() {
		Parts parts = this.parts;
		return (parts != null) ? parts : createParts();
	}

	private synchronized Parts createParts() {
		Parts parts = this.parts;
		if (parts == null) {
			GoalTable table = this.store.table();
			parts = new Parts(table, this.store.writer(table),
					new Housekeeping(table, this.backlog, this.gate, this.outcomes, this.retryPolicy.maxAge(),
							this.settings.parkedRetention(), this.clock),
					new ParkedGoals(table, this.backlog, this::goalsAreDue, this.clock));
			this.parts = parts;
		}
		return parts;
	}

	private void goalsAreDue() {
		GoalEngine engine = this.engine;
		if (engine != null) {
			engine.goalsAreDue();
		}
	}

	private GoalExecution execution(GoalEngine engine) {
		return new GoalExecution(this.delivery, this.outcomes, this.retryPolicy, this.gate,
				new OutageLog(JdbcGoalDispatcher.class, System::nanoTime), parts().table(), this.backlog, this.ledger,
				this.settings.onCrash(), new PersistentWrite(engine::isStopping), engine::wasCutOff, this::goalsAreDue,
				this.clock);
	}

	// What one sees

	/**
	 * How many goals wait in the table or are in flight, on all nodes. As of the last
	 * {@link #refresh()}, and corrected by what this node has done since.
	 * @return about how many there are
	 */
	public int backlog() {
		return this.backlog.waitingCount();
	}

	/**
	 * How many goals may wait. What several nodes add at the same time may exceed it by a
	 * little.
	 * @return the capacity
	 */
	@Override
	public int capacity() {
		return this.settings.capacity();
	}

	/**
	 * How old the goal is that has waited for the longest time, as of the last
	 * {@link #refresh()}.
	 * @return the age, or {@code null} if no goal waited
	 */
	@Override
	public @Nullable Duration oldestAge() {
		return this.backlog.oldestAge(this.clock.instant());
	}

	/**
	 * How many goals are parked, as of the last {@link #refresh()}.
	 * @return about how many there are
	 */
	@Override
	public OptionalInt parked() {
		return OptionalInt.of(this.backlog.parkedCount());
	}

	@Override
	public String mode() {
		return "jdbc";
	}

	@Override
	public int pending() {
		refresh();
		return backlog();
	}

	/**
	 * Count the goals in the table now; it is done every 10 seconds in any case. If the
	 * database cannot be asked, the last count stays.
	 */
	public void refresh() {
		try {
			this.backlog.refresh(parts().table());
		}
		catch (DataAccessException | IllegalStateException ex) {
			this.log.debug("The goals in the table cannot be counted", ex);
		}
	}

	/**
	 * The goals that ended without being recorded.
	 * @return what looks at them and changes them
	 * @throws IllegalStateException if there is no connection to the database
	 */
	public ParkedGoals parkedGoals() {
		return parts().parkedGoals();
	}

	// Lifecycle

	@Override
	public int getPhase() {
		return DeliveryShutdown.PHASE;
	}

	@Override
	public boolean isAutoStartup() {
		return this.autoStartup;
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
	 * Check that the table is there, and begin to deliver.
	 * @throws MissingGoalTableException if the table is not there
	 * @throws IllegalStateException if there is no connection to the database
	 * @throws DataAccessException if the database cannot be asked
	 */
	@Override
	public synchronized void start() {
		if (this.engine != null) {
			return;
		}
		Parts parts = createParts();
		parts.table().verify();
		this.backlog.refresh(parts.table());
		GoalStore.Database database = this.store.database();
		GoalEngine started = new GoalEngine(this.store.dataSource(), this.store.tableName(),
				new GatedJdbcCustomization(database.dialect(), this.gate), this.store.format(), database.isPostgreSql(),
				this.settings, this.threadFactory, this::execution);
		started.start();
		this.engine = started;
		parts.housekeeping().start();
	}

	/**
	 * Take no more goals from the table, and wait for the calls in flight, at most the
	 * shutdown timeout. What waits stays in the table. Goals are still accepted, for
	 * another node or the next start.
	 */
	@Override
	public void stop() {
		GoalEngine running = this.engine;
		if (running == null) {
			this.backgroundWriter.stop();
			return;
		}
		this.engine = null;
		parts().housekeeping().stop();
		// At the same time, so that together they take no longer than the timeout.
		CompletableFuture<Void> stored = stopBackgroundWriter();
		try {
			running.stop();
		}
		finally {
			stored.join();
		}
	}

	private CompletableFuture<Void> stopBackgroundWriter() {
		try {
			return CompletableFuture.runAsync(this.backgroundWriter::stop,
					(task) -> new DaemonThreadFactory("datafast-stop-").newThread(task).start());
		}
		catch (Throwable ex) {
			this.log.debug("Without a thread for it, goals are stored before the engine stops", ex);
			this.backgroundWriter.stop();
			return CompletableFuture.completedFuture(null);
		}
	}

	/**
	 * Stop, unless the context has done so.
	 */
	@Override
	public void destroy() {
		if (isRunning()) {
			stop();
		}
		this.backgroundWriter.close();
	}

	private record Parts(GoalTable table, GoalWriter writer, Housekeeping housekeeping, ParkedGoals parkedGoals) {

	}

}
