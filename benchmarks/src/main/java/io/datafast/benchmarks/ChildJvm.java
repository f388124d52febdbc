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

package io.datafast.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Another JVM that runs a main class of this module. It tells results as lines on its
 * standard output and ends with this JVM at the latest.
 */
public final class ChildJvm implements AutoCloseable {

	private static final String PREFIX = "=> ";

	private final Process process;

	private final BufferedReader output;

	private ChildJvm(Process process) {
		this.process = process;
		this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
	}

	static ChildJvm start(Class<?> mainClass, List<String> options, Object... arguments) {
		return start(System.getProperty("java.class.path"), mainClass, options, arguments);
	}

	static ChildJvm start(String classPath, Class<?> mainClass, List<String> options, Object... arguments) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(StubCertificate.options());
		command.addAll(options);
		command.addAll(List.of("-cp", classPath, mainClass.getName()));
		for (Object argument : arguments) {
			command.add(argument.toString());
		}
		try {
			return new ChildJvm(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
		}
		catch (IOException ex) {
			throw new IllegalStateException("Cannot start " + mainClass, ex);
		}
	}

	/**
	 * Waits for the next result.
	 * @return its words
	 * @throws IOException if the JVM ends before
	 */
	String[] read() throws IOException {
		String line = this.output.readLine();
		while (line != null) {
			if (line.startsWith(PREFIX)) {
				return line.substring(PREFIX.length()).split(" ");
			}
			System.err.println(line);
			line = this.output.readLine();
		}
		throw new IOException("The other JVM ended without a result: " + this.process.info());
	}

	double readNumber() throws IOException {
		return Double.parseDouble(read()[0]);
	}

	@Override
	public void close() {
		this.process.destroy();
		try {
			this.process.waitFor();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	// In the other JVM

	/**
	 * Tells a result to the JVM that started this one.
	 * @param words the result
	 */
	public static void tell(Object... words) {
		System.out.println(PREFIX + String.join(" ", List.of(words).stream().map(Object::toString).toList()));
		System.out.flush();
	}

	/**
	 * Ends the current JVM as soon as the one that started it has gone.
	 */
	static void endWithParent() {
		Thread thread = new Thread(() -> {
			try {
				while (System.in.read() >= 0) {
					// Nothing is said.
				}
			}
			catch (IOException ex) {
				// Gone too.
			}
			Runtime.getRuntime().halt(0);
		}, "parent-watch");
		thread.setDaemon(true);
		thread.start();
	}

}
