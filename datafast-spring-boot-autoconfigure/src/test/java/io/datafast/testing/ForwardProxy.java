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

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

/**
 * A forward proxy for TLS: makes the tunnels that {@code CONNECT} asks for, or refuses
 * them.
 */
public final class ForwardProxy implements AutoCloseable {

	private final ServerSocket serverSocket;

	private final @Nullable String credentials;

	private final List<String> requests = new CopyOnWriteArrayList<>();

	private volatile int refusal;

	/**
	 * Create a proxy.
	 * @param credentials what the header {@code Proxy-Authorization} has to be, or
	 * {@code null} if the proxy serves all
	 */
	public ForwardProxy(@Nullable String credentials) {
		this.credentials = credentials;
		try {
			this.serverSocket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		start(this::accept);
	}

	public int port() {
		return this.serverSocket.getLocalPort();
	}

	/**
	 * The heads of the requests for tunnels.
	 */
	public List<String> requests() {
		return this.requests;
	}

	/**
	 * Refuse tunnels from now on.
	 * @param status the status to answer, or 0 to make tunnels again
	 */
	public void refuse(int status) {
		this.refusal = status;
	}

	private void accept() {
		try {
			while (!this.serverSocket.isClosed()) {
				Socket socket = this.serverSocket.accept();
				start(() -> serve(socket));
			}
		}
		catch (IOException ex) {
			// Closed.
		}
	}

	private void serve(Socket socket) throws IOException {
		try (socket) {
			String head = head(socket);
			this.requests.add(head);
			boolean known = this.credentials == null || head.contains("Proxy-Authorization: " + this.credentials);
			int status = (this.refusal != 0) ? this.refusal : known ? 200 : 407;
			if (status != 200) {
				answer(socket, status + " No\r\nProxy-Authenticate: Basic realm=\"company\"\r\nContent-Length: 0");
				return;
			}
			String[] target = head.split(" ")[1].split(":");
			try (Socket server = new Socket(target[0], Integer.parseInt(target[1]))) {
				answer(socket, "200 Connection established");
				start(() -> server.getInputStream().transferTo(socket.getOutputStream()));
				socket.getInputStream().transferTo(server.getOutputStream());
			}
		}
	}

	private static void answer(Socket socket, String answer) throws IOException {
		socket.getOutputStream().write(("HTTP/1.1 " + answer + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
	}

	private static String head(Socket socket) throws IOException {
		ByteArrayOutputStream head = new ByteArrayOutputStream();
		while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
			int next = socket.getInputStream().read();
			if (next < 0) {
				throw new IOException("The client is gone");
			}
			head.write(next);
		}
		return head.toString(StandardCharsets.ISO_8859_1);
	}

	private static void start(Task task) {
		Thread thread = new Thread(() -> {
			try {
				task.run();
			}
			catch (IOException ex) {
				// One side is gone.
			}
		}, "forward-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() {
		try {
			this.serverSocket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private interface Task {

		void run() throws IOException;

	}

}
