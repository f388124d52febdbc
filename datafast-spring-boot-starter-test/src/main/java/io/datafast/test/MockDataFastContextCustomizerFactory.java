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
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.DefaultSingletonBeanRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.support.AbstractTestExecutionListener;
import org.springframework.util.ClassUtils;

/**
 * Adds a mock to the context of each test with
 * {@link AutoConfigureMockDataFast @AutoConfigureMockDataFast}.
 */
class MockDataFastContextCustomizerFactory implements ContextCustomizerFactory {

	private static final String BEAN_NAME = "mockDataFast";

	/**
	 * The meta-annotation of all test slices of Spring Boot.
	 */
	private static final String OVERRIDE_AUTO_CONFIGURATION = "org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration";

	private static final String SLICE_CONFIGURATION = "io.datafast.autoconfigure.DataFastTestSliceConfiguration";

	private static final String GOALS = "io.datafast.DataFastGoals";

	@Override
	public @Nullable ContextCustomizer createContextCustomizer(Class<?> testClass,
			List<ContextConfigurationAttributes> configAttributes) {
		return TestContextAnnotationUtils.hasAnnotation(testClass, AutoConfigureMockDataFast.class)
				? new Customizer(isSlice(testClass)) : null;
	}

	@SuppressWarnings("unchecked")
	private static boolean isSlice(Class<?> testClass) {
		return ClassUtils.isPresent(OVERRIDE_AUTO_CONFIGURATION, testClass.getClassLoader())
				&& TestContextAnnotationUtils.hasAnnotation(testClass, (Class<? extends Annotation>) ClassUtils
					.resolveClassName(OVERRIDE_AUTO_CONFIGURATION, testClass.getClassLoader()));
	}

	/**
	 * Why the mock cannot receive anything from a context, or {@code null} if it can. For
	 * a context that has closed, no reason is known.
	 */
	private static @Nullable String findObstacle(ConfigurableApplicationContext context, MockDataFast mockDataFast) {
		if (!context.isActive()) {
			return null;
		}
		Environment environment = context.getEnvironment();
		if (ClassUtils.isPresent(GOALS, context.getClassLoader())
				&& BeanFactoryUtils.beanNamesForTypeIncludingAncestors(context,
						ClassUtils.resolveClassName(GOALS, context.getClassLoader()), true, false).length == 0) {
			return "it has no DataFastGoals bean. Bring DataFast's auto-configuration into the test, for instance by"
					+ " @SpringBootTest with an application that has @EnableAutoConfiguration";
		}
		if ("false".equalsIgnoreCase(environment.getProperty("datafast.enabled"))) {
			return "its property datafast.enabled is false";
		}
		String baseUrl = environment.getProperty("datafast.base-url");
		return mockDataFast.getBaseUrl().equals(baseUrl) ? null
				: "its property datafast.base-url is " + baseUrl + " rather than " + mockDataFast.getBaseUrl();
	}

	/**
	 * Starts a mock for a context, and points the application at it. A slice, which has
	 * only some of the auto-configurations, gets those of tracking. Instances that do the
	 * same are equal, as the context cache requires.
	 */
	record Customizer(boolean slice) implements ContextCustomizer {

		@Override
		public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration mergedConfig) {
			MockDataFast mockDataFast = MockDataFast.start();
			mockDataFast.setObstacle(() -> findObstacle(context, mockDataFast));
			Map<String, Object> properties = Map.of("datafast.enabled", "true", "datafast.base-url",
					mockDataFast.getBaseUrl(), "datafast.api-key", mockDataFast.getApiKey());
			context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("MockDataFast", properties));
			context.getBeanFactory().registerSingleton(BEAN_NAME, mockDataFast);
			// What is registered first is destroyed last, after goals were sent on
			// shutdown.
			((DefaultSingletonBeanRegistry) context.getBeanFactory()).registerDisposableBean(BEAN_NAME,
					mockDataFast::close);
			if (this.slice && ClassUtils.isPresent(SLICE_CONFIGURATION, context.getClassLoader())) {
				new AnnotatedBeanDefinitionReader((BeanDefinitionRegistry) context.getBeanFactory())
					.register(ClassUtils.resolveClassName(SLICE_CONFIGURATION, context.getClassLoader()));
			}
		}

	}

	/**
	 * Resets the mock before each test method of a class with
	 * {@link AutoConfigureMockDataFast @AutoConfigureMockDataFast}, unless another method
	 * is using it.
	 */
	static class ResetListener extends AbstractTestExecutionListener {

		private static final String USED = ResetListener.class.getName() + ".used";

		/**
		 * After dependency injection, before transactions and SQL scripts.
		 */
		@Override
		public int getOrder() {
			return 2500;
		}

		@Override
		public void beforeTestMethod(TestContext testContext) {
			if (TestContextAnnotationUtils.hasAnnotation(testContext.getTestClass(), AutoConfigureMockDataFast.class)
					&& testContext.hasApplicationContext()) {
				MockDataFast mockDataFast = testContext.getApplicationContext().getBean(BEAN_NAME, MockDataFast.class);
				mockDataFast.beginTest();
				testContext.setAttribute(USED, mockDataFast);
			}
		}

		@Override
		public void afterTestMethod(TestContext testContext) {
			if (testContext.removeAttribute(USED) instanceof MockDataFast mockDataFast) {
				mockDataFast.endTest();
			}
		}

	}

}
