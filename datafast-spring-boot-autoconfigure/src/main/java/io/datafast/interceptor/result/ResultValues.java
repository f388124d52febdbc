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
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.util.ClassUtils;
import org.springframework.web.ErrorResponse;
import org.springframework.web.reactive.result.view.Rendering;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.function.AsyncServerResponse;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Unwraps the values of results for expressions, and tells whether they are errors.
 */
public final class ResultValues {

	/**
	 * The lowest status of an error (RFC 9110, section 15).
	 */
	public static final int LOWEST_ERROR_STATUS = 400;

	private static final boolean WEB_MVC_PRESENT = isPresent("org.springframework.web.servlet.ModelAndView")
			&& isPresent("jakarta.servlet.Servlet");

	private static final boolean WEB_FLUX_PRESENT = isPresent("org.springframework.web.reactive.result.view.Rendering")
			&& isPresent("reactor.core.publisher.Mono");

	private ResultValues() {
	}

	private static boolean isPresent(String className) {
		return ClassUtils.isPresent(className, ResultValues.class.getClassLoader());
	}

	/**
	 * The value inside one of Kotlin's value classes, which a function returns boxed or
	 * unboxed.
	 * @param value any value
	 * @return the value, unboxed
	 */
	public static @Nullable Object unbox(@Nullable Object value) {
		return KotlinResults.unbox(value);
	}

	/**
	 * The method that gives the value inside one of Kotlin's value classes.
	 * @param type any class
	 * @return the method, or {@code null} if it is no value class
	 */
	public static @Nullable Method findUnboxMethod(Class<?> type) {
		return KotlinResults.findUnboxMethod(type);
	}

	/**
	 * Whether a value is an error: it has an HTTP status of 400 or above, or is a failed
	 * {@code Result} of Kotlin.
	 * @param value the value, unboxed, or an {@code Optional}
	 * @return whether it is
	 */
	public static boolean isError(@Nullable Object value) {
		Object result = value;
		while (result instanceof Optional<?> optional) {
			result = unbox(optional.orElse(null));
		}
		if (result == null) {
			return false;
		}
		HttpStatusCode status = status(result);
		return (status != null) ? status.value() >= LOWEST_ERROR_STATUS
				: (result instanceof ProblemDetail problem && problem.getStatus() >= LOWEST_ERROR_STATUS)
						|| KotlinResults.isFailure(result);
	}

	private static @Nullable HttpStatusCode status(Object result) {
		if (result instanceof ResponseEntity<?> entity) {
			return entity.getStatusCode();
		}
		if (result instanceof ErrorResponse response) {
			return response.getStatusCode();
		}
		HttpStatusCode status = WEB_MVC_PRESENT ? statusOfWebMvc(result) : null;
		return (status == null && WEB_FLUX_PRESENT) ? statusOfWebFlux(result) : status;
	}

	private static @Nullable HttpStatusCode statusOfWebMvc(Object result) {
		if (result instanceof ModelAndView view) {
			return view.getStatus();
		}
		if (result instanceof org.springframework.web.servlet.view.FragmentsRendering fragments) {
			return fragments.status();
		}
		return (result instanceof ServerResponse response) ? response.statusCode() : null;
	}

	private static @Nullable HttpStatusCode statusOfWebFlux(Object result) {
		if (result instanceof Rendering rendering) {
			return rendering.status();
		}
		if (result instanceof org.springframework.web.reactive.result.view.FragmentsRendering fragments) {
			return fragments.status();
		}
		return (result instanceof org.springframework.web.reactive.function.server.ServerResponse response)
				? response.statusCode() : null;
	}

	/**
	 * Whether a result is an asynchronous response of Spring MVC's functional endpoints.
	 * Reading its status would block.
	 */
	static boolean isAsyncServerResponse(Object result) {
		return WEB_MVC_PRESENT && result instanceof AsyncServerResponse;
	}

	/**
	 * Whether a result of the declared type may be such a response.
	 */
	static boolean mayBeAsyncServerResponse(Class<?> declaredType) {
		return WEB_MVC_PRESENT && ServerResponse.class.isAssignableFrom(declaredType);
	}

}
