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

package io.datafast.autoconfigure;

/**
 * The application's Spring Boot is too old for this library.
 */
final class UnsupportedSpringBootVersionException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String version;

	private final String minimum;

	UnsupportedSpringBootVersionException(String version, String minimum) {
		super("datafast-spring-boot-starter requires Spring Boot " + minimum + " or later, and this is Spring Boot "
				+ version);
		this.version = version;
		this.minimum = minimum;
	}

	String getVersion() {
		return this.version;
	}

	String getMinimum() {
		return this.minimum;
	}

}
