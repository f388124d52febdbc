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

package io.datafast.web.servlet;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;

import io.datafast.web.PendingVisitorCookie;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;

/**
 * A response that gets a visitor cookie right before it is committed, when its caching
 * headers are complete.
 */
final class VisitorCookieResponse extends HttpServletResponseWrapper {

	/**
	 * The cookie is written before this fraction of the buffer is full. Some servers
	 * buffer less than the buffer's size: Jetty writes through from a quarter of it on. A
	 * character has up to 3 bytes.
	 */
	private static final int BUFFERED_PART = 12;

	private final PendingVisitorCookie cookie;

	private long written;

	VisitorCookieResponse(HttpServletResponse response, PendingVisitorCookie cookie) {
		super(response);
		this.cookie = cookie;
	}

	static HttpHeaders headers(HttpServletResponse response) {
		HttpHeaders headers = new HttpHeaders();
		response.getHeaderNames().forEach((name) -> headers.addAll(name, List.copyOf(response.getHeaders(name))));
		return headers;
	}

	/**
	 * A response that has not been modified stands for one that a cache has stored,
	 * perhaps for all visitors.
	 */
	void beforeCommit() {
		if (!isCommitted() && getStatus() != SC_NOT_MODIFIED) {
			this.cookie.write(headers(this), this::addHeader,
					(cookie) -> addHeader(HttpHeaders.SET_COOKIE, cookie.toString()));
		}
	}

	/**
	 * A server may commit the response when its buffer is full, or when as much has been
	 * written as the response is long.
	 */
	private void beforeWrite(int length) {
		this.written += length;
		if (this.written >= getBufferSize() / BUFFERED_PART || containsHeader(HttpHeaders.CONTENT_LENGTH)) {
			beforeCommit();
		}
	}

	/**
	 * Whether a header has been added by this class only. Such a header is hidden, since
	 * Spring Security adds its caching headers only where there are none.
	 */
	private boolean isOwn(String name) {
		return this.cookie.isMarkedPrivate() && HttpHeaders.CACHE_CONTROL.equalsIgnoreCase(name)
				&& List.of("private").equals(List.copyOf(getHeaders(name)));
	}

	@Override
	public @Nullable String getHeader(String name) {
		return isOwn(name) ? null : super.getHeader(name);
	}

	@Override
	public boolean containsHeader(String name) {
		return !isOwn(name) && super.containsHeader(name);
	}

	@Override
	public void flushBuffer() throws IOException {
		beforeCommit();
		super.flushBuffer();
	}

	@Override
	public void sendRedirect(String location) throws IOException {
		beforeCommit();
		super.sendRedirect(location);
	}

	@Override
	public void sendRedirect(String location, int status) throws IOException {
		beforeCommit();
		super.sendRedirect(location, status);
	}

	@Override
	public void sendRedirect(String location, boolean clearBuffer) throws IOException {
		beforeCommit();
		super.sendRedirect(location, clearBuffer);
	}

	@Override
	public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
		beforeCommit();
		super.sendRedirect(location, status, clearBuffer);
	}

	@Override
	public ServletOutputStream getOutputStream() throws IOException {
		return new CookieOutputStream(super.getOutputStream());
	}

	@Override
	public PrintWriter getWriter() throws IOException {
		return new PrintWriter(new CookieWriter(super.getWriter()));
	}

	private final class CookieOutputStream extends ServletOutputStream {

		private final ServletOutputStream stream;

		private CookieOutputStream(ServletOutputStream stream) {
			this.stream = stream;
		}

		@Override
		public void write(int value) throws IOException {
			beforeWrite(1);
			this.stream.write(value);
		}

		@Override
		public void write(byte[] bytes, int offset, int length) throws IOException {
			beforeWrite(length);
			this.stream.write(bytes, offset, length);
		}

		@Override
		public void flush() throws IOException {
			beforeCommit();
			this.stream.flush();
		}

		@Override
		public void close() throws IOException {
			beforeCommit();
			this.stream.close();
		}

		@Override
		public boolean isReady() {
			return this.stream.isReady();
		}

		@Override
		public void setWriteListener(WriteListener listener) {
			this.stream.setWriteListener(listener);
		}

	}

	private final class CookieWriter extends Writer {

		private final PrintWriter writer;

		private CookieWriter(PrintWriter writer) {
			this.writer = writer;
		}

		@Override
		public void write(char[] characters, int offset, int length) {
			beforeWrite(length);
			this.writer.write(characters, offset, length);
		}

		@Override
		public void flush() throws IOException {
			beforeCommit();
			if (this.writer.checkError()) {
				throw new IOException("The response cannot be written");
			}
		}

		@Override
		public void close() {
			beforeCommit();
			this.writer.close();
		}

	}

}
