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

package io.datafast.autoconfigure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.support.SpringFactoriesLoader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

@ExtendWith(OutputCaptureExtension.class)
class SpringBootVersionCheckTests {

	@ParameterizedTest
	@ValueSource(strings = { "2.7.18", "3.0.0", "3.4.13", "3.4.0-M1", "1.5.22.RELEASE" })
	void refusesWhatIsTooOld(String version) {
		assertThatExceptionOfType(SpringBootVersionCheck.UnsupportedVersionException.class)
			.isThrownBy(() -> check(version))
			.withMessageContaining("requires Spring Boot 3.5 or later")
			.withMessageContaining(version);
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "3.5.0", "3.5.0-RC1", "3.5.16", "3.10.0", "4.0.0", "4.2.0-M1", "10.0.0", "", "unknown",
			"4", "99999999999.0.0" })
	void acceptsTheRestAndWhatItDoesNotUnderstand(String version) {
		assertThatNoException().isThrownBy(() -> check(version));
	}

	@Test
	void isThereForEveryApplicationAndAcceptsThisSpringBoot() {
		assertThat(SpringFactoriesLoader.forDefaultResourceLocation().load(ApplicationContextInitializer.class))
			.hasAtLeastOneElementOfType(SpringBootVersionCheck.class);
		assertThatNoException().isThrownBy(() -> check(SpringBootVersion.getVersion()));
	}

	@Test
	void tellsTheUserWhatToDo(CapturedOutput output) {
		SpringApplicationBuilder application = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.initializers(new SpringBootVersionCheck("3.4.13"));
		assertThatExceptionOfType(SpringBootVersionCheck.UnsupportedVersionException.class)
			.isThrownBy(application::run);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The DataFast starter requires Spring Boot 3.5 or later. This application runs on Spring Boot"
					+ " 3.4.13.")
			.contains("Upgrade to Spring Boot 3.5 or later");
	}

	private static void check(String version) {
		new SpringBootVersionCheck(version).initialize(new GenericApplicationContext());
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

	}

}
