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
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.service.annotation.HttpExchange;

/**
 * Chooses the {@link ResultObserver} of a method, once. Reactor, RxJava, Mutiny and
 * Kotlin's coroutines may be absent. Thread-safe.
 */
final class ResultObservers {

	private static final boolean REACTOR_PRESENT = ClassUtils.isPresent("reactor.core.publisher.Flux",
			ResultObservers.class.getClassLoader());

	private static final boolean COROUTINES_REACTOR_PRESENT = REACTOR_PRESENT
			&& ClassUtils.isPresent("kotlinx.coroutines.reactor.MonoKt", ResultObservers.class.getClassLoader());

	private static final boolean COROUTINES_PRESENT = ClassUtils.isPresent("kotlinx.coroutines.flow.SharedFlow",
			ResultObservers.class.getClassLoader());

	private static final boolean MUTINY_PRESENT = ClassUtils.isPresent("io.smallrye.mutiny.Multi",
			ResultObservers.class.getClassLoader());

	/**
	 * For a result that is there when the method returns.
	 */
	private static final ResultObserver SYNCHRONOUS = (result, invocation) -> {
		invocation.succeeded(result);
		return result;
	};

	private final ReactiveAdapterRegistry adapters = ReactiveAdapterRegistry.getSharedInstance();

	private final Supplier<ReactorContexts> contexts;

	/**
	 * Create an instance.
	 * @param contexts asked for where Reactor is present
	 */
	ResultObservers(Supplier<ReactiveTrackingContexts> contexts) {
		this.contexts = Lazy.of(() -> new ReactorContexts(contexts));
	}

	/**
	 * The observer of a method's results.
	 * @param method the method that runs
	 * @return the observer, or {@code null} if the results are there when the method
	 * returns
	 */
	@Nullable ResultObserver forMethod(Method method) {
		if (KotlinDetector.isSuspendingFunction(method)) {
			// With Reactor, the advice is given a Mono or Flux in place of what the
			// function returns.
			return COROUTINES_REACTOR_PRESENT ? new ByResultType(Object.class, SYNCHRONOUS)
					: new KotlinFunctionObserver(
							new ByResultType(KotlinFunctionObserver.declaredType(method), SYNCHRONOUS));
		}
		Class<?> type = method.getReturnType();
		return mayBeAsynchronous(type) ? new ByResultType(type, forCallable(method)) : null;
	}

	/**
	 * The observer of a method's callables. Another takes the place of one only where
	 * nobody can expect more than a {@link Callable}.
	 */
	private static ResultObserver forCallable(Method method) {
		Class<?> type = method.getReturnType();
		boolean variable = method.getGenericReturnType() instanceof TypeVariable;
		if (variable || type != Callable.class) {
			ResultObserver unchanged = (variable || type == Object.class) ? SYNCHRONOUS
					: unobservable("a " + type.getName() + ": declare a Callable");
			return isHandler(method) ? new HandledCallableObserver(unchanged) : unchanged;
		}
		return new CallableObserver();
	}

	private static boolean isHandler(Method method) {
		return AnnotatedElementUtils.hasAnnotation(method, RequestMapping.class)
				|| AnnotatedElementUtils.hasAnnotation(method, HttpExchange.class);
	}

	private boolean mayBeAsynchronous(Class<?> type) {
		return type == Object.class
				|| Stream
					.of(CompletionStage.class, Future.class, Callable.class, WebAsyncTask.class, DeferredResult.class,
							Flow.Publisher.class)
					.anyMatch((asynchronous) -> asynchronous.isAssignableFrom(type))
				|| forLibraryType(type) != null || this.adapters.getAdapter(type) != null;
	}

	/**
	 * The observer of a type that knows better than a {@link ReactiveAdapter} how to get
	 * in between.
	 */
	private @Nullable ResultObserver forLibraryType(Class<?> type) {
		if (COROUTINES_PRESENT && KotlinDeferredObserver.supports(type)) {
			return new KotlinDeferredObserver();
		}
		if (COROUTINES_PRESENT && KotlinFlowObserver.supports(type)) {
			return new KotlinFlowObserver(COROUTINES_REACTOR_PRESENT ? new ReactorCollectorContexts(this.contexts.get())
					: CollectorContexts.OF_CALL);
		}
		return (MUTINY_PRESENT && MutinyObserver.supports(type)) ? new MutinyObserver() : null;
	}

	private ResultObserver forResultType(Class<?> type, Class<?> declaredType, ResultObserver ofCallable) {
		if (DeferredResult.class.isAssignableFrom(type)) {
			return new DeferredResultObserver();
		}
		if (WebAsyncTask.class.isAssignableFrom(type)) {
			return new WebAsyncTaskObserver();
		}
		if (CompletionStage.class.isAssignableFrom(type)) {
			return new CompletionStageObserver();
		}
		ResultObserver ofLibrary = forLibraryType(type);
		if (ofLibrary != null) {
			return ofSameType(ofLibrary, declaredType);
		}
		ReactiveAdapter adapter = findAdapter(type);
		if (adapter != null) {
			return ofSameType(forAdapter(adapter), declaredType);
		}
		if (Flow.Publisher.class.isAssignableFrom(type)) {
			return unobservable(type.getName() + ": add reactor-core");
		}
		if (Future.class.isAssignableFrom(type)) {
			return new FutureObserver();
		}
		if (Callable.class.isAssignableFrom(type)) {
			return ofCallable;
		}
		return SYNCHRONOUS;
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

	private ResultObserver forAdapter(ReactiveAdapter adapter) {
		if (!adapter.getDescriptor().isDeferred()) {
			return new HotResultObserver(adapter);
		}
		if (!REACTOR_PRESENT) {
			return new PublisherObserver(adapter, SubscriberObserver.PLAIN);
		}
		ReactorSubscriberObserver subscribers = new ReactorSubscriberObserver(this.contexts.get());
		return ReactorObserver.supports(adapter) ? new ReactorObserver(adapter, subscribers)
				: new PublisherObserver(adapter, subscribers);
	}

	/**
	 * Keeps a caller from getting something of another type than the method declares.
	 */
	private static ResultObserver ofSameType(ResultObserver observer, Class<?> declaredType) {
		return (result, invocation) -> {
			Object observed = observer.observe(result, invocation);
			if (declaredType.isInstance(observed)) {
				return observed;
			}
			invocation.unobservable("a " + declaredType.getName() + ": declare a more general type");
			return result;
		};
	}

	private static ResultObserver unobservable(String what) {
		return (result, invocation) -> {
			invocation.unobservable(what);
			return result;
		};
	}

	/**
	 * Chooses by what is returned, since the method may declare no more than
	 * {@code Object}, {@code Publisher} or {@code Future}.
	 */
	private final class ByResultType implements ResultObserver {

		private final Class<?> declaredType;

		private final ResultObserver ofCallable;

		private final Map<Class<?>, ResultObserver> observers = new ConcurrentHashMap<>(4);

		private ByResultType(Class<?> declaredType, ResultObserver ofCallable) {
			this.declaredType = declaredType;
			this.ofCallable = ofCallable;
		}

		@Override
		public Object observe(Object result, TrackedInvocation invocation) {
			Class<?> type = result.getClass();
			ResultObserver observer = this.observers.get(type);
			if (observer == null) {
				observer = forResultType(type, this.declaredType, this.ofCallable);
				this.observers.put(type, observer);
			}
			return observer.observe(result, invocation);
		}

	}

}
