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

import org.jspecify.annotations.Nullable;

import org.springframework.http.ResponseCookie;

/**
 * What the rules of the visitor need of a request and its response, in Spring MVC and in
 * WebFlux. Names of headers are not case-sensitive.
 */
public interface VisitorExchange {

	/**
	 * The request's method.
	 * @return for instance {@code GET}
	 */
	String method();

	/**
	 * The host that was requested, forwarded headers applied.
	 * @return the host without a port, possibly hostile, or {@code null} if there is none
	 */
	@Nullable String host();

	/**
	 * Whether the request came over https, forwarded headers applied.
	 * @return whether it did
	 */
	boolean isSecure();

	/**
	 * The values of a request header.
	 * @param name the header's name
	 * @return the values, none if there is no such header
	 */
	List<String> requestHeader(String name);

	/**
	 * The values of a request's cookies.
	 * @param name the cookies' name
	 * @return the values, none if there is no such cookie
	 */
	List<String> requestCookies(String name);

	/**
	 * An attribute of the request.
	 * @param name the attribute's name
	 * @return its value, or {@code null} if there is none
	 */
	@Nullable Object attribute(String name);

	/**
	 * Set an attribute of the request.
	 * @param name the attribute's name
	 * @param value its value
	 */
	void setAttribute(String name, Object value);

	/**
	 * The values that a response header has so far.
	 * @param name the header's name
	 * @return the values, none if there is no such header
	 */
	List<String> responseHeader(String name);

	/**
	 * Add a value of a response header.
	 * @param name the header's name
	 * @param value the value
	 */
	void addResponseHeader(String name, String value);

	/**
	 * Whether the application has set a cookie of the response.
	 * @param name the cookie's name
	 * @return whether there is one so far
	 */
	boolean hasResponseCookie(String name);

	/**
	 * Add a cookie to the response.
	 * @param cookie the cookie
	 */
	void addResponseCookie(ResponseCookie cookie);

}
