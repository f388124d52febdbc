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

import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;

import io.datafast.support.VisitorIds;
import org.jspecify.annotations.Nullable;

import org.springframework.http.ResponseCookie;

/**
 * Finds the visitor's id in requests, and prepares cookies with the id for responses.
 * Thread-safe.
 */
public final class VisitorCookie {

	private static final Duration MAX_AGE = Duration.ofDays(365);

	/**
	 * Names of two labels and more. The last label of an IP address begins with a digit.
	 */
	private static final Pattern DOMAIN_NAME = Pattern
		.compile("([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]([a-z0-9-]*[a-z0-9])?");

	private static final int MAX_DOMAIN_LENGTH = 253;

	private final String name;

	private final @Nullable String headerName;

	private final @Nullable String domain;

	private final @Nullable SecureRandom issuedIds;

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
		this.issuedIds = issue ? createRandom() : null;
		this.renew = renew;
	}

	/**
	 * Unlike {@link UUID#randomUUID()}, which reads the operating system's random numbers
	 * from a file, this generator does so only for its seed, so that it can be used on an
	 * event loop.
	 */
	private static SecureRandom createRandom() {
		SecureRandom random;
		try {
			random = SecureRandom.getInstance("DRBG");
		}
		catch (NoSuchAlgorithmException ex) {
			random = new SecureRandom();
		}
		// The first use reads the seed.
		random.nextLong();
		return random;
	}

	/**
	 * Whether any response gets a cookie.
	 * @return whether cookies are issued or renewed
	 */
	public boolean isWritten() {
		return this.issuedIds != null || this.renew;
	}

	/**
	 * Find a request's visitor: by the header, then the cookie.
	 * @param headers finds the values of the request's headers with a name
	 * @param cookies finds the values of the request's cookies with a name
	 * @return the well-formed id, or {@code null} if there is none
	 */
	public @Nullable String findVisitorId(Function<String, List<String>> headers,
			Function<String, List<String>> cookies) {
		String visitorId = findInHeader(headers);
		return (visitorId != null) ? visitorId : singleOrNull(findInCookies(cookies));
	}

	private @Nullable String findInHeader(Function<String, List<String>> headers) {
		return (this.headerName != null) ? singleOrNull(wellFormed(headers.apply(this.headerName))) : null;
	}

	private List<String> findInCookies(Function<String, List<String>> cookies) {
		return wellFormed(cookies.apply(this.name));
	}

	/**
	 * The different well-formed ids. A malformed value counts as absent, so a well-formed
	 * one beside it still counts.
	 */
	private static List<String> wellFormed(List<String> values) {
		return values.stream().filter((value) -> VisitorIds.wellFormedOrNull(value) != null).distinct().toList();
	}

	private static @Nullable String singleOrNull(List<String> visitorIds) {
		return (visitorIds.size() == 1) ? visitorIds.get(0) : null;
	}

	/**
	 * Prepare the cookie for the response to a request.
	 * @param method the request's method
	 * @param headers finds the values of the request's headers with a name
	 * @param cookies finds the values of the request's cookies with a name
	 * @param host the host that was requested, forwarded headers applied, without a port
	 * and possibly hostile, or {@code null} if there is none
	 * @param secure whether the request came over https, forwarded headers applied
	 * @return the cookie, or {@code null} if the response gets none
	 */
	public @Nullable PendingVisitorCookie prepare(String method, Function<String, List<String>> headers,
			Function<String, List<String>> cookies, @Nullable String host, boolean secure) {
		if (!isWritten() || !Navigation.isTopLevel(method, headers)) {
			return null;
		}
		List<String> existing = findInCookies(cookies);
		String visitorId = null;
		if (!existing.isEmpty()) {
			// Where two cookies disagree, a third one would not decide between them.
			visitorId = this.renew ? singleOrNull(existing) : null;
		}
		else if (this.issuedIds != null && findInHeader(headers) == null) {
			visitorId = randomId(this.issuedIds);
		}
		return (visitorId != null) ? new PendingVisitorCookie(createCookie(visitorId, host, secure)) : null;
	}

	/**
	 * A random UUID, of version 4 and the variant of RFC 9562.
	 */
	private static String randomId(SecureRandom random) {
		return new UUID(random.nextLong() & ~0xF000L | 0x4000L, random.nextLong() >>> 2 | Long.MIN_VALUE).toString();
	}

	/**
	 * Without {@code HttpOnly}, since DataFast's script has to read it.
	 */
	private ResponseCookie createCookie(String visitorId, @Nullable String host, boolean secure) {
		return ResponseCookie.from(this.name, visitorId)
			.domain((host != null) ? findDomain(host.toLowerCase(Locale.ROOT)) : null)
			.path("/")
			.maxAge(MAX_AGE)
			.sameSite("Lax")
			.secure(secure)
			.build();
	}

	/**
	 * The domain that DataFast's script gives its own cookie. A cookie of another domain
	 * would be a second one, which the script can neither replace nor remove. Browsers
	 * refuse a domain for a host that is no domain name, such as an IP address, and for
	 * one that ends in a dot.
	 */
	private @Nullable String findDomain(String host) {
		if (host.length() > MAX_DOMAIN_LENGTH || !DOMAIN_NAME.matcher(host).matches()) {
			return null;
		}
		return (this.domain != null && ("." + host).endsWith("." + this.domain)) ? this.domain : host;
	}

}
