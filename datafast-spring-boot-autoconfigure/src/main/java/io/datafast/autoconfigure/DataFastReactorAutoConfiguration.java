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

import io.datafast.DataFastGoals;
import io.datafast.ReactiveDataFastGoals;
import io.datafast.ReactiveVisitorIdResolver;
import io.datafast.VisitorIdResolver;
import io.datafast.support.DefaultReactiveDataFastGoals;
import io.datafast.support.Lazy;
import io.datafast.support.ReactiveTrackingContexts;
import io.datafast.transaction.OpenTransactions;
import io.datafast.transaction.ReactiveOpenTransactions;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;

/**
 * Auto-configuration for {@link ReactiveDataFastGoals}, and for the visitor, response and
 * transaction that {@link io.datafast.annotation.TrackGoal @TrackGoal} finds in a Reactor
 * context. A bean post-processor of the application may need
 * {@link ReactiveDataFastGoals}, as it may need {@link DataFastGoals}.
 */
@AutoConfiguration(after = DataFastAutoConfiguration.class)
@ConditionalOnClass(Mono.class)
@ConditionalOnBean(DataFastGoals.class)
@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
public final class DataFastReactorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	ReactiveTrackingContexts dataFastReactiveTrackingContexts(
			ObjectProvider<ReactiveVisitorIdResolver> visitorIdResolver,
			ObjectProvider<ReactiveTrackingContexts.HandlerResponse> response,
			ObjectProvider<ReactiveTrackingContexts.ReactiveTransactions> transactions) {
		return new ReactiveTrackingContexts(() -> visitorIdResolver.getIfAvailable(() -> (context) -> null),
				() -> response.getIfAvailable(() -> (context) -> null),
				() -> transactions.getIfAvailable(() -> (context, otherwise) -> otherwise));
	}

	@Bean
	@ConditionalOnMissingBean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	ReactiveDataFastGoals dataFastReactiveGoals(DataFastGoals goals,
			ObjectProvider<VisitorIdResolver> visitorIdResolver, ReactiveTrackingContexts contexts) {
		return new DefaultReactiveDataFastGoals(goals,
				Lazy.of(() -> visitorIdResolver.getIfAvailable(() -> () -> null)), contexts);
	}

	/**
	 * Goals of a reactive transaction wait for its commit.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(TransactionSynchronizationManager.class)
	@ConditionalOnBean(OpenTransactions.class)
	static final class Transactions {

		@Bean
		ReactiveTrackingContexts.ReactiveTransactions dataFastReactiveTransactions(OpenTransactions transactions) {
			return new ReactiveOpenTransactions(transactions);
		}

	}

}
