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

package io.datafast.support;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A value that is looked up with the first use. Unlike Spring's {@code SingletonSupplier}
 * it has no lock, for which an event loop would wait. Threads that need the value at the
 * same time may each look it up, and all get the value that was found first. Thread-safe.
 *
 * @param <T> the type of the value
 */
public final class Lazy<T extends @Nullable Object> implements Supplier<T> {

	private final Supplier<? extends T> lookup;

	private final AtomicReference<@Nullable T> found = new AtomicReference<>();

	private Lazy(Supplier<? extends T> lookup) {
		this.lookup = lookup;
	}

	/**
	 * Create an instance.
	 * @param <T> the type of the value
	 * @param lookup finds it; may be called more than once, and is called again where it
	 * has found {@code null}
	 * @return the instance
	 */
	public static <T extends @Nullable Object> Lazy<T> of(Supplier<? extends T> lookup) {
		return new Lazy<>(lookup);
	}

	@Override
	public T get() {
		T known = this.found.get();
		if (known != null) {
			return known;
		}
		T value = this.lookup.get();
		T first = this.found.compareAndExchange(null, value);
		return (first != null) ? first : value;
	}

}
