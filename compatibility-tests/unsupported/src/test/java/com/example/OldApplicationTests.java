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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@ExtendWith(OutputCaptureExtension.class)
class OldApplicationTests {

	@Test
	void theStartEndsWithOneClearMessage(CapturedOutput output) {
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> SpringApplication.run(OldApplication.class))
			.withMessageContaining("requires Spring Boot 3.5 or later");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("This application runs on Spring Boot " + SpringBootVersion.getVersion())
			.doesNotContain("NoSuch")
			.doesNotContain("ClassNotFound")
			.doesNotContain("\tat ");
	}

}
