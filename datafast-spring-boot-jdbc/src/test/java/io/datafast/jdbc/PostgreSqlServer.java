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

package io.datafast.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.datafast.testing.ServerPrograms;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * A PostgreSQL server of the tests' own, with the programs that are installed. There is
 * one for all tests in a JVM, started when it is first asked for; every test has its own
 * database.
 * <p>
 * Classes that need it are {@link EnabledIf @EnabledIf} it is {@link #isAvailable()
 * available}. With {@code -Ddatafast.tests.postgresql=required}, they fail otherwise.
 */
public final class PostgreSqlServer {

	/**
	 * For {@link EnabledIf @EnabledIf}.
	 */
	public static final String AVAILABLE = "io.datafast.jdbc.PostgreSqlServer#isAvailable";

	/**
	 * For {@link EnabledIf @EnabledIf}.
	 */
	public static final String MISSING = "PostgreSQL's server programs are not installed (apt-get install postgresql):"
			+ " nothing is known about delivery through PostgreSQL";

	private static final String USER = "goals";

	private static PostgreSqlServer shared;

	private final Path programs;

	private final Path directory;

	private final int port;

	private final AtomicInteger databases = new AtomicInteger();

	private PostgreSqlServer(Path programs) {
		this.programs = programs;
		this.directory = createDirectory();
		this.port = ServerPrograms.findPort();
		run(program("initdb"), "-D", data(), "-U", USER, "--auth=trust", "-E", "UTF8", "--locale=C");
		start();
		Runtime.getRuntime().addShutdownHook(new Thread(this::remove));
	}

	public static boolean isAvailable() {
		return ServerPrograms.areAvailable(findPrograms(), "datafast.tests.postgresql", MISSING);
	}

	public static synchronized PostgreSqlServer shared() {
		if (shared == null) {
			shared = new PostgreSqlServer(findPrograms().orElseThrow(() -> new IllegalStateException(MISSING)));
		}
		return shared;
	}

	/**
	 * Debian keeps the server's programs of each version in a folder that is not on the
	 * path; elsewhere they are.
	 */
	private static Optional<Path> findPrograms() {
		List<Path> candidates = new ArrayList<>();
		try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
			versions.sorted(Comparator.comparing((Path path) -> path.getFileName().toString()).reversed())
				.map((version) -> version.resolve("bin"))
				.forEach(candidates::add);
		}
		catch (IOException ex) {
			// No Debian.
		}
		candidates.addAll(ServerPrograms.foldersOnPath());
		return candidates.stream().filter((folder) -> Files.isExecutable(folder.resolve("initdb"))).findFirst();
	}

	private static Path createDirectory() {
		try {
			Path directory = Files.createTempDirectory("datafast-postgresql-");
			if (ServerPrograms.isRoot()) {
				ServerPrograms.execute(List.of("chown", "postgres:", directory.toString()));
			}
			return directory;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Start it again after a crash. What it has written outlives a crash of the server,
	 * though not of the machine, without being forced to the disk, which can take minutes
	 * on a busy one.
	 */
	public void start() {
		control("-l", this.directory.resolve("log").toString(), "-o",
				"-p " + this.port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=" + this.directory
						+ " -c max_connections=200 -c fsync=off",
				"start");
	}

	/**
	 * Let it crash, and start it again.
	 */
	public void crashAndRestart() {
		crash();
		start();
	}

	/**
	 * Let it crash.
	 */
	public void crash() {
		control("-m", "immediate", "stop");
	}

	/**
	 * Create a database.
	 * @return its URL, with the user's name
	 */
	public String createDatabase() {
		String name = "goals" + this.databases.incrementAndGet();
		run(program("createdb"), "-h", "127.0.0.1", "-p", String.valueOf(this.port), "-U", USER, name);
		return "jdbc:postgresql://127.0.0.1:" + this.port + "/" + name + "?user=" + USER;
	}

	private void remove() {
		control("-m", "immediate", "stop");
		ServerPrograms.execute(List.of("rm", "-rf", this.directory.toString()));
	}

	private void control(String... arguments) {
		List<String> command = new ArrayList<>(List.of(program("pg_ctl"), "-D", data(), "-w", "-t", "300"));
		command.addAll(List.of(arguments));
		run(command.toArray(String[]::new));
	}

	private String data() {
		return this.directory.resolve("data").toString();
	}

	private String program(String name) {
		return this.programs.resolve(name).toString();
	}

	/**
	 * The server refuses to run as root.
	 */
	private static void run(String... command) {
		List<String> all = new ArrayList<>();
		if (ServerPrograms.isRoot()) {
			all.addAll(List.of("runuser", "-u", "postgres", "--"));
		}
		all.addAll(List.of(command));
		ServerPrograms.execute(all);
	}

}
