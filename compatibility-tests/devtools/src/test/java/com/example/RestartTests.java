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

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import io.datafast.test.MockDataFast;
import org.junit.jupiter.api.Test;

import static io.datafast.test.MockDataFastAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * In a process of its own: DevTools does not restart applications in tests.
 */
class RestartTests {

	@Test
	void aRestartLeavesNoThreadBehind() throws Exception {
		Path log = Path.of("target", "restart.log");
		try (MockDataFast mockDataFast = MockDataFast.start()) {
			Process process = new ProcessBuilder(java(), "-cp", System.getProperty("surefire.test.class.path"),
					ShopApplication.class.getName(), "--server.port=0", "--spring.devtools.livereload.enabled=false",
					"--datafast.base-url=" + mockDataFast.getBaseUrl(),
					"--datafast.api-key=" + mockDataFast.getApiKey())
				.redirectErrorStream(true)
				.redirectOutput(log.toFile())
				.start();
			try {
				assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
			}
			finally {
				process.destroyForcibly();
			}
			assertThat(process.exitValue()).as(() -> read(log)).isZero();
			assertThat(mockDataFast).received("started", 2);
		}
	}

	private static String java() {
		return System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
	}

	private static String read(Path log) {
		try {
			return Files.readString(log);
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

}
