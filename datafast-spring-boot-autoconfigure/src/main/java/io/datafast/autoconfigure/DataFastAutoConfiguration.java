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

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.datafast.DataFastGoals;
import io.datafast.DataFastRestClientCustomizer;
import io.datafast.GoalFilter;
import io.datafast.VisitorIdResolver;
import io.datafast.autoconfigure.InvalidDataFastPropertiesException.Violation;
import io.datafast.client.GoalClientCredentials;
import io.datafast.delivery.DeliveryContext;
import io.datafast.delivery.DeliveryShutdown;
import io.datafast.delivery.GoalDelivery;
import io.datafast.delivery.GoalDeliveryListener;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalDispatcherDecorator;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.memory.InMemoryGoalDispatcher;
import io.datafast.interceptor.TrackGoalBeanPostProcessor;
import io.datafast.support.DefaultDataFastGoals;
import io.datafast.support.JsonCodec;
import io.datafast.transaction.OpenTransactions;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;

/**
 * Auto-configuration for {@link DataFastGoals}.
 * <p>
 * Whether goals are sent is decided by the properties at run time rather than by
 * conditions, so that an application prepared ahead of time without a key works with one.
 * <p>
 * A bean post-processor of the application may need {@link DataFastGoals}. So no bean
 * here looks other beans up while it is created, and the beans that {@link DataFastGoals}
 * needs have the infrastructure role.
 */
@AutoConfiguration
@EnableConfigurationProperties(DataFastProperties.class)
@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
public final class DataFastAutoConfiguration {

	/**
	 * The class that shows that the jdbc module is on the class path. Its beans would not
	 * show this, since test slices leave them out.
	 */
	private static final String JDBC_MODULE = "io.datafast.jdbc.autoconfigure.DataFastJdbcAutoConfiguration";

	private static final Log logger = LogFactory.getLog(DataFastAutoConfiguration.class);

