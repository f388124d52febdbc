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
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntSupplier;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.TaskDescriptor;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import io.datafast.delivery.DaemonThreadFactory;
import io.datafast.jdbc.GoalTable.Database;

/**
 * A running db-scheduler that takes goals from the table and delivers them. An instance
 * is used once: after it has been stopped there has to be another.
 */
final class GoalEngine {

	/**
	 * The least that db-scheduler allows.
	 */
	static final int MISSED_HEARTBEATS = 4;

	/**
	 * 100 years: a time that long ago fits into every database's type.
	 */
	private static final Duration NEVER = Duration.ofDays(36_500);

	private static final int MAX_NAME = 50;

	private static final long MAINTENANCE_SECONDS = 10;

	private final DeliveryExecutor threads;

	private final ScheduledExecutorService housekeeper = Executors.newScheduledThreadPool(3,
			new DaemonThreadFactory("datafast-heartbeat-"));

	private final Scheduler scheduler;

	private final Runnable maintenance;

	private volatile boolean stopping;

	GoalEngine(GoalTable table, IntSupplier limit, JdbcSettings settings, ThreadFactory threadFactory,
			Function<GoalEngine, GoalExecution> execution, Runnable maintenance) {
		Database database = table.database();
		this.threads = new DeliveryExecutor(settings.concurrency(), threadFactory, this::lookForGoals);
		this.maintenance = maintenance;
		SchedulerBuilder builder = Scheduler.create(table.dataSource(), task(execution.apply(this)))
			.tableName(table.name())
			.jdbcCustomization(GatedJdbcCustomization.of(database.dialect(), limit))
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
			// No more than there are threads: what has been locked and waits for one gets
			// no heartbeats.
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
	 * For people who look into the table. The host's name is not looked up, since that
	 * can take long.
	 */
	private static String nodeName() {
		String host = System.getenv("HOSTNAME");
		String name = "datafast-" + ProcessHandle.current().pid() + ((host != null) ? "@" + host : "");
		return (name.length() > MAX_NAME) ? name.substring(0, MAX_NAME) : name;
	}

	void start() {
		this.scheduler.start();
		this.housekeeper.scheduleWithFixedDelay(this.maintenance, MAINTENANCE_SECONDS, MAINTENANCE_SECONDS,
				TimeUnit.SECONDS);
	}

	private void lookForGoals() {
		this.scheduler.triggerCheckForDueExecutions();
	}

	void goalsAreDue() {
		this.threads.goalsAreDue();
	}

	boolean isStopping() {
		return this.stopping;
	}

	/**
	 * Take no more goals from the table, and let the calls in flight end.
	 */
	void stop() {
		this.stopping = true;
		this.scheduler.stop();
	}

}
