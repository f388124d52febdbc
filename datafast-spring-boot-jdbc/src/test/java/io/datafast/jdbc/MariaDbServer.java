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
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.datafast.testing.ServerPrograms;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * A MariaDB server of the tests' own, with the programs that are installed. There is one
 * for all tests in a JVM, started when it is first asked for; every test has its own
 * database.
 * <p>
 * Classes that need it are {@link EnabledIf @EnabledIf} it is {@link #isAvailable()
 * available}. With {@code -Ddatafast.tests.mariadb=required}, they fail otherwise.
 */
public final class MariaDbServer {

	/**
	 * For {@link EnabledIf @EnabledIf}.
	 */
	public static final String AVAILABLE = "io.datafast.jdbc.MariaDbServer#isAvailable";

	/**
	 * For {@link EnabledIf @EnabledIf}.
	 */
	public static final String MISSING = "MariaDB's server programs are not installed"
			+ " (apt-get install mariadb-server-core mariadb-client-core): nothing is known about delivery through MariaDB";

	private static final String USER = "root";

	private static MariaDbServer shared;

	private final Path directory;

	private final int port;

	private final Process process;

	private final AtomicInteger databases = new AtomicInteger();

	private MariaDbServer(Programs programs) {
		this.directory = createDirectory();
		this.port = ServerPrograms.findPort();
		ServerPrograms.execute(programs.install(data()));
		this.process = start(programs);
		Runtime.getRuntime().addShutdownHook(new Thread(this::remove));
		awaitStart();
	}

	public static boolean isAvailable() {
		return ServerPrograms.areAvailable(Programs.find(), "datafast.tests.mariadb", MISSING);
	}

	public static synchronized MariaDbServer shared() {
		if (shared == null) {
			shared = new MariaDbServer(Programs.find().orElseThrow(() -> new IllegalStateException(MISSING)));
		}
		return shared;
	}

	private static Path createDirectory() {
		try {
			return Files.createTempDirectory("datafast-mariadb-");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Process start(Programs programs) {
		try {
			return new ProcessBuilder(programs.serve(data(), this.directory.resolve("socket").toString(), this.port))
				.directory(this.directory.toFile())
				.redirectErrorStream(true)
				.redirectOutput(log().toFile())
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void awaitStart() {
		Awaitility.await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(50)).until(() -> {
			if (!this.process.isAlive()) {
				throw new IllegalStateException("MariaDB has not started: " + Files.readString(log()));
			}
			return isConnectable();
		});
	}

	private boolean isConnectable() {
		try (Connection connection = connect()) {
			return connection.isValid(0);
		}
		catch (SQLException ex) {
			return false;
		}
	}

	private Connection connect() throws SQLException {
		return DriverManager.getConnection(url("mariadb", ""));
	}

	/**
	 * Create a database, to be reached through MariaDB's driver.
	 * @return its URL, with the user's name; further parameters can be appended
	 */
	public String createDatabase() {
		return url("mariadb", createEmptyDatabase());
	}

	/**
	 * Create a database, to be reached through MySQL's driver, Connector/J.
	 * @return its URL, with the user's name; further parameters can be appended
	 */
	public String createDatabaseForConnectorJ() {
		return url("mysql", createEmptyDatabase());
	}

	private String createEmptyDatabase() {
		String name = "goals" + this.databases.incrementAndGet();
		try (Connection connection = connect(); Statement statement = connection.createStatement()) {
			statement.execute("create database " + name);
			return name;
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private String url(String scheme, String database) {
		return "jdbc:" + scheme + "://127.0.0.1:" + this.port + "/" + database + "?user=" + USER;
	}

	private void remove() {
		this.process.destroyForcibly();
		try {
			this.process.waitFor();
		}
		catch (InterruptedException ex) {
			// The JVM ends.
		}
		ServerPrograms.execute(List.of("rm", "-rf", this.directory.toString()));
	}

	private String data() {
		return this.directory.resolve("data").toString();
	}

	private Path log() {
		return this.directory.resolve("log");
	}

	/**
	 * The server's programs.
	 */
	private record Programs(Path installer, Path server) {

		static Optional<Programs> find() {
			return find("mariadb-install-db")
				.flatMap((installer) -> find("mariadbd").map((server) -> new Programs(installer, server)));
		}

		/**
		 * Debian keeps the server in a folder that is on the path of root only.
		 */
		private static Optional<Path> find(String name) {
			return Stream.concat(ServerPrograms.foldersOnPath().stream(), Stream.of(Path.of("/usr/sbin")))
				.map((folder) -> folder.resolve(name))
				.filter(Files::isExecutable)
				.findFirst();
		}

		List<String> install(String data) {
			return List.of(this.installer.toString(), "--no-defaults", "--datadir=" + data, user(),
					"--auth-root-authentication-method=normal", "--skip-test-db");
		}

		List<String> serve(String data, String socket, int port) {
			return List.of(this.server.toString(), "--no-defaults", "--datadir=" + data, user(), "--socket=" + socket,
					"--bind-address=127.0.0.1", "--port=" + port, "--skip-name-resolve", "--max-connections=200");
		}

		/**
		 * The server refuses to run as root unless it is told to.
		 */
		private static String user() {
			return "--user=" + System.getProperty("user.name");
		}

	}

}
