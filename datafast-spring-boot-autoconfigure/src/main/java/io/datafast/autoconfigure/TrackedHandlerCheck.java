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

package io.datafast.autoconfigure;

import java.lang.reflect.Method;

import io.datafast.VisitorIdResolver;
import io.datafast.interceptor.TrackGoalBeanPostProcessor;
import io.datafast.interceptor.TrackedMethod;
import io.datafast.web.reactive.ExchangeVisitorIdResolver;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.KotlinDetector;
import org.springframework.util.ClassUtils;

/**
 * Warns of handler methods whose goals cannot find the visitor of the request: a method
 * that returns no type of Reactor has no access to the Reactor context, which holds the
 * exchange. Such a method is not refused, since its request may have no visitor anyway.
 */
final class TrackedHandlerCheck implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(TrackedHandlerCheck.class);

	private final ObjectProvider<TrackGoalBeanPostProcessor> postProcessor;

	private final ObjectProvider<VisitorIdResolver> visitorIdResolver;

	private final DataFastProperties properties;

	TrackedHandlerCheck(ObjectProvider<TrackGoalBeanPostProcessor> postProcessor,
			ObjectProvider<VisitorIdResolver> visitorIdResolver, DataFastProperties properties) {
		this.postProcessor = postProcessor;
		this.visitorIdResolver = visitorIdResolver;
		this.properties = properties;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.properties.isEnabled() && !isVisitorOfThreadKnown()) {
			this.postProcessor.stream()
				.flatMap((candidate) -> candidate.getTrackedMethods().stream())
				.filter((tracked) -> tracked.handlerMethod() && tracked.findsVisitorInRequest())
				.map(TrackedMethod::method)
				.distinct()
				.filter((method) -> !hasReactorContext(method))
				.map((method) -> ClassUtils.getQualifiedMethodName(method))
				.sorted()
				.forEach((name) -> logger.warn("@TrackGoal on " + name + " cannot find the visitor of the request,"
						+ " since the method returns neither a Mono nor a Flux: add a parameter"
						+ " '@VisitorId String visitorId', or return one of these"));
		}
	}

	/**
	 * Whether imperative code finds the visitor: by a resolver of the application, or
	 * because Reactor propagates its context to threads.
	 */
	private boolean isVisitorOfThreadKnown() {
		return this.visitorIdResolver.stream().anyMatch((resolver) -> !(resolver instanceof ExchangeVisitorIdResolver))
				|| Hooks.isAutomaticContextPropagationEnabled();
	}

	/**
	 * Whether a result reads the Reactor context when it is subscribed to. Other reactive
	 * libraries do not hand the context on, and a future has no subscriber. For a
	 * declared {@code Object} the result is unknown, so no warning is logged.
	 */
	private static boolean hasReactorContext(Method method) {
		Class<?> type = method.getReturnType();
		return type == Object.class || type == Publisher.class || Mono.class.isAssignableFrom(type)
				|| Flux.class.isAssignableFrom(type) || type.getName().equals("kotlinx.coroutines.flow.Flow")
				|| KotlinDetector.isSuspendingFunction(method);
	}

}
