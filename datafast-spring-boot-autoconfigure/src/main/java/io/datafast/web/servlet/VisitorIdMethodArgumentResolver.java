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

package io.datafast.web.servlet;

import io.datafast.VisitorIdResolver;
import io.datafast.annotation.VisitorId;
import io.datafast.web.VisitorIdArgument;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * Resolves {@link VisitorId @VisitorId} parameters of Spring MVC's handler methods.
 * Thread-safe.
 */
public final class VisitorIdMethodArgumentResolver implements HandlerMethodArgumentResolver {

	private final VisitorIdArgument argument = new VisitorIdArgument();

	private final VisitorIdResolver visitorIdResolver;

	/**
	 * Create a resolver.
	 * @param visitorIdResolver finds the current visitor
	 */
	public VisitorIdMethodArgumentResolver(VisitorIdResolver visitorIdResolver) {
		this.visitorIdResolver = visitorIdResolver;
	}

	@Override
	public boolean supportsParameter(MethodParameter parameter) {
		return parameter.hasParameterAnnotation(VisitorId.class);
	}

	/**
	 * {@inheritDoc}
	 * @return the id as a {@code String}, {@code null} if there is none, or as an
	 * {@code Optional}
	 * @throws IllegalStateException if the parameter is neither a {@code String} nor an
	 * {@code Optional<String>}
	 */
	@Override
	public @Nullable Object resolveArgument(MethodParameter parameter, @Nullable ModelAndViewContainer mavContainer,
			NativeWebRequest webRequest, @Nullable WebDataBinderFactory binderFactory) {
		return this.argument.resolve(parameter, this.visitorIdResolver::resolveVisitorId);
	}

}
