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

import io.datafast.actuate.DataFastEndpoint;
import io.datafast.delivery.GoalBacklog;
import io.datafast.interceptor.TrackGoalBeanPostProcessor;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for the {@link DataFastEndpoint}.
 */
@AutoConfiguration(after = DataFastAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@EnableConfigurationProperties(DataFastProperties.class)
public final class DataFastEndpointAutoConfiguration {

	@Bean
	@ConditionalOnAvailableEndpoint
	@ConditionalOnMissingBean
	DataFastEndpoint dataFastEndpoint(DataFastProperties properties, ObjectProvider<GoalBacklog> backlog,
			ObjectProvider<TrackGoalBeanPostProcessor> postProcessor) {
		return new DataFastEndpoint(properties.disabledReason(), properties.baseUrl(), backlog::getIfUnique,
				() -> postProcessor.stream().flatMap((candidate) -> candidate.getTrackedMethods().stream()).toList());
	}

}
