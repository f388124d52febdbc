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

import io.datafast.delivery.DeliveryContext;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration that makes the call to DataFast part of the trace in which the goal
 * was tracked. The call itself is observed where there is an {@code ObservationRegistry}
 * bean.
 */
@AutoConfiguration(before = DataFastAutoConfiguration.class)
@ConditionalOnClass({ ContextSnapshotFactory.class, ObservationThreadLocalAccessor.class })
public final class DataFastTracingAutoConfiguration {

	/**
	 * Captures the observation only: a goal may wait for a long time, and must not keep
	 * other state of the request alive.
	 */
	@Bean
	@ConditionalOnMissingBean
	DeliveryContext dataFastDeliveryContext() {
		ContextSnapshotFactory snapshots = ContextSnapshotFactory.builder()
			.captureKeyPredicate(ObservationThreadLocalAccessor.KEY::equals)
			.build();
		return () -> snapshots.captureAll()::wrap;
	}

}
