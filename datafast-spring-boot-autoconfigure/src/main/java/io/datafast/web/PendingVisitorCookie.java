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

import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;

/**
 * A visitor cookie that goes with the response to a request, unless the response is one
 * that caches may share (RFC 9111) or has a cookie of the application's own with that
 * name. Both are known when the response is committed. Thread-safe.
 */
public final class PendingVisitorCookie {

	private final ResponseCookie cookie;

	private volatile boolean markedPrivate;

	PendingVisitorCookie(ResponseCookie cookie) {
		this.cookie = cookie;
	}

	/**
	 * Write the cookie right before the response is committed, if the response may have
	 * it, and keep the response out of shared caches. May be called again when the
	 * response turns out not to be committed yet.
	 * @param headers the headers of the response, its cookies among them
	 * @param addHeader adds a header to the response
	 * @param addCookie adds a cookie to the response
	 */
	public void write(HttpHeaders headers, BiConsumer<String, String> addHeader, Consumer<ResponseCookie> addCookie) {
		if (mayBeWritten(headers)) {
			addCookie.accept(this.cookie);
		}
		else if (!isWritten(headers)) {
			return;
		}
		if (!isExcluded(directives(headers, HttpHeaders.CACHE_CONTROL))) {
			// First, since the thread of the request may ask while this one adds.
			this.markedPrivate = true;
			addHeader.accept(HttpHeaders.CACHE_CONTROL, "private");
		}
	}

	/**
	 * Whether the response has been kept out of shared caches by a header of its own.
	 * @return whether it has
	 */
	public boolean isMarkedPrivate() {
		return this.markedPrivate;
	}

	/**
	 * The id for the goals of the request. There is none where the headers of the
	 * response already forbid the cookie, since no browser would have the id. A handler
	 * method can still forbid the cookie by headers of the value that it returns, after
	 * its goal has been tracked. DataFast refuses such a goal with status 404, because
	 * the visitor has no pageview: the goal is rejected, and counts for no other visitor.
	 * @param headers the headers of the response so far, its cookies among them
	 * @return the id, or {@code null} if the cookie is not written
	 */
	public @Nullable String visitorId(HttpHeaders headers) {
		return (isWritten(headers) || mayBeWritten(headers)) ? this.cookie.getValue() : null;
	}

	private boolean isWritten(HttpHeaders headers) {
		return hasCookie(headers, this.cookie.getName() + "=" + this.cookie.getValue() + ";");
	}

	private boolean mayBeWritten(HttpHeaders headers) {
		return !hasCookie(headers, this.cookie.getName() + "=") && !mayBeShared(headers);
	}

	private static boolean hasCookie(HttpHeaders headers, String start) {
		return values(headers, HttpHeaders.SET_COOKIE).stream().anyMatch((value) -> value.startsWith(start));
	}

	/**
	 * The values of a header as they are. {@code HttpHeaders.get} has another signature
	 * in each of Spring Framework 6 and 7.
	 * @param headers the headers
	 * @param name the header's name
	 * @return the values, none if there is no such header
	 */
	public static List<String> values(HttpHeaders headers, String name) {
		return headers.headerSet()
			.stream()
			.filter((header) -> name.equalsIgnoreCase(header.getKey()))
			.flatMap((header) -> header.getValue().stream())
			.toList();
	}

	/**
	 * Whether shared caches may store the response. A site's own cache, such as a CDN,
	 * can obey another header in the place of {@code Cache-Control}.
	 */
	private static boolean mayBeShared(HttpHeaders headers) {
		List<String> directives = directives(headers, HttpHeaders.CACHE_CONTROL);
		return directives.contains("public") || directives.stream().anyMatch((name) -> name.startsWith("s-maxage"))
				|| (hasLifetime(directives, headers) && !isExcluded(directives))
				|| Stream.of("CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "Surrogate-Control")
					.map((name) -> directives(headers, name))
					.anyMatch((targeted) -> !targeted.isEmpty() && !isExcluded(targeted));
	}

	private static boolean isExcluded(List<String> directives) {
		return directives.contains("private") || directives.contains("no-store");
	}

	private static boolean hasLifetime(List<String> directives, HttpHeaders headers) {
		return directives.stream().anyMatch((name) -> name.startsWith("max-age") && !name.equals("max-age=0"))
				|| headers.getExpires() > System.currentTimeMillis();
	}

	private static List<String> directives(HttpHeaders headers, String name) {
		return headers.getValuesAsList(name).stream().map((value) -> value.toLowerCase(Locale.ROOT)).toList();
	}

}
