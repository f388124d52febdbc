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

import io.datafast.delivery.GoalBacklog;
import io.datafast.metrics.MicrometerGoalDeliveryListener;
import io.datafast.support.Lazy;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for meters.
 */
@AutoConfiguration(after = DataFastAutoConfiguration.class,
		afterName = { "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnSingleCandidate(MeterRegistry.class)
public final class DataFastMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	MicrometerGoalDeliveryListener dataFastGoalDeliveryListener(ObjectProvider<MeterRegistry> registry) {
		return new MicrometerGoalDeliveryListener(Lazy.of(registry::getObject));
	}

	/**
	 * A registry holds the backlog by a weak reference only.
	 */
	@Bean
	@ConditionalOnSingleCandidate(GoalBacklog.class)
	MeterBinder dataFastGoalBacklogMetrics(GoalBacklog backlog) {
		return (registry) -> {
			Gauge.builder("datafast.goals.pending", backlog, GoalBacklog::pending)
				.description("Goals that are waiting, in flight or waiting to be tried again")
				.register(registry);
			Gauge.builder("datafast.goals.capacity", backlog, GoalBacklog::capacity)
				.description("How many goals may be pending")
				.register(registry);
		};
	}

}
