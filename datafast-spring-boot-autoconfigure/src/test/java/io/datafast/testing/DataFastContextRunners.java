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

package io.datafast.testing;

import io.datafast.autoconfigure.DataFastAutoConfiguration;
import io.datafast.autoconfigure.DataFastReactorAutoConfiguration;
import io.datafast.autoconfigure.DataFastServletAutoConfiguration;
import io.datafast.autoconfigure.DataFastWebFluxAutoConfiguration;
import io.datafast.test.MockDataFast;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * Application contexts with the auto-configurations under test.
 */
public final class DataFastContextRunners {

	public static final String VISITOR = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd";

	private DataFastContextRunners() {
	}

	/**
	 * A non-web application without any property.
	 */
	public static ApplicationContextRunner plain() {
		return new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(DataFastAutoConfiguration.class, DataFastServletAutoConfiguration.class,
							DataFastReactorAutoConfiguration.class, DataFastWebFluxAutoConfiguration.class))
			.withBean("recordedOutcomes", RecordedOutcomes.class);
	}

	/**
	 * A non-web application that talks to the mock.
	 */
	public static ApplicationContextRunner with(MockDataFast mock) {
		return plain().withPropertyValues("datafast.base-url=" + mock.getBaseUrl(),
				"datafast.api-key=" + mock.getApiKey());
	}

}
