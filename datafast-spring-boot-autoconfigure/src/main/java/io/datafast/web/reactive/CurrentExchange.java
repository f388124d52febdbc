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

package io.datafast.web.reactive;

import org.jspecify.annotations.Nullable;

import org.springframework.web.server.ServerWebExchange;

/**
 * The exchange that the current thread handles, for imperative code where the application
 * has Reactor propagate its context to threads. There is none elsewhere.
 */
public final class CurrentExchange {

	private static final ThreadLocal<@Nullable ServerWebExchange> holder = new ThreadLocal<>();

	private CurrentExchange() {
	}

	/**
	 * The exchange that the thread handles.
	 * @return the exchange, or {@code null} if there is none
	 */
	public static @Nullable ServerWebExchange get() {
		return holder.get();
	}

	/**
	 * Bind an exchange to the thread.
	 * @param exchange the exchange, or {@code null} for none
	 */
	public static void set(@Nullable ServerWebExchange exchange) {
		if (exchange != null) {
			holder.set(exchange);
		}
		else {
			holder.remove();
		}
	}

}
