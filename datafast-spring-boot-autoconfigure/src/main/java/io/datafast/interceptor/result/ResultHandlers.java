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
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.datafast.support.Lazy;
import io.datafast.support.ReactiveTrackingContexts;
import org.jspecify.annotations.Nullable;

import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;

/**
 * Chooses the {@link ResultHandler} of a method, once. Reactor, other reactive libraries
 * and Kotlin may be absent. Thread-safe.
 */
public final class ResultHandlers {

	private static final boolean REACTOR_PRESENT = ClassUtils.isPresent("reactor.core.publisher.Flux",
			ResultHandlers.class.getClassLoader());

	/**
	 * For a result that is there when the method returns.
	 */
	private static final ResultHandler SYNCHRONOUS = (result, call) -> {
		call.succeeded(result, call.context());
		return result;
	};

	private final ReactiveAdapterRegistry adapters = ReactiveAdapterRegistry.getSharedInstance();

	private final ReactiveResults.Contexts contexts;

	/**
	 * Create an instance.
	 * @param contexts finds out on whose behalf a subscriber's goals are tracked; asked
	 * for with the first subscription
	 */
	public ResultHandlers(Supplier<ReactiveTrackingContexts> contexts) {
		Lazy<ReactiveTrackingContexts> found = Lazy.of(contexts);
		this.contexts = found::get;
	}

	/**
	 * Why the results of a method cannot be tracked, as far as its declaration tells.
	 * @param method the method that runs
	 * @return what to do about it, or {@code null} if they can
	 */
	public @Nullable String findObstacle(Method method) {
		Class<?> type = method.getReturnType();
		if (KotlinDetector.isSuspendingFunction(method)) {
			return KotlinResults.COROUTINES_REACTOR_PRESENT ? null
					: "Add org.jetbrains.kotlinx:kotlinx-coroutines-reactor, without which Spring advises no"
							+ " suspending functions.";
		}
		if (KotlinResults.isSharedFlow(type)) {
			return "Return a Flow: a SharedFlow or StateFlow never completes.";
		}
		ReactiveAdapter adapter = findAdapter(type);
		if (adapter == null) {
			return Flow.Publisher.class.isAssignableFrom(type) ? "Add io.projectreactor:reactor-core." : null;
		}
		if (!REACTOR_PRESENT && !CompletionStage.class.isAssignableFrom(type)) {
			return "Add io.projectreactor:reactor-core.";
		}
		return (isHandledByAdapter(type) && adapter.getDescriptor().isDeferred()
				&& !type.isAssignableFrom(adapter.getReactiveType()))
						? "Return a " + adapter.getReactiveType().getSimpleName() + "." : null;
	}

	private static boolean isHandledByAdapter(Class<?> type) {
		return !CompletionStage.class.isAssignableFrom(type) && !KotlinResults.isFlow(type)
				&& !KotlinResults.isDeferred(type);
	}

	/**
	 * The handler of a method's results.
	 * @param method the method that runs
	 * @param handlerMethod whether it handles requests
	 * @return the handler, or {@code null} if the results are there when the method
	 * returns
	 */
	public @Nullable ResultHandler forMethod(Method method, boolean handlerMethod) {
		Class<?> type = KotlinDetector.isSuspendingFunction(method) ? Object.class : method.getReturnType();
		return mayComeLater(type) ? new ByResultType(method, type, handlerMethod) : null;
	}

	private boolean mayComeLater(Class<?> type) {
		return type == Object.class
				|| Stream
					.of(CompletionStage.class, Future.class, Callable.class, WebAsyncTask.class, DeferredResult.class)
					.anyMatch((later) -> later.isAssignableFrom(type))
				|| ResultValues.mayBeAsyncServerResponse(type) || KotlinResults.isDeferred(type)
				|| KotlinResults.isFlow(type) || findAdapter(type) != null;
	}

	/**
	 * Have each subscription to a method's results run the method's advice anew.
	 * @param method the method that runs
	 * @param result what the method returned
	 * @param again calls the method once more, with all its advice
	 * @return the result, or one of the same type that does so
	 */
	public @Nullable Object resubscribing(Method method, @Nullable Object result, Callable<Object> again) {
		ReactiveAdapter adapter = (result != null && isHandledByAdapter(result.getClass()))
				? findAdapter(result.getClass()) : null;
		if (result == null || adapter == null || !adapter.getDescriptor().isDeferred()
				|| (!KotlinDetector.isSuspendingFunction(method)
						&& !method.getReturnType().isAssignableFrom(adapter.getReactiveType()))) {
			return result;
		}
		return ReactiveResults.resubscribing(result, adapter, again);
	}

	/**
	 * Whether a method's results may be subscribed to several times.
	 * @param method the method that runs
	 * @return whether they may
	 */
	public boolean isReactive(Method method) {
		ReactiveAdapter adapter = REACTOR_PRESENT ? findAdapter(method.getReturnType()) : null;
		return (adapter != null && adapter.getDescriptor().isDeferred()) || KotlinDetector.isSuspendingFunction(method);
	}

