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

import java.util.Locale;
import java.util.stream.Stream;

import org.springframework.http.HttpHeaders;

/**
 * Whether a browser shows the answer to a request as a page. Only then does the browser
 * surely send the visitor cookie if it has one: it withholds a {@code SameSite=Lax}
 * cookie from a form that another site's page posts, and from most requests of another
 * site's pages. A visitor whose cookie is withheld must not get another one.
 */
final class Navigation {

	private Navigation() {
	}

	static boolean isTopLevel(String method, HttpHeaders headers) {
		if (!"GET".equals(method)
				|| Stream.of("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz").anyMatch((name) -> has(headers, name))) {
			return false;
		}
		if (has(headers, "Sec-Fetch-Dest") || has(headers, "Sec-Fetch-Mode")) {
			return "document".equals(headers.getFirst("Sec-Fetch-Dest"))
					&& "navigate".equals(headers.getFirst("Sec-Fetch-Mode"));
		}
		// Browsers send neither over plain http, and old browsers never do.
		return !has(headers, "X-Requested-With") && headers.getValuesAsList(HttpHeaders.ACCEPT)
			.stream()
			.anyMatch((type) -> type.toLowerCase(Locale.ROOT).startsWith("text/html"));
	}

	private static boolean has(HttpHeaders headers, String name) {
		return headers.getFirst(name) != null;
	}

}
