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

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.datafast.annotation.TrackGoal;
import io.datafast.interceptor.result.ResultHandler;
import io.datafast.interceptor.result.ResultValues;
import io.datafast.support.ReactiveTrackingContexts;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.MethodClassKey;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.stereotype.Controller;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringValueResolver;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.InitBinder;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.service.annotation.HttpExchange;

/**
 * Finds the methods that track goals, and parses each only once. Thread-safe.
 */
final class TrackedMethodSource {

	private static final Log logger = LogFactory.getLog(TrackedMethodSource.class);

	private final Map<MethodClassKey, Optional<TrackedMethod>> methods = new ConcurrentHashMap<>(256);

	private final Map<Class<?>, Boolean> classes = new ConcurrentHashMap<>(256);

	/**
	 * The classes and interfaces that have been looked at, whether they or what they
	 * inherit from have the annotation.
	 */
	private final Map<Class<?>, Boolean> candidates = new ConcurrentHashMap<>(256);

	/**
	 * The tracked methods by class, method and goals, since a method is found again
	 * through each of its interfaces.
	 */
	private final Map<List<Object>, TrackedMethod> catalogue = new ConcurrentHashMap<>();

	private final StringValueResolver placeholders;

	private final Supplier<ReactiveTrackingContexts> contexts;

	TrackedMethodSource(StringValueResolver placeholders, Supplier<ReactiveTrackingContexts> contexts) {
		this.placeholders = placeholders;
		this.contexts = contexts;
	}

	/**
	 * Whether a bean of the class has a method that tracks goals. If so, all its methods
	 * are checked.
	 * @throws InvalidTrackGoalException if an annotation is wrong
	 */
	boolean hasTrackedMethods(Class<?> beanClass) {
		Class<?> userClass = ClassUtils.getUserClass(beanClass);
		Boolean known = this.classes.get(userClass);
		if (known == null) {
			known = isCandidate(userClass) && findAll(userClass);
			if (this.classes.put(userClass, known) == null && known) {
				warnOfBrokenHandlers(userClass);
			}
		}
		return known;
	}

	/**
	 * A quick check that rules out nearly all classes, since it is made for each bean. A
	 * search through the declarations of each method would cost more.
	 */
	private boolean isCandidate(Class<?> beanClass) {
		try {
			return inheritsAnnotation(beanClass);
		}
		catch (IllegalStateException | LinkageError ex) {
			// As in other post-processors: a class that reflection cannot read may still
			// work.
			logger.debug("Cannot look for @TrackGoal in " + beanClass.getName(), ex);
			return false;
		}
	}

	private boolean inheritsAnnotation(@Nullable Class<?> type) {
		if (type == null || !AnnotationUtils.isCandidateClass(type, TrackGoal.class)) {
			return false;
		}
		Boolean known = this.candidates.get(type);
		if (known == null) {
			known = declaresAnnotation(type) || inheritsAnnotation(type.getSuperclass());
			for (Class<?> implemented : type.getInterfaces()) {
				known = known || inheritsAnnotation(implemented);
			}
			this.candidates.put(type, known);
		}
		return known;
	}

	private static boolean declaresAnnotation(Class<?> type) {
		for (Method method : ReflectionUtils.getDeclaredMethods(type)) {
			Annotation[] annotations = method.getDeclaredAnnotations();
			if (annotations.length > 0 && MergedAnnotations.from(annotations).isPresent(TrackGoal.class)) {
				return true;
			}
		}
		return false;
	}

	private boolean findAll(Class<?> beanClass) {
		Set<Class<?>> types = new LinkedHashSet<>(ClassUtils.getAllInterfacesForClassAsSet(beanClass));
		if (!isGenerated(beanClass)) {
			types.add(beanClass);
		}
		boolean found = false;
		for (Class<?> type : types) {
			for (Method method : ReflectionUtils.getAllDeclaredMethods(type)) {
				if (!method.isBridge() && !method.isSynthetic() && method.getDeclaringClass() != Object.class) {
					TrackedMethod tracked = find(method, beanClass);
					if (tracked != null) {
						this.catalogue.put(List.of(beanClass, tracked.method(), tracked.goals()), tracked);
						found = true;
					}
				}
			}
		}
		return found;
	}

	/**
	 * Whether the class was generated at run time, as for a proxy or a lambda. The
	 * application has written its interfaces only.
	 */
	private static boolean isGenerated(Class<?> type) {
		return Proxy.isProxyClass(type) || type.isHidden() || type.isSynthetic();
	}

	/**
	 * The tracked methods of all classes that have been searched.
	 */
	Set<TrackedMethod> catalogue() {
		return Set.copyOf(this.catalogue.values());
	}

	/**
	 * Find what a method tracks.
	 * @param method the method that is called, possibly an interface's
	 * @param targetClass the class of the object it is called on
	 * @return the method that runs, or {@code null} if there is nothing to track
	 * @throws InvalidTrackGoalException if an annotation is wrong
	 */
	@Nullable TrackedMethod find(Method method, Class<?> targetClass) {
		MethodClassKey key = new MethodClassKey(method, targetClass);
		Optional<TrackedMethod> known = this.methods.get(key);
		if (known == null) {
			known = parse(method, targetClass);
			this.methods.put(key, known);
		}
		return known.orElse(null);
	}

