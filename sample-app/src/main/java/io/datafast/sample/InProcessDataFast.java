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

package io.datafast.sample;

import java.util.HashMap;
import java.util.Map;

import io.datafast.test.MockDataFast;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.StringUtils;

/**
 * Starts DataFast's stand-in where there is no API key, so that the shop works on a
 * laptop without an account or a network.
 */
class InProcessDataFast implements ApplicationContextInitializer<GenericApplicationContext> {

	@Override
	public void initialize(GenericApplicationContext context) {
		ConfigurableEnvironment environment = context.getEnvironment();
		if (StringUtils.hasText(environment.getProperty("datafast.api-key"))) {
			return;
		}
		Map<String, Object> properties = new HashMap<>();
		// Nobody else would: DataFast's script is not on the page.
		properties.put("datafast.visitor.issue-cookie", true);
		properties.put("datafast.visitor.cookie-domain", "localhost");
		if (!Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING)) {
			MockDataFast dataFast = MockDataFast.start();
			properties.put("datafast.base-url", dataFast.getBaseUrl());
			properties.put("datafast.api-key", dataFast.getApiKey());
			register(dataFast, context.getDefaultListableBeanFactory());
		}
		environment.getPropertySources().addFirst(new MapPropertySource("inProcessDataFast", properties));
	}

	/**
	 * As a bean it is closed after the goals that are pending at shutdown have arrived:
	 * what is registered first is destroyed last.
	 */
	private static void register(MockDataFast dataFast, DefaultListableBeanFactory beanFactory) {
		beanFactory.registerSingleton("inProcessDataFast", dataFast);
		beanFactory.registerDisposableBean("inProcessDataFast", dataFast::close);
	}

}
