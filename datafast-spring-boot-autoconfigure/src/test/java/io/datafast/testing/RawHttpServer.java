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
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;

/**
 * A server of bytes: keeps each request as it came over the wire, and lets a test answer
 * on the bare socket.
 */
public class RawHttpServer implements AutoCloseable {

	private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");

	private final ServerSocket serverSocket;

	private final Answer answer;

	private final List<String> requests = new CopyOnWriteArrayList<>();

	private final String origin;

	public RawHttpServer(Answer answer) {
		this("http://127.0.0.1", ServerSocketFactory.getDefault(), answer);
	}

	/**
	 * A server that speaks TLS as {@code localhost}.
	 */
	public RawHttpServer(SSLContext tls, Answer answer) {
		this("https://localhost", tls.getServerSocketFactory(), answer);
	}

	private RawHttpServer(String origin, ServerSocketFactory sockets, Answer answer) {
		this.origin = origin;
		this.answer = answer;
		try {
			this.serverSocket = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		start("raw-http-server", this::accept);
	}

	public String url() {
		return this.origin + ":" + this.serverSocket.getLocalPort() + "/api/v1";
	}

	public List<String> requests() {
		return this.requests;
	}

	private void accept() {
		try {
			while (!this.serverSocket.isClosed()) {
				Socket socket = this.serverSocket.accept();
				start("raw-http-connection", () -> serve(socket));
			}
		}
		catch (IOException ex) {
			// Closed.
		}
	}

	private void serve(Socket socket) {
		try (socket) {
			String request = read(socket.getInputStream());
			while (request != null) {
				this.requests.add(request);
				this.answer.write(socket);
				request = read(socket.getInputStream());
			}
		}
		catch (Exception ex) {
			// The client is gone, or the test is over.
		}
	}

	private static String read(InputStream input) throws IOException {
		ByteArrayOutputStream head = new ByteArrayOutputStream();
		while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
			int next = input.read();
			if (next < 0) {
				return null;
			}
			head.write(next);
		}
		Matcher matcher = CONTENT_LENGTH.matcher(head.toString(StandardCharsets.ISO_8859_1));
		byte[] body = matcher.find() ? input.readNBytes(Integer.parseInt(matcher.group(1))) : new byte[0];
		return head.toString(StandardCharsets.ISO_8859_1) + new String(body, StandardCharsets.UTF_8);
	}

	private static void start(String name, Runnable runnable) {
		Thread thread = new Thread(runnable, name);
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

	public static Answer text(String answer) {
		return (socket) -> socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Answers a request.
	 */
	public interface Answer {

		void write(Socket socket) throws Exception;

	}

}
