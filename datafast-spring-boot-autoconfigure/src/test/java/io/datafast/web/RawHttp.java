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

package io.datafast.web;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A client that sends any header, such as {@code Host}.
 */
final class RawHttp {

	private RawHttp() {
	}

	static Response get(int port, String path, String... headers) throws IOException {
		return send(port, "GET", path, headers);
	}

	static Response send(int port, String method, String path, String... headers) throws IOException {
		StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nConnection: close\r\n");
		if (!List.of(headers).contains("Host")) {
			request.append("Host: localhost\r\n");
		}
		if (method.equals("POST")) {
			request.append("Content-Length: 0\r\n");
		}
		for (int i = 0; i < headers.length; i += 2) {
			request.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
		}
		try (Socket socket = new Socket("127.0.0.1", port)) {
			socket.setSoTimeout(60_000);
			socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
			String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			int end = text.indexOf("\r\n\r\n");
			return new Response(text.substring(0, end).lines().toList(), text.substring(end + 4));
		}
	}

	record Response(List<String> head, String rawBody) {

		int status() {
			return Integer.parseInt(this.head.get(0).split(" ")[1]);
		}

		List<String> header(String name) {
			return this.head.stream()
				.filter((line) -> line.toLowerCase().startsWith(name.toLowerCase() + ": "))
				.map((line) -> line.substring(name.length() + 2))
				.toList();
		}

		List<String> cookies() {
			return header("Set-Cookie");
		}

		/**
		 * The id of the one cookie.
		 */
		String visitorId() {
			String cookie = cookies().get(0);
			return cookie.substring(cookie.indexOf('=') + 1, cookie.indexOf(';'));
		}

	}

}