	/**
	 * The adapter of the most specific type. The registry alone would take RxJava's
	 * {@code Flowable} for no more than a {@code Publisher}.
	 */
	private @Nullable ReactiveAdapter findAdapter(Class<?> type) {
		Set<Class<?>> types = new LinkedHashSet<>();
		for (Class<?> current = type; current != null; current = current.getSuperclass()) {
			types.add(current);
		}
		types.addAll(ClassUtils.getAllInterfacesForClassAsSet(type));
		return types.stream()
			.filter((candidate) -> !isPlainPublisher(candidate))
			.map(this.adapters::getAdapter)
			.filter((adapter) -> adapter != null && types.contains(adapter.getReactiveType())
					&& !isPlainPublisher(adapter.getReactiveType()))
			.findFirst()
			.orElseGet(() -> this.adapters.getAdapter(type));
	}

	private static boolean isPlainPublisher(Class<?> type) {
		return type == Flow.Publisher.class || type.getName().equals("org.reactivestreams.Publisher");
	}

	/**
	 * Chooses by what is returned, since the method may declare no more than
	 * {@code Object}, {@code Publisher} or {@code Future}.
	 */
	private final class ByResultType implements ResultHandler {

		private final Method method;

		private final Class<?> declaredType;

		private final boolean handlerMethod;

		private final Map<Class<?>, ResultHandler> handlers = new ConcurrentHashMap<>(4);

		private ByResultType(Method method, Class<?> declaredType, boolean handlerMethod) {
			this.method = method;
			this.declaredType = declaredType;
			this.handlerMethod = handlerMethod;
		}

		@Override
		public Object handle(Object result, TrackedCall call) {
			Class<?> type = result.getClass();
			ResultHandler handler = this.handlers.get(type);
			if (handler == null) {
				handler = forResultType(type);
				this.handlers.put(type, handler);
			}
			return handler.handle(result, call);
		}

		private ResultHandler forResultType(Class<?> type) {
			if (DeferredResult.class.isAssignableFrom(type)) {
				return SpringMvcResults::handleDeferredResult;
			}
			if (WebAsyncTask.class.isAssignableFrom(type)) {
				return SpringMvcResults::handleTask;
			}
			if (CompletionStage.class.isAssignableFrom(type)) {
				return this.handlerMethod ? this::handleStageOfHandler : FutureResults::handleStage;
			}
			if (ResultValues.isAsyncServerResponse(type)) {
				return unobservable("an asynchronous ServerResponse: track the goal in the function");
			}
			if (KotlinResults.isDeferred(type)) {
				return KotlinResults::handleDeferred;
			}
			if (KotlinResults.isSharedFlow(type)) {
				return unobservable("a SharedFlow or StateFlow, which never completes");
			}
			if (KotlinResults.isFlow(type)) {
				return ofDeclaredType((result, call) -> KotlinResults.handleFlow(result, call,
						REACTOR_PRESENT ? ResultHandlers.this.contexts : null));
			}
			ReactiveAdapter adapter = findAdapter(type);
			if (adapter != null && REACTOR_PRESENT) {
				ReactiveResults results = new ReactiveResults(ResultHandlers.this.contexts);
				return ofDeclaredType((result, call) -> results.handle(result, adapter, call));
			}
			if (adapter != null || Flow.Publisher.class.isAssignableFrom(type)) {
				return unobservable("a " + type.getName() + ": add reactor-core");
			}
			if (Future.class.isAssignableFrom(type)) {
				return FutureResults::handleFuture;
			}
			return Callable.class.isAssignableFrom(type) ? forCallable() : SYNCHRONOUS;
		}

		private Object handleStageOfHandler(Object result, TrackedCall call) {
			Object dependent = FutureResults.handleStageOfHandler(result, call);
			return this.declaredType.isInstance(dependent) ? dependent : result;
		}

		/**
		 * Another callable takes the place of one only where the method declares no more
		 * than a {@link Callable}.
		 */
		private ResultHandler forCallable() {
			boolean variable = this.method.getGenericReturnType() instanceof TypeVariable;
			if (this.declaredType == Callable.class && !variable) {
				return FutureResults::handleCallable;
			}
			if (this.handlerMethod) {
				return SpringMvcResults::handleUndeclaredCallable;
			}
			return Callable.class.isAssignableFrom(this.declaredType) && !variable
					? unobservable("a " + this.declaredType.getName() + ": declare a Callable") : SYNCHRONOUS;
		}

		private ResultHandler ofDeclaredType(ResultHandler handler) {
			return (result, call) -> {
				Object handled = handler.handle(result, call);
				if (this.declaredType.isInstance(handled)) {
					return handled;
				}
				call.unobservable("a " + this.declaredType.getName() + ": declare a more general type");
				return result;
			};
		}

		private static ResultHandler unobservable(String what) {
			return (result, call) -> {
				call.unobservable(what);
				return result;
			};
		}

	}

}
