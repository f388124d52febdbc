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

import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.DefaultSingletonBeanRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.util.ClassUtils;

/**
 * Starts a mock for a context, and points the application at it. A slice, which has only
 * some of the auto-configurations, gets those of tracking. Instances that do the same are
 * equal, as the context cache requires.
 */
class MockDataFastContextCustomizer implements ContextCustomizer {

	static final String BEAN_NAME = "mockDataFast";

	private static final String SLICE_CONFIGURATION = "io.datafast.autoconfigure.DataFastTestSliceConfiguration";

	private final boolean slice;

	MockDataFastContextCustomizer(boolean slice) {
		this.slice = slice;
	}

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
		if (this.slice && ClassUtils.isPresent(SLICE_CONFIGURATION, context.getClassLoader())) {
			new AnnotatedBeanDefinitionReader((BeanDefinitionRegistry) context.getBeanFactory())
				.register(ClassUtils.resolveClassName(SLICE_CONFIGURATION, context.getClassLoader()));
		}
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof MockDataFastContextCustomizer customizer && customizer.slice == this.slice;
	}

	@Override
	public int hashCode() {
		return Boolean.hashCode(this.slice);
	}

}
