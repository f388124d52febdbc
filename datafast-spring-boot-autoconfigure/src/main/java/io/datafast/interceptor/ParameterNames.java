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

import org.jspecify.annotations.Nullable;

import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.util.ClassUtils;

/**
 * Knows parameter names also where only the interface that a method implements has them:
 * the runtime's classes, such as those of proxies and lambdas, have none.
 */
final class ParameterNames extends DefaultParameterNameDiscoverer {

	static final ParameterNames INSTANCE = new ParameterNames();

	private ParameterNames() {
	}

	@Override
	public @Nullable String @Nullable [] getParameterNames(Method method) {
		@Nullable String[] names = super.getParameterNames(method);
		if (names != null) {
			return names;
		}
		Method declared = ClassUtils.getInterfaceMethodIfPossible(method, method.getDeclaringClass());
		return (declared != method) ? super.getParameterNames(declared) : null;
	}

}
