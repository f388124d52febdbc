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

package io.datafast.interceptor.result;

import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.datafast.support.ReactiveTrackingContexts;
import io.datafast.support.TrackingContext;
import kotlin.Unit;
import kotlin.coroutines.CoroutineContext;
import kotlin.jvm.JvmInline;
import kotlinx.coroutines.Deferred;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.flow.FlowKt;
import kotlinx.coroutines.flow.SharedFlow;
import kotlinx.coroutines.future.FutureKt;
import kotlinx.coroutines.reactor.ReactorContext;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Results of Kotlin's types. A suspending function's result comes to the advice as a
 * {@code Mono}. Kotlin may be absent, and so may its coroutines.
 */
final class KotlinResults {

	private static final ClassLoader classLoader = KotlinResults.class.getClassLoader();

	private static final boolean PRESENT = ClassUtils.isPresent("kotlin.jvm.JvmInline", classLoader);

	private static final boolean COROUTINES_PRESENT = ClassUtils.isPresent("kotlinx.coroutines.flow.SharedFlow",
			classLoader);

	/**
	 * Whether the libraries are present that Spring needs to advise suspending functions.
	 */
	static final boolean COROUTINES_REACTOR_PRESENT = COROUTINES_PRESENT
			&& ClassUtils.isPresent("kotlinx.coroutines.reactor.MonoKt", classLoader)
			&& ClassUtils.isPresent("reactor.core.publisher.Mono", classLoader);

	private KotlinResults() {
	}

	/**
	 * The value inside a value class. A function that is not suspending returns it
	 * without the class in most cases.
	 */
	static @Nullable Object unbox(@Nullable Object value) {
		Method unbox = (value != null) ? findUnboxMethod(value.getClass()) : null;
		if (unbox == null) {
			return value;
		}
		ReflectionUtils.makeAccessible(unbox);
		return ReflectionUtils.invokeMethod(unbox, value);
	}

	static @Nullable Method findUnboxMethod(Class<?> type) {
		return (PRESENT && type.isAnnotationPresent(JvmInline.class)) ? ReflectionUtils.findMethod(type, "unbox-impl")
				: null;
	}

	/**
	 * Whether an unboxed value is that of a failed {@code Result}.
	 */
	static boolean isFailure(Object unboxed) {
		return PRESENT && unboxed.getClass().getName().equals("kotlin.Result$Failure");
	}

	static boolean isDeferred(Class<?> type) {
		return COROUTINES_PRESENT && Deferred.class.isAssignableFrom(type);
	}

	static boolean isFlow(Class<?> type) {
		return COROUTINES_PRESENT && Flow.class.isAssignableFrom(type);
	}

	static boolean isSharedFlow(Class<?> type) {
		return COROUTINES_PRESENT && SharedFlow.class.isAssignableFrom(type);
	}

	/**
	 * Whether a flow that tracks goals could not take the place of one of that type.
	 */
	static boolean isSpecialFlow(Class<?> type) {
		return isFlow(type) && type != Flow.class;
	}

	/**
	 * The future of a {@code Deferred}, which does not start a lazy one.
	 */
	static CompletionStage<?> toFuture(Object deferred) {
		return FutureKt.asCompletableFuture((Deferred<?>) deferred);
	}

	/**
	 * Returns a flow each of whose collections tracks the goals when it gets to the end.
	 */
	static Object observeFlow(Object result, TrackedCall call, @Nullable Supplier<ReactiveTrackingContexts> contexts) {
		return FlowKt.onCompletion((Flow<?>) result, (collector, failure, continuation) -> {
			if (failure == null) {
				call.succeeded(null, (contexts != null && COROUTINES_REACTOR_PRESENT)
						? ReactorContexts.of(continuation.getContext(), call, contexts) : call.context());
			}
			return Unit.INSTANCE;
		});
	}

	/**
	 * A class of its own, loaded only if {@code kotlinx-coroutines-reactor} is present.
	 */
	private static final class ReactorContexts {

		static TrackingContext of(CoroutineContext collector, TrackedCall call,
				Supplier<ReactiveTrackingContexts> contexts) {
			ReactorContext reactor = collector.get(ReactorContext.Key);
			return (reactor != null) ? contexts.get().forSubscriber(call.context(), reactor.getContext())
					: call.context();
		}

	}

}
