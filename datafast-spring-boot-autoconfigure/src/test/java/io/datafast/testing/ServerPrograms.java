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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What it takes to run programs that are installed, such as those of a database server.
 */
public final class ServerPrograms {

	private ServerPrograms() {
	}

	/**
	 * Whether the programs have been found. If not, that is an error if the property says
	 * that they are required.
	 */
	public static boolean areAvailable(Optional<?> programs, String property, String missing) {
		if (programs.isEmpty() && "required".equals(System.getProperty(property))) {
			throw new IllegalStateException(missing);
		}
		return programs.isPresent();
	}

	public static List<Path> foldersOnPath() {
		return Stream.of(System.getenv("PATH").split(":")).map(Path::of).toList();
	}

	public static boolean isRoot() {
		return "root".equals(System.getProperty("user.name"));
	}

	public static int findPort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Run a program to its end.
	 */
	public static void execute(List<String> command) {
		try {
			Path output = Files.createTempFile("datafast-program-", ".out");
			try {
				Process process = new ProcessBuilder(command).directory(Path.of("/").toFile())
					.redirectErrorStream(true)
					.redirectOutput(output.toFile())
					.start();
				if (!process.waitFor(6, TimeUnit.MINUTES) || process.exitValue() != 0) {
					process.destroyForcibly();
					throw new IllegalStateException(
							"Failed: " + command + "\n" + Files.readString(output, StandardCharsets.UTF_8));
				}
			}
			finally {
				Files.delete(output);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
