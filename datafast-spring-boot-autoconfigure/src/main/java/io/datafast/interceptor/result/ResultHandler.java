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
import java.lang.reflect.TypeVariable;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.datafast.support.ReactiveTrackingContexts;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;

/**
 * Knows when the results of a method are there. The type of the returned object decides,
 * since the method may declare no more than {@code Object}, {@code Publisher} or
 * {@code Future}. Reactor, other reactive libraries and Kotlin may be absent.
 * Thread-safe.
 */
public final class ResultHandler {

	private static final boolean REACTOR_PRESENT = ClassUtils.isPresent("reactor.core.publisher.Flux",
			ResultHandler.class.getClassLoader());

	private final Class<?> declaredType;

	private final boolean declaresCallable;

	private final boolean mayComeLater;

	private final boolean handlerMethod;

	private final Supplier<ReactiveTrackingContexts> contexts;

	/**
	 * Create a handler.
	 * @param method the method that runs
	 * @param handlerMethod whether it handles requests
	 * @param contexts supplies what finds the visitor, the transaction and the response
	 * of a subscriber; called at each subscription
	 */
	public ResultHandler(Method method, boolean handlerMethod, Supplier<ReactiveTrackingContexts> contexts) {
		this.declaredType = KotlinDetector.isSuspendingFunction(method) ? Object.class : method.getReturnType();
		this.declaresCallable = this.declaredType == Callable.class
				&& !(method.getGenericReturnType() instanceof TypeVariable);
		this.mayComeLater = this.declaredType == Object.class || isLater(this.declaredType)
				|| ResultValues.mayBeAsyncServerResponse(this.declaredType);
		this.handlerMethod = handlerMethod;
		this.contexts = contexts;
	}

	private static boolean isLater(Class<?> type) {
		return Stream.of(CompletionStage.class, Future.class, Callable.class, WebAsyncTask.class, DeferredResult.class)
			.anyMatch((later) -> later.isAssignableFrom(type)) || KotlinResults.isDeferred(type)
				|| KotlinResults.isFlow(type) || findAdapter(type) != null;
	}

	/**
	 * The adapter of the most specific type. The registry alone would treat a subclass of
	 * RxJava's {@code Flowable} as a plain {@code Publisher}.
	 */
	private static @Nullable ReactiveAdapter findAdapter(Class<?> type) {
		if (CompletionStage.class.isAssignableFrom(type) || KotlinResults.isFlow(type)
				|| KotlinResults.isDeferred(type)) {
			return null;
		}
		ReactiveAdapterRegistry registry = ReactiveAdapterRegistry.getSharedInstance();
		return Stream.<Class<?>>iterate(type, (current) -> current != null, Class::getSuperclass)
			.flatMap((current) -> Stream.concat(Stream.of(current), Stream.of(current.getInterfaces())))
			.map((current) -> registry.getAdapter(current))
			.filter((adapter) -> adapter != null && !isPlainPublisher(adapter.getReactiveType()))
			.findFirst()
			.orElseGet(() -> registry.getAdapter(type));
	}

	private static boolean isPlainPublisher(Class<?> type) {
		return type == Flow.Publisher.class || type.getName().equals("org.reactivestreams.Publisher");
	}

	/**
	 * The adapter of the result's type unless that is too general for the caller.
	 */
	private @Nullable ReactiveAdapter findAdapter(Object result) {
		ReactiveAdapter adapter = findAdapter(result.getClass());
		return (adapter != null && this.declaredType.isAssignableFrom(adapter.getReactiveType())) ? adapter
				: findAdapter(this.declaredType);
	}

	/**
	 * Why the results of a method cannot be tracked, as far as its declaration tells.
	 * @param method the method that runs
	 * @return what to do about it, or {@code null} if they can
	 */
	public static @Nullable String findObstacle(Method method) {
		Class<?> type = method.getReturnType();
		if (KotlinDetector.isSuspendingFunction(method)) {
			return KotlinResults.COROUTINES_REACTOR_PRESENT ? null
					: "Add org.jetbrains.kotlinx:kotlinx-coroutines-reactor, without which Spring advises no"
							+ " suspending functions.";
		}
		if (KotlinResults.isSpecialFlow(type)) {
			return "Return a Flow that completes.";
		}
		ReactiveAdapter adapter = findAdapter(type);
		if (!REACTOR_PRESENT && (adapter != null || Flow.Publisher.class.isAssignableFrom(type))) {
			return "Add io.projectreactor:reactor-core.";
		}
		return (adapter != null && isDeferred(adapter) && !type.isAssignableFrom(adapter.getReactiveType()))
				? "Return a " + adapter.getReactiveType().getSimpleName() + "." : null;
	}

