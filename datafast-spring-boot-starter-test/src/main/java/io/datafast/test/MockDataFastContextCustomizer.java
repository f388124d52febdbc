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

package io.datafast.test;

import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.support.DefaultSingletonBeanRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Starts a mock for a context, and points the application at it. All instances are equal,
 * as the context cache requires.
 */
class MockDataFastContextCustomizer implements ContextCustomizer {

	static final String BEAN_NAME = "mockDataFast";

	@Override
	public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration mergedConfig) {
		MockDataFast mockDataFast = MockDataFast.start();
		Map<String, Object> properties = Map.of("datafast.enabled", "true", "datafast.base-url",
				mockDataFast.getBaseUrl(), "datafast.api-key", mockDataFast.getApiKey());
		context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("MockDataFast", properties));
		context.getBeanFactory().registerSingleton(BEAN_NAME, mockDataFast);
		// What is registered first is destroyed last, after goals were sent on shutdown.
		((DefaultSingletonBeanRegistry) context.getBeanFactory()).registerDisposableBean(BEAN_NAME,
				mockDataFast::close);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other != null && other.getClass() == getClass();
	}

	@Override
	public int hashCode() {
		return getClass().hashCode();
	}

}
