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

package io.datafast.jdbc.autoconfigure;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import io.datafast.autoconfigure.DataFastAutoConfiguration;
import io.datafast.autoconfigure.DataFastProperties;
import io.datafast.autoconfigure.DataFastProperties.Delivery;
import io.datafast.autoconfigure.DeliverySettings;
import io.datafast.autoconfigure.InvalidDataFastPropertiesException;
import io.datafast.autoconfigure.InvalidDataFastPropertiesException.Violation;
import io.datafast.delivery.DeliveryShutdown;
import io.datafast.delivery.GoalDelivery;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.jdbc.DataFastDataSource;
import io.datafast.jdbc.DataFastParkedEndpoint;
import io.datafast.jdbc.JdbcGoalDispatcher;
import io.datafast.support.JsonCodec;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.core.io.ResourceLoader;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;

/**
 * Auto-configuration for delivery through the application's own database. Where DataFast
 * is off, it needs no {@code DataSource}.
 */
@AutoConfiguration(before = DataFastAutoConfiguration.class,
		afterName = { "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration",
				"org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration" })
@Conditional(DataFastJdbcAutoConfiguration.OnJdbcMode.class)
@ConditionalOnMissingBean(GoalDispatcher.class)
@EnableConfigurationProperties({ DataFastProperties.class, DataFastJdbcProperties.class })
@ImportRuntimeHints(DataFastJdbcAutoConfiguration.Hints.class)
public final class DataFastJdbcAutoConfiguration {

	@Bean
	GoalTableInitializer dataFastGoalTableInitializer(DataFastProperties properties, DataFastJdbcProperties jdbc,
			@DataFastDataSource ObjectProvider<DataSource> qualifiedDataSource, ObjectProvider<DataSource> dataSources,
			ObjectProvider<DataSourceScriptDatabaseInitializer> scripts) {
		if (properties.disabledReason() != null) {
			// This DataSource gives no connections.
			return new GoalTableInitializer(new DelegatingDataSource(), jdbc, false);
		}
		jdbc.validate();
		DataSource dataSource = qualifiedDataSource.getIfAvailable(dataSources::getIfUnique);
		if (dataSource == null) {
			throw noDataSource(dataSources.stream().findAny().isPresent());
		}
		refuseRouting(dataSource);
		// Scripts run when they are looked up. One may create the schema of the table.
		scripts.stream((type) -> type != GoalTableInitializer.class).toList();
		return new GoalTableInitializer(dataSource, jdbc, true);
	}

	private static InvalidDataFastPropertiesException noDataSource(boolean several) {
		return several ? cannotWork("needs one DataSource, but there are several and none is primary",
				"Annotate the one that goals are to be stored in with @DataFastDataSource, or mark it as @Primary.")
				: cannotWork("needs a DataSource, but there is none",
						"Configure one, for instance by spring.datasource.url and a driver, or define it as a bean,"
								+ " since Spring Boot creates none beside R2DBC. Or set"
								+ " datafast.delivery.mode=memory to keep goals in memory.");
	}

	/**
	 * Other threads would look for the goals in another database than the one that the
	 * thread of a request has written them to.
	 */
	private static void refuseRouting(DataSource dataSource) {
		AbstractRoutingDataSource routing = findRouting(dataSource);
		if (routing != null) {
			throw cannotWork(
					"needs a DataSource with one database, but " + routing.getClass().getName()
							+ " is an AbstractRoutingDataSource, which chooses the database by the thread",
					"Annotate a DataSource with a fixed database with @DataFastDataSource. Goals are part of its"
							+ " transactions. Or set datafast.delivery.mode=memory to keep goals in memory.");
		}
	}

	/**
	 * Proxies, also those of other libraries, tell what they wrap.
	 */
	private static @Nullable AbstractRoutingDataSource findRouting(DataSource dataSource) {
		try {
			return dataSource.isWrapperFor(AbstractRoutingDataSource.class)
					? dataSource.unwrap(AbstractRoutingDataSource.class) : null;
		}
		catch (SQLException | RuntimeException ex) {
			return null;
		}
	}

	private static InvalidDataFastPropertiesException cannotWork(String rule, String fix) {
		return new InvalidDataFastPropertiesException(
				List.of(new Violation("datafast.delivery.mode", "jdbc", rule, fix)));
	}

