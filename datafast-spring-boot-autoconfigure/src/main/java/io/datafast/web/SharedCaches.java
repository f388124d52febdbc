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
import java.util.Set;
import java.util.stream.Collectors;

import org.springframework.http.HttpHeaders;

/**
 * Keeps responses with a visitor cookie out of caches that serve several visitors (RFC
 * 9111).
 */
final class SharedCaches {

	/**
	 * What caches of a site's own obey in the place of {@code Cache-Control}.
	 */
	private static final List<String> TARGETED_HEADERS = List.of("CDN-Cache-Control", "Surrogate-Control");

	private SharedCaches() {
	}

	/**
	 * Whether the response, as it is so far, is meant for shared caches.
	 */
	static boolean mayStore(VisitorExchange exchange) {
		Set<String> directives = directives(exchange, HttpHeaders.CACHE_CONTROL);
		if (directives.contains("public") || directives.stream().anyMatch((name) -> name.startsWith("s-maxage"))) {
			return true;
		}
		return (hasLifetime(directives, exchange) && !isExcluded(directives))
				|| TARGETED_HEADERS.stream().anyMatch((name) -> isTargeted(directives(exchange, name)));
	}

	/**
	 * Have the response stored by no shared cache, where it does not say so itself.
	 */
	static void exclude(VisitorExchange exchange) {
		if (!isExcluded(directives(exchange, HttpHeaders.CACHE_CONTROL))) {
			exchange.addResponseHeader(HttpHeaders.CACHE_CONTROL, "private");
		}
	}

	private static boolean isTargeted(Set<String> directives) {
		return !directives.isEmpty() && !isExcluded(directives);
	}

	private static boolean isExcluded(Set<String> directives) {
		return directives.contains("private") || directives.contains("no-store");
	}

	private static boolean hasLifetime(Set<String> directives, VisitorExchange exchange) {
		return directives.stream().anyMatch((name) -> name.startsWith("max-age") && !name.equals("max-age=0"))
				|| exchange.responseHeader(HttpHeaders.EXPIRES).stream().anyMatch(SharedCaches::isInFuture);
	}

	/**
	 * A date that cannot be read, such as 0, is in the past.
	 */
	private static boolean isInFuture(String date) {
		HttpHeaders headers = new HttpHeaders();
		headers.set(HttpHeaders.EXPIRES, date);
		return headers.getExpires() > System.currentTimeMillis();
	}

	private static Set<String> directives(VisitorExchange exchange, String header) {
		return exchange.responseHeader(header)
			.stream()
			.flatMap((value) -> List.of(value.split(",")).stream())
			.map((directive) -> directive.replace(" ", "").replace("\"", "").toLowerCase(Locale.ROOT))
			.filter((directive) -> !directive.isEmpty())
			.collect(Collectors.toSet());
	}

}
