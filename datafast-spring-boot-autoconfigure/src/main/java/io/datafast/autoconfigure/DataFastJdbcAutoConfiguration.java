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

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.BooleanSupplier;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.Scheduler;
import io.datafast.autoconfigure.InvalidDataFastPropertiesException.Violation;
import io.datafast.client.JsonCodec;
import io.datafast.delivery.GoalDelivery;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.delivery.GoalOutcomePublisher;
import io.datafast.delivery.jdbc.GoalStore;
import io.datafast.delivery.jdbc.GoalTableInitializer;
import io.datafast.delivery.jdbc.JdbcGoalDispatcher;
import io.datafast.delivery.jdbc.JdbcSettings;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.util.ClassUtils;

/**
 * Auto-configuration for delivery through the application's own database. Where DataFast
 * is off, it needs neither the database nor the engine.
 */
@AutoConfiguration(before = DataFastAutoConfiguration.class,
		afterName = { "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration",
				"org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration" })
@Conditional(DataFastJdbcAutoConfiguration.OnJdbcMode.class)
@EnableConfigurationProperties(DataFastProperties.class)
public final class DataFastJdbcAutoConfiguration {

	/**
	 * With its engine.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Scheduler.class, JdbcTemplate.class })
	@ImportRuntimeHints(Scripts.class)
	static final class Engine {

		/**
		 * It is never lazy: goals that wait in the table have to be delivered even if no
		 * new one is tracked.
		 */
		@Bean
		@Lazy(false)
		@DependsOnDatabaseInitialization
		@ConditionalOnMissingBean(GoalDispatcher.class)
		JdbcGoalDispatcher goalDispatcher(DataFastProperties properties, GoalDelivery delivery,
				GoalOutcomePublisher outcomes, Environment environment, ResourceLoader resourceLoader,
				@DataFastDataSource ObjectProvider<DataSource> qualifiedDataSource,
				ObjectProvider<DataSource> dataSources, ObjectProvider<PlatformTransactionManager> transactionManager) {
			boolean enabled = properties.disabledReason() == null;
			DataSource dataSource = qualifiedDataSource.getIfAvailable(dataSources::getIfUnique);
			if (dataSource == null) {
				if (enabled) {
					throw noDataSource(dataSources.stream().findAny().isPresent());
				}
				dataSource = new NoDataSource();
			}
			DataFastProperties.Delivery.Jdbc jdbc = properties.delivery().jdbc();
			JsonCodec json = JsonCodec.create(resourceLoader.getClassLoader());
			GoalStore store = new GoalStore(dataSource, transactionManager.getIfUnique(), jdbc.tableName(), json::write,
					json::read);
			if (enabled) {
				new GoalTableInitializer(store).initialize(jdbc.initializeSchema());
			}
			JdbcGoalDispatcher dispatcher = new JdbcGoalDispatcher(delivery, outcomes, store,
					settings(properties.delivery()), DeliverySettings.retrySettings(properties.delivery()),
					DeliverySettings.virtualThreads(environment), mustNotBlock(resourceLoader.getClassLoader()));
			dispatcher.setAutoStartup(enabled);
			return dispatcher;
		}

		private static BooleanSupplier mustNotBlock(@Nullable ClassLoader classLoader) {
			return ClassUtils.isPresent("reactor.core.scheduler.Schedulers", classLoader)
					? ReactorThreads.MUST_NOT_BLOCK : () -> false;
		}

		private static JdbcSettings settings(DataFastProperties.Delivery delivery) {
			DataFastProperties.Delivery.Jdbc jdbc = delivery.jdbc();
			return new JdbcSettings(delivery.capacity(), delivery.concurrency(), delivery.shutdownTimeout(),
					jdbc.onCrash(), jdbc.parkedRetention(), jdbc.parkedCapacity(), jdbc.pollInterval(),
					jdbc.heartbeatInterval());
		}

		private static InvalidDataFastPropertiesException noDataSource(boolean several) {
			return several ? cannotWork("needs one DataSource, but there are several and none is primary",
					"Annotate the one that goals are to be stored in with @DataFastDataSource, or mark it as @Primary.")
					: cannotWork("needs a DataSource, but there is none",
							"Add spring-boot-starter-jdbc (or -data-jpa, …) with a driver and spring.datasource.url,"
									+ " or remove the property to keep goals in memory.");
		}

	}

	/**
	 * Where DataFast is off.
	 */
	static final class NoDataSource extends AbstractDataSource {

		@Override
		public Connection getConnection() throws SQLException {
			throw new SQLException("There is no DataSource for goals, and DataFast is off");
		}

		@Override
		public Connection getConnection(String username, String password) throws SQLException {
			return getConnection();
		}

	}

	/**
	 * Apart, since Reactor is optional.
	 */
	static final class ReactorThreads {

		static final BooleanSupplier MUST_NOT_BLOCK = Schedulers::isInNonBlockingThread;

	}

	/**
	 * Without its engine. Goals that wait in memory instead could be lost unnoticed.
	 */
	@Configuration(proxyBeanMethods = false)
	@Conditional(OnMissingEngine.class)
	static final class WithoutEngine {

		@Bean
		@Lazy(false)
		@ConditionalOnMissingBean
		GoalDispatcher goalDispatcher(DataFastProperties properties, GoalOutcomePublisher outcomes) {
			if (properties.disabledReason() != null) {
				return (goal) -> outcomes.publish(goal, new Skipped(Skipped.Reason.DISABLED));
			}
			throw cannotWork("needs db-scheduler and spring-jdbc, and one of them is not on the class path",
					"Add com.github.kagkarlsson:db-scheduler and spring-boot-starter-jdbc, or remove the property to"
							+ " keep goals in memory.");
		}

	}

	private static InvalidDataFastPropertiesException cannotWork(String rule, String fix) {
		return new InvalidDataFastPropertiesException(
				List.of(new Violation("datafast.delivery.mode", "jdbc", rule, fix)));
	}

	/**
	 * As the properties are bound, which is more lenient than comparing strings.
	 */
	static final class OnJdbcMode extends SpringBootCondition {

		private static final String PROPERTY = "datafast.delivery.mode";

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			DataFastProperties.Delivery.Mode mode = mode(context.getEnvironment());
			return new ConditionOutcome(mode == DataFastProperties.Delivery.Mode.JDBC, PROPERTY + " is " + mode);
		}

		private static DataFastProperties.Delivery.@Nullable Mode mode(Environment environment) {
			try {
				return Binder.get(environment)
					.bind(PROPERTY, DataFastProperties.Delivery.Mode.class)
					.orElse(DataFastProperties.Delivery.Mode.MEMORY);
			}
			catch (BindException ex) {
				// Reported when the properties are bound.
				return null;
			}
		}

	}

	static final class OnMissingEngine extends NoneNestedConditions {

		OnMissingEngine() {
			super(ConfigurationPhase.PARSE_CONFIGURATION);
		}

		@ConditionalOnClass({ Scheduler.class, JdbcTemplate.class })
		static final class Present {

		}

	}

	static final class Scripts implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.resources().registerPattern("io/datafast/delivery/jdbc/schema-*.sql");
		}

	}

}
