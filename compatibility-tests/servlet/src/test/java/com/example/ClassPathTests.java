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

package com.example;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The other tests pass without what is optional.
 */
class ClassPathTests {

	@ParameterizedTest
	@ValueSource(strings = { "io.micrometer.core.instrument.MeterRegistry", "jakarta.validation.Validator",
			"org.aspectj.weaver.Advice", "org.springframework.boot.actuate.endpoint.annotation.Endpoint",
			"org.springframework.boot.restclient.RestClientCustomizer",
			"org.springframework.transaction.PlatformTransactionManager",
			"org.springframework.web.reactive.DispatcherHandler" })
	void lacks(String optional) {
		assertThat(ClassUtils.isPresent(optional, null)).isFalse();
	}

}
