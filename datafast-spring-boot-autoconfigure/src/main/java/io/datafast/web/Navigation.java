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
import java.util.function.Function;
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

	static boolean isTopLevel(String method, Function<String, List<String>> headers) {
		if (!"GET".equals(method) || Stream.of("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
			.anyMatch((name) -> !headers.apply(name).isEmpty())) {
			return false;
		}
		List<String> destination = headers.apply("Sec-Fetch-Dest");
		List<String> mode = headers.apply("Sec-Fetch-Mode");
		if (destination.isEmpty() && mode.isEmpty()) {
			// Browsers send neither over plain http, and old browsers never do.
			return headers.apply("X-Requested-With").isEmpty() && headers.apply(HttpHeaders.ACCEPT)
				.stream()
				.anyMatch((value) -> value.toLowerCase(Locale.ROOT).contains("text/html"));
		}
		return destination.equals(List.of("document")) && mode.equals(List.of("navigate"));
	}

}
