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

import org.jspecify.annotations.Nullable;

import org.springframework.util.StringValueResolver;

/**
 * Resolves placeholders while an application is processed ahead of time, when a property
 * may be missing that is there at run time: a valid name stands in for it.
 */
final class BuildTimePlaceholders implements StringValueResolver {

	private final StringValueResolver delegate;

	BuildTimePlaceholders(StringValueResolver delegate) {
		this.delegate = delegate;
	}

	@Override
	public @Nullable String resolveStringValue(String value) {
		try {
			String resolved = this.delegate.resolveStringValue(value);
			if (resolved != null && !resolved.contains("${")) {
				return resolved;
			}
		}
		catch (IllegalArgumentException ex) {
			// Resolved at run time.
		}
		return "unresolved-" + Integer.toHexString(value.hashCode());
	}

}
