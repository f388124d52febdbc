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

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes daemon threads that inherit nothing from the thread that starts them: neither
 * inheritable thread-locals, such as the state of a request, nor the context class
 * loader.
 */
public final class DaemonThreadFactory implements ThreadFactory {

	private final String namePrefix;

	private final AtomicInteger count = new AtomicInteger();

	/**
	 * Create a factory.
	 * @param namePrefix what the threads' names begin with
	 */
	public DaemonThreadFactory(String namePrefix) {
		this.namePrefix = namePrefix;
	}

	@Override
	public Thread newThread(Runnable runnable) {
		Thread thread = new Thread(null, runnable, this.namePrefix + this.count.incrementAndGet(), 0, false);
		thread.setDaemon(true);
		thread.setContextClassLoader(DaemonThreadFactory.class.getClassLoader());
		return thread;
	}

}