	private Optional<TrackedMethod> parse(Method method, Class<?> targetClass) {
		Method specificMethod = AopUtils.getMostSpecificMethod(method, targetClass);
		Class<?> beanClass = ClassUtils.getUserClass(targetClass);
		for (Method declaration : findDeclarations(method, specificMethod, targetClass)) {
			List<MergedAnnotation<TrackGoal>> annotations = findAnnotations(declaration);
			if (!annotations.isEmpty()) {
				Method annotated = (annotations.get(0).getSource() instanceof Method source) ? source : declaration;
				boolean handlerMethod = isController(beanClass) && isHttpHandler(specificMethod);
				TrackGoalParser parser = new TrackGoalParser(declaration, annotated, specificMethod, beanClass,
						this.placeholders);
				return Optional.of(new TrackedMethod(beanClass, specificMethod, handlerMethod,
						handlerMethod && hasErrorStatus(specificMethod, beanClass), parser.variables(),
						parser.visitorIdParameter(),
						parser.parse(annotations.stream().map(MergedAnnotation::synthesize).toList()),
						new ResultHandler(specificMethod, handlerMethod, this.contexts)));
			}
		}
		return Optional.empty();
	}

	/**
	 * Find the methods that may carry the annotations: the method that runs; the method
	 * that was called, since a proxy may implement an interface that its target does not
	 * implement; and the methods of the target's interfaces, since their implementation
	 * may be inherited from a class that does not implement the interface.
	 */
	private static Set<Method> findDeclarations(Method method, Method specificMethod, Class<?> targetClass) {
		Set<Method> declarations = new LinkedHashSet<>(Arrays.asList(specificMethod, method));
		for (Class<?> type : ClassUtils.getAllInterfacesForClassAsSet(targetClass)) {
			Method declared = ReflectionUtils.findMethod(type, specificMethod.getName(),
					specificMethod.getParameterTypes());
			if (declared != null) {
				declarations.add(declared);
			}
		}
		return declarations;
	}

	private static List<MergedAnnotation<TrackGoal>> findAnnotations(Method method) {
		List<MergedAnnotation<TrackGoal>> found = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY)
			.stream(TrackGoal.class)
			.toList();
		int nearest = found.stream().mapToInt(MergedAnnotation::getAggregateIndex).min().orElse(0);
		return found.stream().filter((annotation) -> annotation.getAggregateIndex() == nearest).toList();
	}

	/**
	 * Whether {@code @ResponseStatus} sets an error status. Spring reads that of the
	 * method and, if there is none, that of the class.
	 */
	private static boolean hasErrorStatus(Method method, Class<?> beanClass) {
		return Stream.of(method, beanClass)
			.map((element) -> AnnotatedElementUtils.findMergedAnnotation(element, ResponseStatus.class))
			.flatMap(Stream::ofNullable)
			.findFirst()
			.filter((status) -> status.code().value() >= ResultValues.LOWEST_ERROR_STATUS)
			.isPresent();
	}

	/**
	 * A method of the class that tracks goals and that no interface declares which a
	 * proxy can implement.
	 */
	@Nullable Method findMethodBesideInterfaces(Class<?> beanClass) {
		Class<?> userClass = ClassUtils.getUserClass(beanClass);
		Set<Method> declared = ClassUtils.getAllInterfacesForClassAsSet(beanClass)
			.stream()
			.filter((type) -> !type.isSealed())
			.flatMap((type) -> Arrays.stream(type.getMethods()))
			.map((method) -> AopUtils.getMostSpecificMethod(method, beanClass))
			.collect(Collectors.toSet());
		return this.catalogue.values()
			.stream()
			.filter((tracked) -> tracked.beanClass() == userClass)
			.map(TrackedMethod::method)
			.filter((method) -> !declared.contains(method))
			.findFirst()
			.orElse(null);
	}

	/**
	 * A handler method that no proxy intercepts is called on the proxy itself, whose
	 * fields are empty.
	 */
	private static void warnOfBrokenHandlers(Class<?> beanClass) {
		if (!isController(beanClass) && !AnnotatedElementUtils.hasAnnotation(beanClass, ControllerAdvice.class)) {
			return;
		}
		String broken = Arrays.stream(ReflectionUtils.getAllDeclaredMethods(beanClass))
			.filter((method) -> !Modifier.isStatic(method.getModifiers())
					&& TrackGoalParser.findObstacle(method, beanClass) != null
					&& (isHttpHandler(method) || isOtherHandler(method)))
			.map(TrackGoalParser::describe)
			.collect(Collectors.joining(", "));
		if (!broken.isEmpty()) {
			logger.warn("@TrackGoal makes " + beanClass.getName() + " a proxy, which cannot override these handler"
					+ " methods, so that they run without the fields of the bean: " + broken
					+ ". Make them public and not final.");
		}
	}

	private static boolean isController(Class<?> beanClass) {
		return AnnotatedElementUtils.hasAnnotation(beanClass, Controller.class);
	}

	private static boolean isHttpHandler(Method method) {
		return isAnnotated(method, RequestMapping.class.getName(), HttpExchange.class.getName());
	}

	private static boolean isOtherHandler(Method method) {
		return isAnnotated(method, ModelAttribute.class.getName(), InitBinder.class.getName(),
				ExceptionHandler.class.getName(), "org.springframework.graphql.data.method.annotation.SchemaMapping",
				"org.springframework.graphql.data.method.annotation.BatchMapping",
				"org.springframework.graphql.data.federation.EntityMapping",
				"org.springframework.graphql.data.method.annotation.GraphQlExceptionHandler",
				"org.springframework.messaging.handler.annotation.MessageMapping",
				"org.springframework.messaging.handler.annotation.MessageExceptionHandler",
				"org.springframework.messaging.simp.annotation.SubscribeMapping");
	}

	private static boolean isAnnotated(Method method, String... types) {
		MergedAnnotations annotations = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
		return Arrays.stream(types).anyMatch(annotations::isPresent);
	}

}
