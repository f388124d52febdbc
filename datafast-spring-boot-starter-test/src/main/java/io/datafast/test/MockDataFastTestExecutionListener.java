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

import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.support.AbstractTestExecutionListener;

/**
 * Resets the mock before each test method of a class with
 * {@link AutoConfigureMockDataFast @AutoConfigureMockDataFast}, unless another method is
 * using it.
 */
class MockDataFastTestExecutionListener extends AbstractTestExecutionListener {

	private static final String USED = MockDataFastTestExecutionListener.class.getName() + ".used";

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
			MockDataFast mockDataFast = testContext.getApplicationContext()
				.getBean(MockDataFastContextCustomizerFactory.BEAN_NAME, MockDataFast.class);
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
