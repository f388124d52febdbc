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
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import io.datafast.delivery.DaemonThreadFactory;
import io.datafast.jdbc.JdbcGoalDispatcher.Settings;
import org.jspecify.annotations.Nullable;

/**
 * A running db-scheduler that takes goals from the table and delivers them. An instance
 * is used once: after a stop, a new one is needed.
 */
final class GoalEngine {

	/**
	 * After how many missed heartbeats a node counts as crashed: the lowest number that
	 * db-scheduler allows.
	 */
	static final int MISSED_HEARTBEATS = 4;

	/**
	 * 100 years: a time that long ago fits into every database's type.
	 */
	private static final Duration NEVER = Duration.ofDays(36_500);

	private static final int MAX_NAME = 50;

	private static final long MAINTENANCE_SECONDS = 10;

	private final ScheduledExecutorService housekeeper = Executors.newScheduledThreadPool(3,
			new DaemonThreadFactory("datafast-heartbeat-"));

	private final ThreadPoolExecutor threads;

	private final Runnable maintenance;

	private final Scheduler scheduler;

	private final AtomicBoolean due = new AtomicBoolean();

	/**
	 * Create an engine.
	 * @param table holds the goals
	 * @param execution delivers goals, and tells how many to take from the table
	 * @param settings the settings
	 * @param threadFactory makes the threads that deliver
	 * @param maintenance called every 10 seconds
	 */
	GoalEngine(GoalTable table, GoalExecution execution, Settings settings, ThreadFactory threadFactory,
			Runnable maintenance) {
		Database database = table.database();
		this.threads = threads(settings.concurrency(), threadFactory);
		this.maintenance = maintenance;
		SchedulerBuilder builder = Scheduler.create(table.dataSource(), task(execution))
			.tableName(table.name())
			.jdbcCustomization(database.dialect(execution::deliverable))
			.serializer(table.format())
			.schedulerName(new SchedulerName.Fixed(nodeName()))
			.threads(settings.concurrency())
			.executorService(this.threads)
			.dueExecutor(Executors.newSingleThreadExecutor(new DaemonThreadFactory("datafast-poll-")))
			.housekeeperExecutor(this.housekeeper)
			.pollingInterval(settings.pollInterval())
			.heartbeatInterval(settings.heartbeatInterval())
			.missedHeartbeatsLimit(MISSED_HEARTBEATS)
			// db-scheduler deletes the rows of tasks that it does not know.
			.deleteUnresolvedAfter(NEVER)
			.shutdownMaxWait(settings.shutdownTimeout())
			.commitWhenAutocommitDisabled(true)
			.failureLogging(LogLevel.OFF, false);
		if (database.isPostgreSql()) {
			// Lock no more goals than there are threads: a locked goal that waits for a
			// thread gets no heartbeats.
			builder.pollUsingLockAndFetch(0.5, 1.0);
		}
		this.scheduler = builder.build();
	}

	private static Task<StoredGoal> task(GoalExecution execution) {
		return Tasks.custom(TaskDescriptor.of(GoalTable.TASK, StoredGoal.class))
			.onFailure(execution::onFailure)
			.onDeadExecution(execution::onDead)
			.execute(execution::execute);
	}

	/**
	 * The name of this node, for people who read the table. The host's name is not looked
	 * up, since that can take long.
	 */
	private static String nodeName() {
		String name = "datafast-" + ProcessHandle.current().pid() + "@"
				+ System.getenv().getOrDefault("HOSTNAME", "localhost");
		return name.substring(0, Math.min(name.length(), MAX_NAME));
	}

	private ThreadPoolExecutor threads(int count, ThreadFactory threadFactory) {
		ThreadPoolExecutor threads = new ThreadPoolExecutor(count, count, 10, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), threadFactory) {

			@Override
			protected void afterExecute(Runnable runnable, @Nullable Throwable failure) {
				lookForGoals();
			}

		};
		threads.allowCoreThreadTimeOut(true);
		return threads;
	}

	void start() {
		this.scheduler.start();
		this.housekeeper.scheduleWithFixedDelay(this.maintenance, MAINTENANCE_SECONDS, MAINTENANCE_SECONDS,
				TimeUnit.SECONDS);
	}

	/**
	 * There are new goals: look for them as soon as there is a thread to spare.
	 */
	void goalsAreDue() {
		this.due.set(true);
		lookForGoals();
	}

	/**
	 * Look for goals while a thread is idle: with some databases, goals that are found
	 * while all threads are busy pile up in memory, and with others none is found then.
	 */
	private void lookForGoals() {
		if (this.due.get() && busyThreads() < this.threads.getMaximumPoolSize()
				&& this.due.compareAndSet(true, false)) {
			this.scheduler.triggerCheckForDueExecutions();
		}
	}

	private int busyThreads() {
		return this.threads.getQueue().size() + this.scheduler.getCurrentlyExecuting().size();
	}

	/**
	 * Take no more goals from the table, and let the calls in flight end.
	 */
	void stop() {
		this.scheduler.stop();
	}

}
