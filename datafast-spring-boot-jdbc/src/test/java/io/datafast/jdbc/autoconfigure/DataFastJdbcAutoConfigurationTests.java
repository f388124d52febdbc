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

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.autoconfigure.DataFastEndpointAutoConfiguration;
import io.datafast.autoconfigure.DataFastMetricsAutoConfiguration;
import io.datafast.autoconfigure.InvalidDataFastPropertiesException;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.delivery.memory.InMemoryGoalDispatcher;
import io.datafast.jdbc.DataFastDataSource;
import io.datafast.jdbc.JdbcContextRunners;
import io.datafast.jdbc.JdbcGoalDispatcher;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.r2dbc.h2.H2ConnectionFactory;
import io.r2dbc.spi.ConnectionFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

@ExtendWith(OutputCaptureExtension.class)
class DataFastJdbcAutoConfigurationTests {

	private static final String SCRIPTS = "io/datafast/jdbc/schema-";

	private final MockDataFast mock = MockDataFast.start();

	private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";

	private final ApplicationContextRunner runner = JdbcContextRunners.with(this.mock, this.url)
		.withPropertyValues("datafast.delivery.jdbc.initialize-schema=embedded");

	@AfterEach
	void stop() {
		this.mock.close();
	}

	@Test
	void transactionManagersKeepListenersInAnUnmodifiableCollection() {
		DriverManagerDataSource dataSource = new DriverManagerDataSource(this.url, "sa", "");
		AtomicInteger begun = new AtomicInteger();
		JdbcTransactionManager manager = new JdbcTransactionManager(dataSource);
		manager.setTransactionExecutionListeners(List.of(new TransactionExecutionListener() {

			@Override
			public void beforeBegin(TransactionExecution transaction) {
				begun.incrementAndGet();
			}

		}));
		this.runner.withBean("dataSource", DataSource.class, () -> dataSource)
			.withBean("transactionManager", PlatformTransactionManager.class, () -> manager)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				new TransactionTemplate(manager).executeWithoutResult((status) -> context.getBean(DataFastGoals.class)
					.track(Goal.of("signup").forVisitor(DataFastContextRunners.VISITOR)));
				context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
				assertThat(begun).hasValue(1);
			});
	}

	@Test
	void theModeMaySwitchItOff() {
		this.runner.withPropertyValues("datafast.delivery.mode=memory")
			.run((context) -> assertThat(context).hasSingleBean(InMemoryGoalDispatcher.class)
				.doesNotHaveBean(JdbcGoalDispatcher.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdbc", "" })
	void isOnWithoutAMode(String mode) {
		this.runner.withPropertyValues("datafast.delivery.mode=" + mode).run((context) -> {
			assertThat(context).hasSingleBean(JdbcGoalDispatcher.class)
				.doesNotHaveBean(InMemoryGoalDispatcher.class)
				.doesNotHaveBean(Scheduler.class);
			deliver(context);
		});
	}

	@Test
	void anotherDispatcherIsRespected() {
		this.runner.withBean("custom", GoalDispatcher.class, () -> (goal) -> {
		}).run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(JdbcGoalDispatcher.class));
	}

	@Test
	void startsThoughEverythingElseIsLazy() {
		this.runner.run((context) -> {
			context.getBean(JdbcGoalDispatcher.class).stop();
			track(context, "left");
		});
		this.runner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> Awaitility.await()
				.atMost(Duration.ofSeconds(60))
				.until(() -> this.mock.getGoals().size() == 1));
	}

	@Test
	void doesNothingWithoutKey() {
		this.runner.withPropertyValues("datafast.api-key=", "datafast.delivery.jdbc.initialize-schema=never")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(JdbcGoalDispatcher.class).isRunning()).isFalse();
				track(context, "skipped");
				assertThat(context.getBean(RecordedOutcomes.class).outcomes()).hasSize(1);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "datafast.enabled=false", "datafast.api-key=" })
	void needsNoDataSourceWhereItIsOff(String off) {
		DataFastContextRunners.with(this.mock)
			.withConfiguration(AutoConfigurations.of(DataFastJdbcAutoConfiguration.class,
					DataFastMetricsAutoConfiguration.class, DataFastEndpointAutoConfiguration.class))
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withPropertyValues("datafast.delivery.mode=jdbc", "management.endpoints.web.exposure.include=*", off)
			.run(DataFastJdbcAutoConfigurationTests::assertSkips);
	}

	@Test
	void needsNoChoiceAmongDataSourcesWhereItIsOff() {
		this.runner.withBean("first", DataSource.class, DataFastJdbcAutoConfigurationTests::dataSource)
			.withBean("second", DataSource.class, DataFastJdbcAutoConfigurationTests::dataSource)
			.withPropertyValues("datafast.enabled=false")
			.run(DataFastJdbcAutoConfigurationTests::assertSkips);
	}

	private static void assertSkips(AssertableApplicationContext context) {
		assertThat(context).hasNotFailed();
		track(context, "skipped");
		assertThat(context.getBean(RecordedOutcomes.class).outcomes())
			.containsExactly(new Skipped(Skipped.Reason.DISABLED));
	}

	@ParameterizedTest
	@ValueSource(strings = { "JDBC", "jdbc ", " Jdbc", "${mode:jdbc}" })
	void theModeMeansWhatThePropertyIsBoundTo(String mode) {
		withMode(mode).run((context) -> assertThat(context).hasSingleBean(JdbcGoalDispatcher.class)
			.doesNotHaveBean(InMemoryGoalDispatcher.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "memory", "MEMORY", " Memory " })
	void theModeMemoryKeepsGoalsInMemoryInAnyForm(String mode) {
		withMode(mode).run((context) -> assertThat(context).hasSingleBean(InMemoryGoalDispatcher.class)
			.doesNotHaveBean(JdbcGoalDispatcher.class));
	}

	private ApplicationContextRunner withMode(String mode) {
		return this.runner.withInitializer((context) -> context.getEnvironment()
			.getPropertySources()
			.addFirst(new MapPropertySource("mode", Map.of("datafast.delivery.mode", mode))));
	}

	@Test
	void anUnknownModeFailsStartUp(CapturedOutput output) {
		fail("datafast.delivery.mode=database");
		assertThat(output).contains("Property: datafast.delivery.mode\n    Value: \"database\"");
	}

	@ParameterizedTest
	@ValueSource(strings = { "scheduled_tasks", "app.SCHEDULED_TASKS" })
	void theTableOfTheApplicationsOwnSchedulerIsRefused(String table, CapturedOutput output) {
		fail("datafast.delivery.jdbc.table-name=" + table);
		assertThat(output).contains("Property: datafast.delivery.jdbc.table-name\n    Value: " + table)
			.contains("must not be the table in which db-scheduler keeps the application's own tasks");
	}

	@Test
	void aMissingTableFailsStartUp(CapturedOutput output) {
		fail("datafast.delivery.jdbc.initialize-schema=never", "datafast.delivery.jdbc.table-name=my_goals");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Property: datafast.delivery.jdbc.table-name\n    Value: my_goals")
			.contains("the table that goals are stored in, which does not exist, lacks a column, or may not be read")
			.contains("classpath:io/datafast/jdbc/schema-{postgresql,mysql,h2,sqlserver,oracle}.sql")
			.contains("datafast.delivery.jdbc.initialize-schema=always");
	}

	@Test
	void aFileIsNoEmbeddedDatabase(@TempDir Path directory) {
		this.runner.withPropertyValues("spring.datasource.url=jdbc:h2:file:" + directory.resolve("goals"))
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(InvalidDataFastPropertiesException.class)
				.hasMessageContaining("datafast.delivery.jdbc.table-name"));
	}

	@Test
	void aMissingDataSourceFailsStartUp(CapturedOutput output) {
		fail("spring.autoconfigure.exclude="
				+ "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration");
		assertThat(output).contains("Property: datafast.delivery.mode\n    Value: jdbc")
			.contains("datafast.delivery.mode needs a DataSource, but there is none")
			.contains("datafast.delivery.mode=memory");
	}

	@Test
	void aMissingDataSourceBesideR2dbcIsExplained() {
		this.runner.withBean(ConnectionFactory.class, () -> H2ConnectionFactory.inMemory(UUID.randomUUID().toString()))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidDataFastPropertiesException.class,
						(failure) -> assertThat(failure.getViolations().get(0).fix()).contains("R2DBC")));
	}

	@Test
	void severalDataSourcesNeedAChoice(CapturedOutput output) {
		fail(TwoDataSources.class);
		assertThat(output).contains("needs one DataSource, but there are several and none is primary")
			.contains("@DataFastDataSource");
	}

	@Test
	void usesThePrimaryDataSource() {
		this.runner.withUserConfiguration(PrimaryDataSource.class).run((context) -> {
			deliver(context);
			assertThat(tables(context, "primary")).isOne();
			assertThat(tables(context, "other")).isZero();
		});
	}

	@Test
	void prefersTheQualifiedDataSource() {
		this.runner.withUserConfiguration(QualifiedDataSource.class).run((context) -> {
			deliver(context);
			assertThat(tables(context, "primary")).isZero();
			assertThat(tables(context, "other")).isOne();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "itself", "lazy", "transaction-aware", "delegating", "proxy", "foreign" })
	void aRoutingDataSourceIsRefused(String wrapper) {
		this.runner.withBean("dataSource", DataSource.class, () -> wrapped(wrapper, new Tenants()))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidDataFastPropertiesException.class)
				.hasMessageContaining("is an AbstractRoutingDataSource")
				.satisfies((failure) -> assertThat(
						((InvalidDataFastPropertiesException) failure).getViolations().get(0).fix())
					.contains("@DataFastDataSource")));
	}

	@Test
	void aFixedDataSourceBesideARoutingOneIsUsed() {
		this.runner.withUserConfiguration(FixedBesideRouting.class).run((context) -> {
			deliver(context);
			assertThat(tables(context, "fixed")).isOne();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "lazy", "transaction-aware", "delegating", "proxy", "foreign" })
	void otherProxiesAreNoRouting(String wrapper) {
		this.runner.withBean("dataSource", DataSource.class, () -> wrapped(wrapper, dataSource()))
			.run(DataFastJdbcAutoConfigurationTests::deliver);
	}

	private static DataSource wrapped(String wrapper, DataSource target) {
		return switch (wrapper) {
			case "lazy" -> new LazyConnectionDataSourceProxy(target);
			case "transaction-aware" -> new TransactionAwareDataSourceProxy(target);
			case "delegating" -> new DelegatingDataSource(new DelegatingDataSource(target));
			case "proxy" -> (DataSource) new ProxyFactory(target).getProxy();
			// As another library wraps it.
			case "foreign" -> (DataSource) Proxy.newProxyInstance(DataSource.class.getClassLoader(),
					new Class<?>[] { DataSource.class },
					(proxy, method, arguments) -> method.invoke(target, arguments));
			default -> target;
		};
	}

	@Test
	void theTableCanHaveAnotherNameAndASchema() {
		this.runner
			.withPropertyValues("datafast.delivery.jdbc.table-name=app.tracked",
					"spring.datasource.url=" + this.url + ";INIT=create schema if not exists app")
			.run((context) -> {
				deliver(context);
				assertThat(context.getBean(JdbcTemplate.class)
					.queryForObject("select count(*) from app.tracked", Integer.class)).isZero();
			});
	}

	@Test
	void aScriptOfTheApplicationMayCreateTheSchema(@TempDir Path directory) throws IOException {
		Path script = Files.writeString(directory.resolve("schema.sql"), "create schema app");
		this.runner.withConfiguration(AutoConfigurations.of(DataSourceInitializationAutoConfiguration.class))
			.withPropertyValues("datafast.delivery.jdbc.table-name=app.tracked",
					"spring.sql.init.schema-locations=file:" + script)
			.run(DataFastJdbcAutoConfigurationTests::deliver);
	}

	@Test
	void theTableIsNotCreatedTwice() {
		this.runner.run(DataFastJdbcAutoConfigurationTests::deliver);
		this.mock.reset();
		this.runner.run(DataFastJdbcAutoConfigurationTests::deliver);
	}

	@Test
	void waitsForFlyway(@TempDir Path directory) throws IOException {
		Files.copy(new ClassPathResource(SCRIPTS + "h2.sql").getInputStream(), directory.resolve("V1__goals.sql"));
		this.runner.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
			.withPropertyValues("spring.flyway.locations=filesystem:" + directory,
					"datafast.delivery.jdbc.initialize-schema=always")
			.run((context) -> {
				deliver(context);
				assertThat(context.getBeanFactory().getBeanDefinition("dataFastGoalDispatcher").getDependsOn())
					.contains("flywayInitializer");
			});
	}

	@Test
	void livesBesideTheApplicationsOwnScheduler() {
		this.runner.withUserConfiguration(OwnScheduler.class).run((context) -> {
			Scheduler scheduler = context.getBean(Scheduler.class);
			scheduler.schedule(OwnScheduler.TASK.instance("1"), Instant.now());
			scheduler.triggerCheckForDueExecutions();
			deliver(context);
			assertThat(OwnScheduler.EXECUTED.await(60, TimeUnit.SECONDS)).isTrue();
			Awaitility.await()
				.atMost(Duration.ofSeconds(60))
				.untilAsserted(() -> assertThat(context.getBean(JdbcTemplate.class)
					.queryForObject("select count(*) from scheduled_tasks", Integer.class)).isZero());
		});
	}

	@Test
	void showsBacklogAndParkedGoalsAsMeters() {
		this.mock.answer(MockAnswer.status(400));
		this.runner.withConfiguration(AutoConfigurations.of(DataFastMetricsAutoConfiguration.class))
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withPropertyValues("datafast.delivery.capacity=100")
			.run((context) -> {
				SimpleMeterRegistry meters = (SimpleMeterRegistry) context.getBean(MeterRegistry.class);
				context.getBean("dataFastGoalBacklogMetrics", MeterBinder.class).bindTo(meters);
				context.getBean("dataFastGoalTableMetrics", MeterBinder.class).bindTo(meters);
				track(context, "parked");
				context.getBean(RecordedOutcomes.class).awaitCount(1);
				JdbcGoalDispatcher dispatcher = context.getBean(JdbcGoalDispatcher.class);
				dispatcher.stop();
				track(context, "waiting");
				track(context, "waiting");
				Awaitility.await().until(() -> {
					dispatcher.refresh();
					return dispatcher.oldestAge() != null && meters.get("datafast.goals.pending").gauge().value() == 2;
				});
				assertThat(meters.get("datafast.goals.parked").gauge().value()).isEqualTo(1);
				assertThat(meters.get("datafast.goals.capacity").gauge().value()).isEqualTo(100);
				Awaitility.await()
					.until(() -> meters.get("datafast.goals.backlog.age").timeGauge().value(TimeUnit.MILLISECONDS) > 0);
			});
	}

	@Test
	void wrongPropertiesAreExplained(CapturedOutput output) {
		fail("datafast.delivery.jdbc.table-name=goals; drop table users", "datafast.delivery.jdbc.parked-retention=0s",
				"datafast.delivery.jdbc.parked-capacity=-1", "datafast.delivery.jdbc.poll-interval=0s",
				"datafast.delivery.jdbc.heartbeat-interval=0s");
		assertThat(output).contains("Reason: datafast.delivery.jdbc.table-name must be the name of a table")
			.contains("Reason: datafast.delivery.jdbc.parked-retention must be greater than zero")
			.contains("Reason: datafast.delivery.jdbc.parked-capacity must not be negative")
			.contains("Reason: datafast.delivery.jdbc.poll-interval must be greater than zero")
			.contains("Reason: datafast.delivery.jdbc.heartbeat-interval must be greater than zero");
	}

	@ParameterizedTest
	@ValueSource(strings = { "postgresql", "mysql", "h2", "sqlserver", "oracle" })
	void everyScriptIsThereAndKeptInNativeImages(String database) {
		ClassPathResource script = new ClassPathResource(SCRIPTS + database + ".sql");
		assertThat(script.exists()).isTrue();
		RuntimeHints hints = new RuntimeHints();
		new DataFastJdbcAutoConfiguration.Hints().registerHints(hints, null);
		assertThat(RuntimeHintsPredicates.resource().forResource(script.getPath())).accepts(hints);
	}

	private static void deliver(ApplicationContext context) {
		track(context, "signup");
		context.getBean(RecordedOutcomes.class).awaitSingle(Created.class);
	}

	private static void track(ApplicationContext context, String name) {
		context.getBean(DataFastGoals.class).track(Goal.of(name).forVisitor(DataFastContextRunners.VISITOR));
	}

	private static Integer tables(ApplicationContext context, String dataSource) {
		return new JdbcTemplate(context.getBean(dataSource, DataSource.class)).queryForObject(
				"select count(*) from information_schema.tables where table_name = 'DATAFAST_GOALS'", Integer.class);
	}

	private void fail(String... properties) {
		fail(Application.class, properties);
	}

	private void fail(Class<?> application, String... properties) {
		Throwable failure = catchThrowable(() -> new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties(Map.of("spring.main.banner-mode", "off", "datafast.base-url", this.mock.getBaseUrl(),
					"datafast.api-key", this.mock.getApiKey(), "datafast.delivery.mode", "jdbc",
					"spring.datasource.url", this.url, "spring.flyway.enabled", "false"))
			.properties(properties)
			.run()
			.close());
		assertThat(failure).isNotNull();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class TwoDataSources {

		@Bean
		DataSource first() {
			return dataSource();
		}

		@Bean
		DataSource second() {
			return dataSource();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryDataSource {

		@Bean
		@Primary
		DataSource primary() {
			return dataSource();
		}

		@Bean
		DataSource other() {
			return dataSource();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class QualifiedDataSource {

		@Bean
		@Primary
		DataSource primary() {
			return dataSource();
		}

		@Bean(defaultCandidate = false)
		@DataFastDataSource
		DataSource other() {
			return dataSource();
		}

	}

	private static DataSource dataSource() {
		return new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
	}

	@Configuration(proxyBeanMethods = false)
	static class FixedBesideRouting {

		@Bean
		@Primary
		DataSource routing() {
			return new Tenants();
		}

		@Bean(defaultCandidate = false)
		@DataFastDataSource
		DataSource fixed() {
			return dataSource();
		}

	}

	/**
	 * Chooses the database by the thread.
	 */
	static class Tenants extends AbstractRoutingDataSource {

		Tenants() {
			setTargetDataSources(Map.of("tenant", dataSource()));
			afterPropertiesSet();
		}

		@Override
		protected Object determineCurrentLookupKey() {
			return "tenant";
		}

	}

	/**
	 * As an application would set it up that uses db-scheduler for its own ends.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OwnScheduler {

		static final CountDownLatch EXECUTED = new CountDownLatch(1);

		static final OneTimeTask<Void> TASK = Tasks.oneTime("own-task")
			.execute((instance, context) -> EXECUTED.countDown());

		@Bean(destroyMethod = "stop")
		Scheduler scheduler(DataSource dataSource) {
			new JdbcTemplate(dataSource).execute("create table scheduled_tasks (task_name varchar(100),"
					+ " task_instance varchar(100), task_data blob, execution_time timestamp(6) with time zone,"
					+ " picked boolean, picked_by varchar(50), last_success timestamp(6) with time zone,"
					+ " last_failure timestamp(6) with time zone, consecutive_failures int,"
					+ " last_heartbeat timestamp(6) with time zone, version bigint, priority int,"
					+ " primary key (task_name, task_instance))");
			Scheduler scheduler = Scheduler.create(dataSource, List.of(TASK))
				.pollingInterval(Duration.ofMillis(100))
				.build();
			scheduler.start();
			return scheduler;
		}

	}

}
