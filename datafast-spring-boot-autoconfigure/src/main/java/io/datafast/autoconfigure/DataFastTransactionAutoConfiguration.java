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

import io.datafast.delivery.DeliveryShutdown;
import io.datafast.delivery.GoalDispatcherDecorator;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.transaction.OpenTransactions;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Auto-configuration that makes the goals of a transaction wait for its commit.
 */
@AutoConfiguration(after = DataFastAutoConfiguration.class)
@ConditionalOnClass(TransactionSynchronizationManager.class)
@ConditionalOnBean({ DataFastProperties.class, GoalOutcomePublisher.class })
@ConditionalOnMissingBean(GoalDispatcherDecorator.class)
public final class DataFastTransactionAutoConfiguration {

	@Bean(destroyMethod = "")
	OpenTransactions dataFastOpenTransactions(DataFastProperties properties, GoalOutcomePublisher outcomes,
			DeliveryShutdown shutdown) {
		return shutdown.register(new OpenTransactions(properties.delivery().capacity(), outcomes));
	}

}
