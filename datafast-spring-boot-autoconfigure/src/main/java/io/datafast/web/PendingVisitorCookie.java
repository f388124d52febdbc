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

import org.jspecify.annotations.Nullable;

import org.springframework.http.ResponseCookie;

/**
 * A visitor cookie that goes with the response to a request, unless the response turns
 * out to be one that caches share. Called by the thread that handles the request;
 * {@link #visitorId()} by any thread.
 */
public final class PendingVisitorCookie {

	private final VisitorExchange exchange;

	private final ResponseCookie cookie;

	private volatile @Nullable Boolean written;

	PendingVisitorCookie(VisitorExchange exchange, ResponseCookie cookie) {
		this.exchange = exchange;
		this.cookie = cookie;
	}

	/**
	 * Write the cookie, if the response may have it. Has to be called before the response
	 * is committed, when its headers are complete; further calls do nothing.
	 */
	public void beforeCommit() {
		if (this.written == null) {
			boolean writable = isWritable();
			if (writable) {
				SharedCaches.exclude(this.exchange);
				this.exchange.addResponseCookie(this.cookie);
			}
			this.written = writable;
		}
	}

	/**
	 * The response has been reset, and with it its headers.
	 */
	public void reset() {
		this.written = null;
	}

	/**
	 * The id for the goals of the request. There is none where the headers of the
	 * response already forbid the cookie, since no browser would have the id. A handler
	 * method can still forbid the cookie by the value that it returns, when its goal has
	 * been tracked. DataFast refuses such a goal, because the visitor has no pageview
	 * (404): it counts as rejected, and for no other visitor.
	 * @return the id, or {@code null} if the cookie is not written
	 */
	@Nullable String visitorId() {
		Boolean known = this.written;
		return ((known != null) ? known : isWritable()) ? this.cookie.getValue() : null;
	}

	/**
	 * A cookie of the application's own counts, such as one that removes the visitor.
	 */
	private boolean isWritable() {
		return !SharedCaches.mayStore(this.exchange) && !this.exchange.hasResponseCookie(this.cookie.getName());
	}

}
