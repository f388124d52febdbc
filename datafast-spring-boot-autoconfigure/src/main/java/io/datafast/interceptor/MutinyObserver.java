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

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;

/**
 * Observes each subscription to Mutiny's {@link Uni} or {@link Multi} with operators of
 * its own, which alone hand its context on.
 */
final class MutinyObserver implements ResultObserver {

	static boolean supports(Class<?> type) {
		return Uni.class.isAssignableFrom(type) || Multi.class.isAssignableFrom(type);
	}

	@Override
	public Object observe(Object result, TrackedInvocation invocation) {
		return (result instanceof Uni<?> uni) ? observe(uni, invocation) : observe((Multi<?>) result, invocation);
	}

	private static <T> Uni<T> observe(Uni<T> uni, TrackedInvocation invocation) {
		return Uni.createFrom().deferred(() -> uni.onItem().invoke(invocation.startedHere()::succeeded));
	}

	private static <T> Multi<T> observe(Multi<T> multi, TrackedInvocation invocation) {
		return Multi.createFrom().deferred(() -> {
			TrackedInvocation started = invocation.startedHere();
			return multi.onCompletion().invoke(() -> started.succeeded(null));
		});
	}

}