	/**
	 * The dispatcher is never lazy: goals that wait in the table have to be delivered
	 * even if no new one is tracked.
	 */
	@Bean(destroyMethod = "")
	@Lazy(false)
	@DependsOnDatabaseInitialization
	JdbcGoalDispatcher dataFastGoalDispatcher(DataFastProperties properties, DataFastJdbcProperties jdbc,
			GoalTableInitializer table, GoalDelivery delivery, GoalOutcomePublisher outcomes, DeliveryShutdown shutdown,
			ApplicationBeans beans, Environment environment, ResourceLoader resourceLoader,
			ObjectProvider<PlatformTransactionManager> transactionManager) {
		JsonCodec json = JsonCodec.create(resourceLoader.getClassLoader());
		JdbcGoalDispatcher dispatcher = new JdbcGoalDispatcher(delivery, outcomes,
				DeliverySettings.retryPolicy(properties.delivery()), settings(properties, jdbc), table.dataSource(),
				transactionManager.getIfUnique(), json::write, json::read, DeliverySettings.threadFactory(environment));
		if (properties.disabledReason() == null) {
			beans.dispatcher = dispatcher;
		}
		return shutdown.register(dispatcher);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ApplicationBeans dataFastApplicationBeans() {
		return new ApplicationBeans();
	}

	private static JdbcGoalDispatcher.Settings settings(DataFastProperties properties, DataFastJdbcProperties jdbc) {
		Delivery delivery = properties.delivery();
		return new JdbcGoalDispatcher.Settings(properties.disabledReason() == null, jdbc.tableName(),
				delivery.capacity(), delivery.concurrency(), delivery.shutdownTimeout(), jdbc.onCrash(),
				jdbc.parkedRetention(), jdbc.parkedCapacity(), jdbc.pollInterval(), jdbc.heartbeatInterval());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
	static final class EndpointConfiguration {

		@Bean
		@ConditionalOnAvailableEndpoint
		@ConditionalOnMissingBean
		DataFastParkedEndpoint dataFastParkedEndpoint(JdbcGoalDispatcher dispatcher) {
			return new DataFastParkedEndpoint(dispatcher);
		}

	}

	/**
	 * All nodes with the same table show the same figures.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	static final class MetricsConfiguration {

		@Bean
		MeterBinder dataFastGoalTableMetrics(JdbcGoalDispatcher dispatcher) {
			return (registry) -> {
				Gauge.builder("datafast.goals.backlog", dispatcher, JdbcGoalDispatcher::pending)
					.description("Goals in the table that are waiting, in flight or waiting to be tried again")
					.register(registry);
				TimeGauge
					.builder("datafast.goals.backlog.age", dispatcher, TimeUnit.MILLISECONDS,
							MetricsConfiguration::oldestAge)
					.description("Age of the goal that has waited for the longest time")
					.register(registry);
				Gauge.builder("datafast.goals.parked", dispatcher, (parking) -> parking.parked().orElse(0))
					.description("Goals in the table that ended without being recorded")
					.register(registry);
			};
		}

		private static double oldestAge(JdbcGoalDispatcher dispatcher) {
			Duration age = dispatcher.oldestAge();
			return (age != null) ? Math.max(0, age.toMillis()) : 0;
		}

	}

	/**
	 * Tells the dispatcher what happens to beans of the application, without creating
	 * them. Goals are written right before a {@code DataSource} is closed. By then, all
	 * beans that use the {@code DataSource}, and may track goals while they are
	 * destroyed, have been destroyed.
	 */
	static final class ApplicationBeans implements DestructionAwareBeanPostProcessor {

		private volatile @Nullable JdbcGoalDispatcher dispatcher;

		private final TransactionExecutionListener transactions = new TransactionExecutionListener() {

			@Override
			public void afterBegin(TransactionExecution transaction, @Nullable Throwable beginFailure) {
				JdbcGoalDispatcher dispatcher = ApplicationBeans.this.dispatcher;
				if (dispatcher != null) {
					dispatcher.transactionBegun(transaction);
				}
			}

		};

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			if (bean instanceof PlatformTransactionManager && bean instanceof ConfigurableTransactionManager manager) {
				// The manager's own collection may be unmodifiable.
				List<TransactionExecutionListener> listeners = new ArrayList<>(
						manager.getTransactionExecutionListeners());
				listeners.add(this.transactions);
				manager.setTransactionExecutionListeners(listeners);
			}
			return bean;
		}

		@Override
		public boolean requiresDestruction(Object bean) {
			return bean instanceof DataSource;
		}

		@Override
		public void postProcessBeforeDestruction(Object bean, String beanName) {
			JdbcGoalDispatcher dispatcher = this.dispatcher;
			if (dispatcher != null) {
				dispatcher.flush();
			}
		}

	}

	/**
	 * Matches unless the property names the other mode. An empty or an invalid value does
	 * not keep goals in memory.
	 */
	static final class OnJdbcMode extends SpringBootCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			String mode = context.getEnvironment().getProperty("datafast.delivery.mode", "").strip();
			return new ConditionOutcome(!mode.equalsIgnoreCase("memory"), "datafast.delivery.mode is '" + mode + "'");
		}

	}

	static final class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.resources().registerPattern("io/datafast/jdbc/schema-*.sql");
			hints.proxies().registerJdkProxy(JdbcCustomization.class);
		}

	}

}
