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
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import io.datafast.support.VisitorIds;
import org.jspecify.annotations.Nullable;

import org.springframework.http.ResponseCookie;

/**
 * Where a request holds the visitor's id, and which requests get a cookie with it.
 * Thread-safe.
 */
public final class VisitorCookie {

	private static final Duration MAX_AGE = Duration.ofDays(365);

	private static final String ISSUED_ATTRIBUTE = VisitorCookie.class.getName() + ".issued";

	/**
	 * Names of two labels and more. The last label of an IP address begins with a digit.
	 */
	private static final Pattern DOMAIN_NAME = Pattern
		.compile("([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]([a-z0-9-]*[a-z0-9])?");

	private static final int MAX_DOMAIN_LENGTH = 253;

	private final VisitorIdGenerator visitorIds = new VisitorIdGenerator();

	private final String name;

	private final @Nullable String headerName;

	private final @Nullable String domain;

	private final boolean issue;

	private final boolean renew;

	/**
	 * Create an instance.
	 * @param name the cookie's name
	 * @param headerName the name of the request header that comes before the cookie, or
	 * {@code null} if there is none
	 * @param domain the domain of cookies that are written, in lower case, or
	 * {@code null} for the host that was requested
	 * @param issue whether navigations without the cookie get one
	 * @param renew whether navigations with the cookie get it again
	 */
	public VisitorCookie(String name, @Nullable String headerName, @Nullable String domain, boolean issue,
			boolean renew) {
		this.name = name;
		this.headerName = headerName;
		this.domain = domain;
		this.issue = issue;
		this.renew = renew;
	}

	/**
	 * Whether any response gets a cookie.
	 * @return whether cookies are issued or renewed
	 */
	public boolean isWritten() {
		return this.issue || this.renew;
	}

	/**
	 * Find a request's visitor: by the header, the cookie, or the cookie that is issued
	 * with this request.
	 * @param exchange the request
	 * @return the well-formed id, or {@code null} if there is none
	 */
	public @Nullable String findVisitorId(VisitorExchange exchange) {
		String visitorId = findInHeader(exchange);
		if (visitorId == null && exchange.attribute(ISSUED_ATTRIBUTE) instanceof PendingVisitorCookie issued) {
			return issued.visitorId();
		}
		return (visitorId != null) ? visitorId : singleOrNull(findInCookies(exchange));
	}

	private @Nullable String findInHeader(VisitorExchange exchange) {
		return (this.headerName != null)
				? VisitorIds.wellFormedOrNull(String.join(",", exchange.requestHeader(this.headerName))) : null;
	}

	/**
	 * The different well-formed ids. A malformed value is as good as absent, so it casts
	 * no doubt on another one.
	 */
	private List<String> findInCookies(VisitorExchange exchange) {
		return exchange.requestCookies(this.name)
			.stream()
			.filter((value) -> VisitorIds.wellFormedOrNull(value) != null)
			.distinct()
			.toList();
	}

	private static @Nullable String singleOrNull(List<String> visitorIds) {
		return (visitorIds.size() == 1) ? visitorIds.get(0) : null;
	}

	/**
	 * Prepare the cookie for the response to a request.
	 * @param exchange the request and its response, which is not committed yet
	 * @return the cookie, or {@code null} if the response gets none
	 */
	public @Nullable PendingVisitorCookie prepare(VisitorExchange exchange) {
		if (!isWritten() || !Navigation.isTopLevel(exchange)) {
			return null;
		}
		List<String> existing = findInCookies(exchange);
		if (existing.isEmpty()) {
			return (this.issue && findInHeader(exchange) == null) ? issue(exchange) : null;
		}
		// A further cookie beside two that disagree would settle nothing.
		String visitorId = singleOrNull(existing);
		return (this.renew && visitorId != null) ? new PendingVisitorCookie(exchange, createCookie(visitorId, exchange))
				: null;
	}

	private PendingVisitorCookie issue(VisitorExchange exchange) {
		PendingVisitorCookie issued = new PendingVisitorCookie(exchange,
				createCookie(this.visitorIds.generate(), exchange));
		exchange.setAttribute(ISSUED_ATTRIBUTE, issued);
		return issued;
	}

	/**
	 * Without {@code HttpOnly}, since DataFast's script has to read it.
	 */
	private ResponseCookie createCookie(String visitorId, VisitorExchange exchange) {
		return ResponseCookie.from(this.name, visitorId)
			.domain(findDomain(exchange.host()))
			.path("/")
			.maxAge(MAX_AGE)
			.sameSite("Lax")
			.secure(exchange.isSecure())
			.build();
	}

	/**
	 * The domain that DataFast's script gives its own cookie. A cookie of another domain
	 * would be a second one, which the script can neither replace nor remove. Browsers
	 * refuse a domain for a host that is no domain name, such as an IP address, and for
	 * one that ends in a dot.
	 */
	private @Nullable String findDomain(@Nullable String requestedHost) {
		if (requestedHost == null || requestedHost.length() > MAX_DOMAIN_LENGTH) {
			return null;
		}
		String host = requestedHost.toLowerCase(Locale.ROOT);
		if (!DOMAIN_NAME.matcher(host).matches()) {
			return null;
		}
		return (this.domain != null && (host.equals(this.domain) || host.endsWith("." + this.domain))) ? this.domain
				: host;
	}

}
