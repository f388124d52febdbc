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

import java.lang.annotation.Annotation;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.util.ClassUtils;

/**
 * Provides the contexts of tests with
 * {@link AutoConfigureMockDataFast @AutoConfigureMockDataFast} with a mock.
 */
class MockDataFastContextCustomizerFactory implements ContextCustomizerFactory {

	/**
	 * On each annotation for a slice of Spring Boot.
	 */
	private static final String OVERRIDE_AUTO_CONFIGURATION = "org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration";

	@Override
	public @Nullable ContextCustomizer createContextCustomizer(Class<?> testClass,
			List<ContextConfigurationAttributes> configAttributes) {
		return TestContextAnnotationUtils.hasAnnotation(testClass, AutoConfigureMockDataFast.class)
				? new MockDataFastContextCustomizer(isSlice(testClass)) : null;
	}

	@SuppressWarnings("unchecked")
	private static boolean isSlice(Class<?> testClass) {
		return ClassUtils.isPresent(OVERRIDE_AUTO_CONFIGURATION, testClass.getClassLoader())
				&& TestContextAnnotationUtils.hasAnnotation(testClass, (Class<? extends Annotation>) ClassUtils
					.resolveClassName(OVERRIDE_AUTO_CONFIGURATION, testClass.getClassLoader()));
	}

}
