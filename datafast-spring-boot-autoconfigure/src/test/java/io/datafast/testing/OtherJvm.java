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

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A JVM of its own, for what the current one has already loaded or read.
 */
public final class OtherJvm {

	private OtherJvm() {
	}

	/**
	 * Run a class of the test class path to its end, which has to be a success.
	 */
	public static void run(Class<?> mainClass, List<String> options, String... arguments) throws Exception {
		Process process = new ProcessBuilder(Stream
			.of(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()), options,
					List.of("-cp", System.getProperty("java.class.path"), mainClass.getName()), List.of(arguments))
			.flatMap(List::stream)
			.toList()).inheritIO().start();
		try {
			assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
			assertThat(process.exitValue()).isZero();
		}
		finally {
			process.destroyForcibly();
		}
	}

}