	@Bean
	@ConditionalOnMissingBean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	DataFastGoals dataFastGoals(DataFastProperties properties, GoalOutcomePublisher outcomes,
			ObjectProvider<VisitorIdResolver> visitorIdResolver, ObjectProvider<GoalFilter> filters,
			ObjectProvider<GoalDispatcher> dispatcher, ObjectProvider<GoalDispatcherDecorator> dispatcherDecorator,
			GoalDelivery delivery, DeliveryShutdown shutdown) {
		if (properties.disabledReason() != null) {
			if (properties.isEnabled()) {
				logger.warn("There is no datafast.api-key: goals are skipped. Set the key to send them, or"
						+ " datafast.enabled=false to silence this warning; datafast.enabled=true makes the key mandatory.");
			}
			return new DefaultDataFastGoals(properties.disabledReason(), visitorIdResolver::getObject, Map.of(),
					List::of, dispatcher::getObject, delivery, outcomes);
		}
		return new DefaultDataFastGoals(null, shutdown.lazily(() -> visitorIdResolver.getIfAvailable(() -> () -> null)),
				properties.metadata(), lazily(shutdown, filters),
				shutdown.lazily(() -> dispatcherDecorator.getIfAvailable(() -> (target) -> target)
					.decorate(dispatcher.getObject())),
				delivery, outcomes);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static DeliveryShutdown dataFastDeliveryShutdown() {
		return new DeliveryShutdown();
	}

	@Bean(destroyMethod = "")
	@ConditionalOnMissingBean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	GoalOutcomePublisher dataFastGoalOutcomePublisher(ObjectProvider<GoalDeliveryListener> listeners,
			DeliveryShutdown shutdown) {
		return shutdown.register(new GoalOutcomePublisher(lazily(shutdown, listeners)));
	}

	@Bean(destroyMethod = "")
	@ConditionalOnMissingBean(GoalDispatcher.class)
	InMemoryGoalDispatcher dataFastGoalDispatcher(DataFastProperties properties, GoalDelivery delivery,
			GoalOutcomePublisher outcomes, DeliveryShutdown shutdown, Environment environment,
			ResourceLoader resourceLoader, ObjectProvider<DeliveryContext> context) {
		DataFastProperties.Delivery settings = properties.delivery();
		if (settings.mode() == DataFastProperties.Delivery.Mode.JDBC && properties.disabledReason() == null
				&& !ClassUtils.isPresent(JDBC_MODULE, resourceLoader.getClassLoader())) {
			throw new InvalidDataFastPropertiesException(List.of(new Violation("datafast.delivery.mode", "jdbc",
					"needs datafast-spring-boot-jdbc, which is not on the class path",
					"Add io.datafast:datafast-spring-boot-starter-jdbc, or remove the property to keep goals in"
							+ " memory.")));
		}
		return shutdown.register(new InMemoryGoalDispatcher(delivery, outcomes,
				new InMemoryGoalDispatcher.Settings(settings.capacity(), settings.concurrency(),
						settings.shutdownTimeout()),
				DeliverySettings.retryPolicy(settings), DeliverySettings.threadFactory(environment),
				context.getIfAvailable(() -> DeliveryContext.NONE)));
	}

	/**
	 * The role also keeps the bean from being created lazily, so that wrong properties
	 * fail start-up.
	 */
	@Bean
	@ConditionalOnMissingBean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	GoalDelivery dataFastGoalDelivery(DataFastProperties properties, ObjectProvider<SslBundles> sslBundles,
			ObjectProvider<ObservationRegistry> observationRegistry,
			ObjectProvider<DataFastRestClientCustomizer> customizers, ResourceLoader resourceLoader,
			DeliveryShutdown shutdown, Environment environment) {
		String apiKey = properties.apiKey();
		if (properties.disabledReason() != null || apiKey == null) {
			return (goal) -> {
				throw new IllegalStateException("DataFast is off");
			};
		}
		GoalClientCredentials credentials = new GoalClientCredentials(apiKey, properties.websiteId());
		return new RestClientGoalDelivery(properties, sslBundles,
				shutdown.lazily(() -> observationRegistry.getIfUnique(() -> ObservationRegistry.NOOP)),
				lazily(shutdown, customizers), JsonCodec.create(resourceLoader.getClassLoader()),
				new CurrentCredentials(environment, credentials));
	}

	private static <T> Supplier<List<T>> lazily(DeliveryShutdown shutdown, ObjectProvider<T> beans) {
		return shutdown.lazily(() -> beans.orderedStream().toList());
	}

	/**
	 * Each context has its own, since a post-processor sees the beans of its own context
	 * only.
	 */
	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static TrackGoalBeanPostProcessor dataFastTrackGoalBeanPostProcessor(ConfigurableListableBeanFactory beanFactory) {
		return new TrackGoalBeanPostProcessor(beanFactory);
	}

	/**
	 * The parameter has the name of the bean, which spares Spring Framework a look at all
	 * beans so early.
	 */
	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static TrackGoalBeanPostProcessor.Innermost dataFastInnermostAdvicePostProcessor(
			TrackGoalBeanPostProcessor dataFastTrackGoalBeanPostProcessor) {
		return new TrackGoalBeanPostProcessor.Innermost(dataFastTrackGoalBeanPostProcessor);
	}

	/**
	 * Goals of a transaction wait for its commit.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(TransactionSynchronizationManager.class)
	static final class Transactions {

		@Bean(destroyMethod = "")
		@ConditionalOnMissingBean(GoalDispatcherDecorator.class)
		OpenTransactions dataFastOpenTransactions(DataFastProperties properties, GoalOutcomePublisher outcomes,
				DeliveryShutdown shutdown) {
			return shutdown.register(new OpenTransactions(properties.delivery().capacity(), outcomes));
		}

	}

	/**
	 * The call to DataFast is part of the trace in which the goal was tracked. The call
	 * itself is observed where there is an {@code ObservationRegistry} bean.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ContextSnapshotFactory.class, ObservationThreadLocalAccessor.class })
	static final class Tracing {

		/**
		 * Captures the observation only: a goal may wait for a long time, and must not
		 * keep other state of the request alive.
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

}
