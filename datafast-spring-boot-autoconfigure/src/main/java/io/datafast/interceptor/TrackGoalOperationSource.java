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
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.datafast.annotation.TrackGoal;
import io.datafast.interceptor.result.ResultHandlers;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.MethodClassKey;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.stereotype.Controller;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringValueResolver;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.service.annotation.HttpExchange;

/**
 * Finds the operations of a method, each only once. Thread-safe.
 */
public final class TrackGoalOperationSource {

	private final Map<MethodClassKey, TrackGoalOperations> operations = new ConcurrentHashMap<>(256);

	private final Map<Class<?>, Boolean> classes = new ConcurrentHashMap<>(256);

	private final TrackGoalCandidates candidates = new TrackGoalCandidates();

	private final Set<TrackedMethod> trackedMethods = ConcurrentHashMap.newKeySet();

	private final ResultHandlers resultHandlers;

	private StringValueResolver placeholders = (value) -> value;

	TrackGoalOperationSource(ResultHandlers resultHandlers) {
		this.resultHandlers = resultHandlers;
	}

	void setPlaceholders(StringValueResolver placeholders) {
		this.placeholders = placeholders;
	}

	/**
	 * Whether a bean of the class has a method with operations. If so, all its methods
	 * are checked.
	 * @param beanClass the class
	 * @return {@code true} if at least one method has
	 * @throws InvalidTrackGoalException if an annotation is wrong
	 */
	public boolean hasOperations(Class<?> beanClass) {
		Boolean known = this.classes.get(beanClass);
		if (known == null) {
			Class<?> userClass = ClassUtils.getUserClass(beanClass);
			known = this.candidates.isCandidate(userClass) && checkAllMethods(userClass);
			this.classes.put(beanClass, known);
		}
		return known;
	}

	boolean hasOperations(Method method, Class<?> targetClass) {
		return !getOperations(method, targetClass).isEmpty();
	}

	/**
	 * A method of the class with operations that no interface declares.
	 */
	@Nullable Method findOperationBesideInterfaces(Class<?> beanClass) {
		return isGenerated(beanClass) ? null
				: Arrays.stream(ReflectionUtils.getAllDeclaredMethods(beanClass))
					.filter((method) -> ClassUtils.getInterfaceMethodIfPossible(method, beanClass) == method
							&& hasOperations(method, beanClass))
					.findFirst()
					.orElse(null);
	}

	/**
	 * The methods of a controller that handle requests, and that no proxy intercepts.
	 */
	List<Method> findHandlersThatNoProxyIntercepts(Class<?> beanClass) {
		return Arrays.stream(ReflectionUtils.getAllDeclaredMethods(beanClass))
			.filter((method) -> (method.getModifiers() & (Modifier.PRIVATE | Modifier.FINAL)) != 0
					&& (method.getModifiers() & Modifier.STATIC) == 0 && isHandlerMethod(method, beanClass))
			.toList();
	}

	private static boolean isHandlerMethod(Method method, Class<?> beanClass) {
		return AnnotatedElementUtils.hasAnnotation(beanClass, Controller.class)
				&& (AnnotatedElementUtils.hasAnnotation(method, RequestMapping.class)
						|| AnnotatedElementUtils.hasAnnotation(method, HttpExchange.class));
	}

	/**
	 * Spring looks at the method first, and at its class only if it finds nothing there.
	 */
	private static boolean hasErrorStatus(Method method, Class<?> beanClass) {
		ResponseStatus status = AnnotatedElementUtils.findMergedAnnotation(method, ResponseStatus.class);
		if (status == null) {
			status = AnnotatedElementUtils.findMergedAnnotation(beanClass, ResponseStatus.class);
		}
		return status != null && status.code().value() >= GoalTracker.LOWEST_ERROR_STATUS;
	}

