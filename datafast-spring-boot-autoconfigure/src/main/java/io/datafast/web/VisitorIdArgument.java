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

package io.datafast.web;

import java.util.Optional;
import java.util.function.Supplier;

import io.datafast.annotation.VisitorId;
import io.datafast.delivery.ThrottledLog;
import io.datafast.support.VisitorIds;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;

/**
 * Finds the values of handler methods' {@link VisitorId @VisitorId} parameters.
 * Thread-safe.
 */
public final class VisitorIdArgument {

	private final ThrottledLog log = new ThrottledLog(VisitorIdArgument.class);

	/**
	 * Resolve the argument.
	 * @param parameter the parameter
	 * @param visitorId finds the current visitor; if it fails, the argument stays empty
	 * @return the id as a {@code String}, {@code null} if there is none, or as an
	 * {@code Optional}
	 * @throws IllegalStateException if the parameter is neither a {@code String} nor an
	 * {@code Optional<String>}
	 */
	public @Nullable Object resolve(MethodParameter parameter, Supplier<@Nullable String> visitorId) {
		if (parameter.getParameterType() == String.class) {
			return find(visitorId);
		}
		if (parameter.getParameterType() == Optional.class
				&& parameter.nested().getNestedParameterType() == String.class) {
			return Optional.ofNullable(find(visitorId));
		}
		throw new IllegalStateException("@VisitorId parameter " + parameter.getParameterIndex() + " of "
				+ parameter.getExecutable().toGenericString()
				+ " must be a String or an Optional<String>: change its type");
	}

	/**
	 * Find the visitor's id.
	 * @param visitorId finds the current visitor; if it fails, there is none
	 * @return the id, or {@code null} if there is no well-formed one
	 */
	public @Nullable String find(Supplier<@Nullable String> visitorId) {
		try {
			return VisitorIds.wellFormedOrNull(visitorId.get());
		}
		catch (Exception ex) {
			String message = "The visitor id could not be found: @VisitorId parameters stay empty";
			this.log.warn(message, message, ex);
			return null;
		}
	}

}
