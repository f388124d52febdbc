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

package com.example;

import java.util.List;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.delivery.GoalDeliveryListener;
import io.datafast.delivery.GoalOutcome;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.devtools.restart.Restarter;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Lets DevTools restart the application when its first goal was delivered, and ends it
 * when the second was: with status 0 if no thread of the starter outlived the restart.
 */
@Component
class RestartOnce implements GoalDeliveryListener {

	private static final String KEY = "threads before the restart";

	private final DataFastGoals goals;

	RestartOnce(DataFastGoals goals) {
		this.goals = goals;
	}

	@EventListener
	void trackWhenReady(ApplicationReadyEvent event) {
		this.goals.track(Goal.of("started").forVisitor("visitor-1"));
	}

	@Override
	public void onOutcome(Goal goal, GoalOutcome outcome) {
		List<Thread> before = threadsBeforeRestart();
		if (before == null) {
			// Not in the properties of this class: there will be another one.
			System.getProperties().put(KEY, startersThreads());
			new Thread(() -> Restarter.getInstance().restart()).start();
		}
		else {
			new Thread(() -> end(before)).start();
		}
	}

	private static List<Thread> startersThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("datafast-"))
			.toList();
	}

	@SuppressWarnings("unchecked")
	private static List<Thread> threadsBeforeRestart() {
		return (List<Thread>) System.getProperties().get(KEY);
	}

	private static void end(List<Thread> before) {
		for (Thread thread : before) {
			try {
				thread.join(30_000);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
		List<String> left = before.stream().filter(Thread::isAlive).map(Thread::getName).toList();
		System.out.println("Of " + before.size() + " threads, the restart left " + left);
		System.exit((before.isEmpty() || !left.isEmpty()) ? 1 : 0);
	}

}