	private boolean checkAllMethods(Class<?> beanClass) {
		Set<Class<?>> types = new LinkedHashSet<>();
		if (!isGenerated(beanClass)) {
			types.add(beanClass);
		}
		types.addAll(ClassUtils.getAllInterfacesForClassAsSet(beanClass));
		boolean found = false;
		for (Class<?> type : types) {
			for (Method method : ReflectionUtils.getAllDeclaredMethods(type)) {
				if (!method.isBridge() && !method.isSynthetic() && method.getDeclaringClass() != Object.class) {
					TrackGoalOperations operations = getOperations(method, beanClass);
					Method specificMethod = AopUtils.getMostSpecificMethod(method, beanClass);
					operations.list()
						.forEach((operation) -> this.trackedMethods
							.add(new TrackedMethod(operation.name(), beanClass, specificMethod)));
					found |= !operations.isEmpty();
				}
			}
		}
		return found;
	}

	/**
	 * Whether the class is the runtime's, such as that of a proxy or a lambda. Its
	 * interfaces say all that the application wrote.
	 */
	private static boolean isGenerated(Class<?> type) {
		return Proxy.isProxyClass(type) || type.isHidden() || type.isSynthetic();
	}

	/**
	 * The methods with operations of all classes that were looked at.
	 * @return a copy, one entry for each operation
	 */
	public Set<TrackedMethod> trackedMethods() {
		return Set.copyOf(this.trackedMethods);
	}

	/**
	 * The operations of a method.
	 * @param method the method that is called, possibly an interface's
	 * @param targetClass the class of the object it is called on
	 * @return the operations, often none
	 * @throws InvalidTrackGoalException if an annotation is wrong
	 */
	public TrackGoalOperations getOperations(Method method, Class<?> targetClass) {
		MethodClassKey key = new MethodClassKey(method, targetClass);
		TrackGoalOperations known = this.operations.get(key);
		if (known == null) {
			known = findOperations(method, targetClass);
			this.operations.put(key, known);
		}
		return known;
	}

	private TrackGoalOperations findOperations(Method method, Class<?> targetClass) {
		for (Method declaration : findDeclarations(method, targetClass)) {
			List<MergedAnnotation<TrackGoal>> annotations = findAnnotations(declaration);
			if (!annotations.isEmpty()) {
				Method specificMethod = AopUtils.getMostSpecificMethod(method, targetClass);
				Class<?> userClass = ClassUtils.getUserClass(targetClass);
				boolean handlerMethod = isHandlerMethod(specificMethod, userClass);
				TrackGoalParser parser = new TrackGoalParser(declaration, annotatedMethod(annotations, declaration),
						specificMethod, this.placeholders);
				return new TrackGoalOperations(
						parser.parse(synthesize(annotations), this.resultHandlers.findObstacle(specificMethod)),
						this.resultHandlers.forMethod(specificMethod, handlerMethod), handlerMethod,
						handlerMethod && hasErrorStatus(specificMethod, userClass), parser.variables());
			}
		}
		return TrackGoalOperations.NONE;
	}

	/**
	 * The method that runs, the one that was called, since a proxy may implement an
	 * interface that its target knows nothing of, and those of the target's interfaces,
	 * since what implements them may be inherited from a class that knows nothing of
	 * them.
	 */
	private static Set<Method> findDeclarations(Method method, Class<?> targetClass) {
		Method specificMethod = AopUtils.getMostSpecificMethod(method, targetClass);
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

	private static Method annotatedMethod(List<MergedAnnotation<TrackGoal>> annotations, Method declaration) {
		return (annotations.get(0).getSource() instanceof Method source) ? source : declaration;
	}

	private static List<TrackGoal> synthesize(List<MergedAnnotation<TrackGoal>> annotations) {
		return annotations.stream().map(MergedAnnotation::synthesize).toList();
	}

	private static List<MergedAnnotation<TrackGoal>> findAnnotations(Method method) {
		List<MergedAnnotation<TrackGoal>> found = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY)
			.stream(TrackGoal.class)
			.toList();
		int nearest = found.stream().mapToInt(MergedAnnotation::getAggregateIndex).min().orElse(0);
		return found.stream().filter((annotation) -> annotation.getAggregateIndex() == nearest).toList();
	}

}
