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

import java.util.LinkedHashSet;
import java.util.Set;

import io.datafast.autoconfigure.InvalidDataFastPropertiesException.Violation;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Explains an {@link InvalidDataFastPropertiesException}. Ordered before Spring Boot's
 * analyzer of binding failures, whose explanation is less specific.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class InvalidDataFastPropertiesFailureAnalyzer
		extends AbstractFailureAnalyzer<InvalidDataFastPropertiesException> {

	private final @Nullable Environment environment;

	InvalidDataFastPropertiesFailureAnalyzer(@Nullable Environment environment) {
		this.environment = environment;
	}

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidDataFastPropertiesException cause) {
		StringBuilder description = new StringBuilder("The DataFast configuration is invalid:\n");
		Set<String> fixes = new LinkedHashSet<>();
		for (Violation violation : cause.getViolations()) {
			description.append("\n    Property: ").append(violation.property());
			if (violation.value() != null) {
				description.append("\n    Value: ").append(violation.value());
			}
			String origin = findOrigin(violation.property());
			if (origin != null) {
				description.append("\n    Origin: ").append(origin);
			}
			description.append("\n    Reason: ").append(violation.property()).append(" ").append(violation.rule());
			description.append("\n");
			fixes.add(violation.fix());
		}
		return new FailureAnalysis(description.toString(), String.join("\n", fixes), cause);
	}

	private @Nullable String findOrigin(String property) {
		if (this.environment == null) {
			return null;
		}
		ConfigurationPropertyName name = ConfigurationPropertyName.of(property);
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			ConfigurationProperty found = source.getConfigurationProperty(name);
			if (found != null && found.getOrigin() != null) {
				return found.getOrigin().toString();
			}
		}
		return null;
	}

}
