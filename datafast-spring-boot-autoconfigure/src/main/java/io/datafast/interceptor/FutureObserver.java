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

package io.datafast.interceptor;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/**
 * Takes the value of a {@link Future} that is done. One that is not tells nobody when it
 * will be.
 */
final class FutureObserver implements ResultObserver {

	@Override
	public Object observe(Object result, TrackedInvocation invocation) {
		Future<?> future = (Future<?>) result;
		if (!future.isDone()) {
			invocation
				.unobservable("a " + result.getClass().getName() + " that is not done: return a CompletableFuture");
			return result;
		}
		try {
			invocation.succeeded(future.get());
		}
		catch (ExecutionException | CancellationException ex) {
			// It failed: there is no goal.
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			invocation.unobservable("a " + result.getClass().getName() + " while the thread is interrupted");
		}
		return result;
	}

}
