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

	private static final int MAX_BYTES_OF_CHARACTER = 3;

	/**
	 * Some servers buffer less than the buffer's size. Jetty writes through from a
	 * quarter of it on.
	 */
	private static final int BUFFERED_PART = 4;

	private final PendingVisitorCookie cookie;

	private @Nullable ServletOutputStream outputStream;

	private @Nullable PrintWriter writer;

	private long written;

	VisitorCookieResponse(HttpServletResponse response, PendingVisitorCookie cookie) {
		super(response);
		this.cookie = cookie;
	}

	void beforeCommit() {
		if (!isCommitted()) {
			this.cookie.beforeCommit();
		}
	}

	/**
	 * A server may commit the response when its buffer is full, or when as much has been
	 * written as the response is long.
	 */
	private void beforeWrite(long bytes) {
		this.written += bytes;
		if (this.written >= getBufferSize() / BUFFERED_PART || containsHeader(HttpHeaders.CONTENT_LENGTH)) {
			beforeCommit();
		}
	}

	@Override
	public void flushBuffer() throws IOException {
		beforeCommit();
		super.flushBuffer();
	}

	@Override
	public void sendError(int status) throws IOException {
		beforeCommit();
		super.sendError(status);
	}

	@Override
	public void sendError(int status, @Nullable String message) throws IOException {
		beforeCommit();
		super.sendError(status, message);
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
	public void reset() {
		super.reset();
		this.cookie.reset();
		this.outputStream = null;
		this.writer = null;
		this.written = 0;
	}

	@Override
	public void resetBuffer() {
		super.resetBuffer();
		this.written = 0;
	}

	@Override
	public ServletOutputStream getOutputStream() throws IOException {
		if (this.outputStream == null) {
			this.outputStream = new CookieOutputStream(super.getOutputStream());
		}
		return this.outputStream;
	}

	@Override
	public PrintWriter getWriter() throws IOException {
		if (this.writer == null) {
			this.writer = new CookieWriter(super.getWriter());
		}
		return this.writer;
	}

	private final class CookieOutputStream extends ServletOutputStream {

		private final ServletOutputStream delegate;

		CookieOutputStream(ServletOutputStream delegate) {
			this.delegate = delegate;
		}

		@Override
		public void write(int value) throws IOException {
			beforeWrite(1);
			this.delegate.write(value);
		}

		@Override
		public void write(byte[] bytes, int offset, int length) throws IOException {
			beforeWrite(length);
			this.delegate.write(bytes, offset, length);
		}

		@Override
		public void flush() throws IOException {
			beforeCommit();
			this.delegate.flush();
		}

		@Override
		public void close() throws IOException {
			beforeCommit();
			this.delegate.close();
		}

		@Override
		public boolean isReady() {
			return this.delegate.isReady();
		}

		@Override
		public void setWriteListener(WriteListener listener) {
			this.delegate.setWriteListener(listener);
		}

	}

	private final class CookieWriter extends PrintWriter {

		private final PrintWriter delegate;

		CookieWriter(PrintWriter delegate) {
			super(delegate);
			this.delegate = delegate;
		}

		@Override
		public void write(int character) {
			beforeWrite(MAX_BYTES_OF_CHARACTER);
			super.write(character);
		}

		@Override
		public void write(char[] characters, int offset, int length) {
			beforeWrite((long) length * MAX_BYTES_OF_CHARACTER);
			super.write(characters, offset, length);
		}

		@Override
		public void write(String text, int offset, int length) {
			beforeWrite((long) length * MAX_BYTES_OF_CHARACTER);
			super.write(text, offset, length);
		}

		@Override
		public void flush() {
			beforeCommit();
			super.flush();
		}

		@Override
		public void close() {
			beforeCommit();
			super.close();
		}

		@Override
		public boolean checkError() {
			beforeCommit();
			return this.delegate.checkError();
		}

	}

}
