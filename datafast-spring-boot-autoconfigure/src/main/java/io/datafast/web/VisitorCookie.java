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

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.http.ResponseCookie;

/**
 * The cookie with the visitor's id.
 *
 * @param name the cookie's name
 * @param domain the domain of issued cookies, or {@code null} for the host alone
 */
public record VisitorCookie(String name, @Nullable String domain) {

	private static final Duration MAX_AGE = Duration.ofDays(365);

	/**
	 * The name of the request attribute that holds an id issued with this very request.
	 */
	public static final String ISSUED_ATTRIBUTE = VisitorCookie.class.getName() + ".issued";

	/**
	 * A cookie to issue: for a year, the whole site and, since DataFast's script has to
	 * read it, without {@code HttpOnly}.
	 * @param visitorId the id
	 * @param secure whether the request came over https
	 * @return the cookie
	 */
	public ResponseCookie issue(String visitorId, boolean secure) {
		return ResponseCookie.from(this.name, visitorId)
			.domain(this.domain)
			.path("/")
			.maxAge(MAX_AGE)
			.sameSite("Lax")
			.secure(secure)
			.build();
	}

}
