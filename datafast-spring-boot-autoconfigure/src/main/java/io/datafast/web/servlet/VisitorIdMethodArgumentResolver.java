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

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

import io.datafast.VisitorIdResolver;
import io.datafast.VisitorIds;
import io.datafast.annotation.VisitorId;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
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

	private static final Log logger = LogFactory.getLog(VisitorIdMethodArgumentResolver.class);

	private final AtomicBoolean warned = new AtomicBoolean();

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
	 * @return the id, as the parameter's type has it
	 * @throws IllegalStateException if the parameter is neither a {@code String} nor an
	 * {@code Optional<String>}
	 */
	@Override
	public @Nullable Object resolveArgument(MethodParameter parameter, @Nullable ModelAndViewContainer mavContainer,
			NativeWebRequest webRequest, @Nullable WebDataBinderFactory binderFactory) {
		String visitorId = resolveVisitorId();
		if (parameter.getParameterType() == String.class) {
			return visitorId;
		}
		if (parameter.getParameterType() == Optional.class
				&& parameter.nested().getNestedParameterType() == String.class) {
			return Optional.ofNullable(visitorId);
		}
		throw new IllegalStateException("@VisitorId parameter " + parameter.getParameterIndex() + " of "
				+ parameter.getExecutable().toGenericString()
				+ " must be a String or an Optional<String>: change its type");
	}

	private @Nullable String resolveVisitorId() {
		try {
			return VisitorIds.wellFormedOrNull(this.visitorIdResolver.resolveVisitorId());
		}
		catch (Exception ex) {
			String message = this.visitorIdResolver.getClass().getName() + " failed: @VisitorId parameters stay empty";
			if (this.warned.compareAndSet(false, true)) {
				logger.warn(message + " (from now on logged at DEBUG)", ex);
			}
			else {
				logger.debug(message, ex);
			}
			return null;
		}
	}

}
