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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.TrackGoals;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Sorts out the classes that cannot have operations, which are nearly all, at little
 * cost: a full search for annotations is only worth it where one is somewhere in the
 * class's hierarchy. Thread-safe.
 */
final class TrackGoalCandidates {

	private static final Log logger = LogFactory.getLog(TrackGoalCandidates.class);

	private final Map<Class<? extends Annotation>, Boolean> annotationTypes = new ConcurrentHashMap<>();

	boolean isCandidate(Class<?> type) {
		try {
			return isAnnotatedInHierarchy(type);
		}
		catch (IllegalStateException | LinkageError ex) {
			// As other post-processors do: a class that cannot be looked at may still
			// work.
			logger.debug("Cannot look for @TrackGoal in " + type.getName(), ex);
			return false;
		}
	}

	private boolean isAnnotatedInHierarchy(Class<?> type) {
		for (Class<?> current = type; current != null && current != Object.class; current = superclass(current)) {
			if (isAnnotated(current)) {
				return true;
			}
		}
		for (Class<?> implemented : ClassUtils.getAllInterfacesForClassAsSet(type)) {
			if (isAnnotated(implemented)) {
				return true;
			}
		}
		return false;
	}

	private static @Nullable Class<?> superclass(Class<?> type) {
		return type.getSuperclass();
	}

	private boolean isAnnotated(Class<?> type) {
		for (Method method : ReflectionUtils.getDeclaredMethods(type)) {
			for (Annotation annotation : method.getDeclaredAnnotations()) {
				if (this.annotationTypes.computeIfAbsent(annotation.annotationType(),
						TrackGoalCandidates::isTrackGoal)) {
					return true;
				}
			}
		}
		return false;
	}

	private static boolean isTrackGoal(Class<? extends Annotation> annotationType) {
		return annotationType == TrackGoal.class || annotationType == TrackGoals.class
				|| MergedAnnotations.from(annotationType).isPresent(TrackGoal.class);
	}

}
