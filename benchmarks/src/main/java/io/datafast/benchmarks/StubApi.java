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

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLServerSocketFactory;

import org.jspecify.annotations.Nullable;

/**
 * A server of HTTP or HTTPS on the loopback address that answers every request with a
 * success after a given latency, and does nothing else. It keeps connections alive and
 * gives each a thread.
 */
final class StubApi {

	private static final byte[] ANSWER = answer();

	private final long latencyMillis;

	private final boolean closesIdleConnections;

	private StubApi(long latencyMillis, boolean closesIdleConnections) {
		this.latencyMillis = latencyMillis;
		this.closesIdleConnections = closesIdleConnections;
	}

	private static byte[] answer() {
		String body = "{\"status\":\"success\",\"data\":[{\"message\":\"Goal created\","
				+ "\"eventId\":\"67f8b9b5c320277df9a9d681\"}]}";
		return ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
				+ body)
			.getBytes(StandardCharsets.ISO_8859_1);
	}

	/**
	 * Starts a stub in a JVM of its own, so that its CPU time and heap are not measured.
	 * @param latencyMillis the time until it answers
	 * @return the JVM, whose first result is the base URL
	 */
	static ChildJvm launch(long latencyMillis) {
		return launch("http", latencyMillis);
	}

	/**
	 * Starts a stub that speaks TLS in a JVM of its own, unless the system property
	 * {@code tls} is {@code false}.
	 * @param latencyMillis the time until it answers
	 * @return the JVM, whose first result is the base URL
	 */
	static ChildJvm launchTls(long latencyMillis) {
		return launch("false".equals(System.getProperty("tls")) ? "http" : "https", latencyMillis);
	}

	/**
	 * Starts a stub that speaks TLS, answers at once, and closes each connection that has
	 * been idle for a random time between 1 and 10 seconds.
	 * @return the JVM, whose first result is the base URL
	 */
	static ChildJvm launchClosing() {
		return launch("https", 0, "closing");
	}

	private static ChildJvm launch(String scheme, long latencyMillis, String... options) {
		return ChildJvm.start(StubApi.class, List.of("-Xmx256m", "-XX:+UseSerialGC"),
				Stream.concat(Stream.of(scheme, latencyMillis), Stream.of(options)).toArray());
	}

	/**
	 * Runs the stub.
	 * @param arguments the scheme, the latency in milliseconds, and whether idle
	 * connections are closed
	 * @throws IOException if it cannot listen
	 */
	public static void main(String[] arguments) throws IOException {
		ChildJvm.endWithParent();
		StubApi stub = new StubApi(Long.parseLong(arguments[1]), arguments.length > 2);
		ServerSocketFactory sockets = arguments[0].equals("https") ? SSLServerSocketFactory.getDefault()
				: ServerSocketFactory.getDefault();
		try (ServerSocket server = sockets.createServerSocket(0, 1024, InetAddress.getLoopbackAddress())) {
			ChildJvm.tell(arguments[0] + "://127.0.0.1:" + server.getLocalPort());
			while (true) {
				Socket socket = server.accept();
				socket.setTcpNoDelay(true);
				Thread thread = new Thread(() -> stub.serve(socket));
				thread.setDaemon(true);
				thread.start();
			}
		}
	}

	private void serve(Socket socket) {
		try (socket; InputStream input = new BufferedInputStream(socket.getInputStream(), 16384)) {
			OutputStream output = socket.getOutputStream();
			while (readRequest(socket, input)) {
				if (this.latencyMillis > 0) {
					Thread.sleep(this.latencyMillis);
				}
				output.write(ANSWER);
			}
		}
		catch (IOException ex) {
			// The client has gone.
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private boolean readRequest(Socket socket, InputStream input) throws IOException {
		if (this.closesIdleConnections) {
			socket.setSoTimeout(ThreadLocalRandom.current().nextInt(1_000, 10_000));
		}
		String line = readLine(input);
		if (line == null) {
			return false;
		}
		long length = 0;
		boolean chunked = false;
		while (line != null && !line.isEmpty()) {
			String header = line.toLowerCase(Locale.ROOT);
			if (header.startsWith("content-length:")) {
				length = Long.parseLong(header.substring(header.indexOf(':') + 1).trim());
			}
			chunked |= header.startsWith("transfer-encoding:") && header.endsWith("chunked");
			line = readLine(input);
		}
		if (chunked) {
			skipChunks(input);
		}
		else {
			input.skipNBytes(length);
		}
		return true;
	}

	private static void skipChunks(InputStream input) throws IOException {
		long size;
		do {
			String line = readLine(input);
			if (line == null) {
				throw new EOFException();
			}
			size = Long.parseLong(line.trim(), 16);
			input.skipNBytes(size + 2);
		}
		while (size > 0);
	}

	private static @Nullable String readLine(InputStream input) throws IOException {
		StringBuilder line = new StringBuilder(64);
		int next = input.read();
		while (next >= 0 && next != '\n') {
			if (next != '\r') {
				line.append((char) next);
			}
			next = input.read();
		}
		return (next < 0 && line.isEmpty()) ? null : line.toString();
	}

}
