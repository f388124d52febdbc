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

import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;

/**
 * Fails start-up with an explanation if the version of Spring Boot is too old. Without
 * this check, start-up would fail with a {@code NoSuchMethodError}. This class uses only
 * API that old versions of Spring Boot have.
 */
final class SpringBootVersionCheck implements ApplicationContextInitializer<ConfigurableApplicationContext>, Ordered {

	private static final String MINIMUM = "Spring Boot 3.5 or later";

	private static final String TOO_OLD = "([12]|3\\.[0-4])\\..*";

	private final @Nullable String version;

	SpringBootVersionCheck() {
		this(SpringBootVersion.getVersion());
	}

	SpringBootVersionCheck(@Nullable String version) {
		this.version = version;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		// The version is unknown where jars have been repackaged.
		if (this.version != null && this.version.matches(TOO_OLD)) {
			throw new UnsupportedVersionException(this.version);
		}
	}

	/**
	 * The application's Spring Boot is too old for this library.
	 */
	static final class UnsupportedVersionException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		UnsupportedVersionException(String version) {
			super("The DataFast starter requires " + MINIMUM + ". This application runs on Spring Boot " + version
					+ ".");
		}

	}

	static final class Analyzer extends AbstractFailureAnalyzer<UnsupportedVersionException> {

		@Override
		protected FailureAnalysis analyze(Throwable rootFailure, UnsupportedVersionException cause) {
			return new FailureAnalysis(String.valueOf(cause.getMessage()),
					"Upgrade to " + MINIMUM + ", or remove the dependency io.datafast:datafast-spring-boot-starter.",
					cause);
		}

	}

}