	/**
	 * Whether results may come later than when the method returns.
	 * @return whether they may
	 */
	public boolean mayComeLater() {
		return this.mayComeLater;
	}

	/**
	 * Whether a method's results may be subscribed to several times.
	 * @param method the method that runs
	 * @return whether they may
	 */
	public static boolean isReactive(Method method) {
		return (REACTOR_PRESENT && isDeferred(findAdapter(method.getReturnType())))
				|| KotlinDetector.isSuspendingFunction(method);
	}

	private static boolean isDeferred(@Nullable ReactiveAdapter adapter) {
		return adapter != null && adapter.getDescriptor().isDeferred();
	}

	/**
	 * Have each later subscription to a result run the method's advice again.
	 * @param result what the method returned
	 * @param again calls the method with all advice; a copy is called each time
	 * @return a result of the same type that does so, or the result itself if it has no
	 * such subscriptions
	 */
	public Object resubscribing(Object result, ProxyMethodInvocation again) {
		ReactiveAdapter adapter = findAdapter(result);
		return (adapter != null && isDeferred(adapter)) ? ReactiveResults.resubscribing(result, adapter, again)
				: result;
	}

	/**
	 * Handle a result.
	 * @param result what the method returned
	 * @param call told at most once for each time that the result completes
	 * @return what the caller gets: the result itself or, where it cannot be observed,
	 * another one of the same type that behaves in the same way
	 */
	public Object handle(Object result, TrackedCall call) {
		Class<?> type = result.getClass();
		if (result instanceof DeferredResult) {
			SpringMvcResults.observe(result, call);
			return result;
		}
		if (result instanceof WebAsyncTask<?> task) {
			SpringMvcResults.observe(task.getCallable(), call);
			return result;
		}
		if (result instanceof CompletionStage<?> stage) {
			CompletionStage<?> dependent = FutureResults.observe(stage, call);
			return (this.handlerMethod && this.declaredType.isInstance(dependent))
					? FutureResults.withCancellation(dependent, stage) : result;
		}
		if (ResultValues.isAsyncServerResponse(result)) {
			return unobservable(result, call, "an asynchronous ServerResponse: track the goal in the function");
		}
		if (KotlinResults.isDeferred(type)) {
			FutureResults.observe(KotlinResults.toFuture(result), call);
			return result;
		}
		if (KotlinResults.isSharedFlow(type)) {
			return unobservable(result, call, "a SharedFlow or StateFlow, which never completes");
		}
		if (KotlinResults.isFlow(type)) {
			return KotlinResults.observeFlow(result, call, REACTOR_PRESENT ? this.contexts : null);
		}
		ReactiveAdapter adapter = findAdapter(result);
		if (!REACTOR_PRESENT && (adapter != null || result instanceof Flow.Publisher)) {
			return unobservable(result, call, "a " + type.getName() + ": add reactor-core");
		}
		if (adapter != null) {
			return ReactiveResults.observe(result, adapter, call, this.contexts);
		}
		if (result instanceof Future<?> future) {
			FutureResults.observe(future, call);
			return result;
		}
		if (result instanceof Callable<?> task) {
			if (this.declaresCallable || (this.declaredType == Object.class && this.handlerMethod)) {
				return FutureResults.tracking(task, call);
			}
			if (Callable.class.isAssignableFrom(this.declaredType)) {
				return unobservable(result, call, "a " + this.declaredType.getName() + ": declare a Callable");
			}
		}
		call.succeeded(result, call.context());
		return result;
	}

	private static Object unobservable(Object result, TrackedCall call, String what) {
		call.unobservable(what);
		return result;
	}

}
