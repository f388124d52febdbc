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

package io.datafast.delivery.jdbc;

import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import javax.sql.DataSource;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedGoal;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.JdbcContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Goals are part of the transaction in which they are tracked.
 */
@ExtendWith(OutputCaptureExtension.class)
abstract class JdbcTransactionTests {

	private static final GoalOutcome ROLLED_BACK = new Skipped(Skipped.Reason.ROLLED_BACK);

	private final MockDataFast mock = MockDataFast.start();

	private ApplicationContextRunner runner;

	abstract String createDatabase();

	@BeforeEach
	void prepare() {
		this.runner = JdbcContextRunners.with(this.mock, createDatabase());
	}

	@AfterEach
	void close() {
		this.mock.close();
	}

	@Test
	void deliversAfterTheCommit() {
		run((application) -> {
			application.inTransaction(() -> {
				application.track("first");
				application.track("second");
				assertThat(application.rowsOfOthers()).isZero();
				assertThat(this.mock.getRequests()).isEmpty();
			});
			application.outcomes().awaitCount(2);
			assertThat(names()).containsExactlyInAnyOrder("first", "second");
			assertThat(application.backlog()).isZero();
		});
	}

	@Test
	void writesTheGoalInTheSameTransaction() {
		run((application) -> {
			application.dispatcher().stop();
			application.inTransaction(() -> {
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void beforeCompletion() {
						assertThat(application.rows()).isOne();
						assertThat(application.rowsOfOthers()).isZero();
					}

				});
				application.track("signup");
			});
			assertThat(application.rowsOfOthers()).isOne();
		});
	}

	@Test
	void skipsWhatIsRolledBack() {
		run((application) -> {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> application.inTransaction(() -> {
				application.track("signup");
				throw new IllegalStateException("expected");
			}));
			assertThat(application.outcomes().outcomes()).containsExactly(ROLLED_BACK);
			assertThat(application.rows()).isZero();
			assertThat(application.backlog()).isZero();
		});
		assertThat(this.mock.getRequests()).isEmpty();
	}

	@Test
	void skipsWhatIsRolledBackToASavepoint() {
		run((application) -> {
			application.inTransaction(() -> {
				application.track("kept");
				application.nestedAndRolledBack(() -> application.track("inner"));
				application.track("kept-too");
			});
			application.outcomes().awaitCount(3);
			assertThat(application.outcomes().all()).filteredOn((recorded) -> recorded.outcome().equals(ROLLED_BACK))
				.extracting((recorded) -> recorded.goal().name())
				.containsExactly("inner");
			assertThat(names()).containsExactlyInAnyOrder("kept", "kept-too");
		});
	}

	@Test
	void skipsWhatIsRolledBackToASavepointBeforeTheFirstGoal() {
		run((application) -> {
			application.inTransaction(() -> {
				application.nestedAndRolledBack(() -> application.track("inner"));
				application.track("kept");
			});
			application.outcomes().awaitCount(2);
			assertThat(application.outcomes().count(ROLLED_BACK)).isOne();
			assertThat(names()).containsExactly("kept");
		});
	}

	@Test
	void innerTransactionsAreOnTheirOwn() {
		run((application) -> {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> application.inTransaction(() -> {
				application.track("outer");
				application.inTransaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW, false,
						() -> application.track("inner"));
				throw new IllegalStateException("expected");
			}));
			application.outcomes().awaitCount(2);
			assertThat(names()).containsExactly("inner");
			assertThat(application.outcomes().count(ROLLED_BACK)).isOne();
		});
	}

	@Test
	void worksInReadOnlyTransactions() {
		run((application) -> {
			application.inTransaction(TransactionDefinition.PROPAGATION_REQUIRED, true,
					() -> application.track("viewed"));
			application.outcomes().awaitSingle(Created.class);
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> application.inTransaction(TransactionDefinition.PROPAGATION_REQUIRED, true, () -> {
					application.track("rolled-back");
					throw new IllegalStateException("expected");
				}));
			assertThat(application.outcomes().count(ROLLED_BACK)).isOne();
			assertThat(names()).containsExactly("viewed");
		});
	}

	@Test
	void worksWithoutAutoCommit() {
		this.runner = this.runner.withPropertyValues("spring.datasource.hikari.auto-commit=false");
		run((application) -> {
			for (int i = 0; i < 10; i++) {
				application.track("goal-" + i);
			}
			application.inTransaction(() -> application.track("in-transaction"));
			application.outcomes().awaitCount(11);
			assertThat(names()).hasSize(11).doesNotHaveDuplicates();
			assertThat(application.rowsOfOthers()).isZero();
		});
	}

	@Test
	void parksWithoutAutoCommit() {
		this.runner = this.runner.withPropertyValues("spring.datasource.hikari.auto-commit=false");
		this.mock.unknownVisitor(DataFastContextRunners.VISITOR);
		run((application) -> {
			application.track("signup");
			application.outcomes().awaitCount(1);
			assertThat(application.dispatcher().parkedGoals().deleteAll(null)).isOne();
			assertThat(application.rowsOfOthers()).isZero();
		});
	}

	@Test
	void trackedAfterTheCommit() {
		this.runner = this.runner.withBean(AfterCommitListener.class);
		run((application) -> {
			application.inTransaction(() -> application.context().publishEvent("committed"));
			application.outcomes().awaitSingle(Created.class);
			application.outcomes().clear();
			application.inTransaction(() -> {
				application.track("before");
				application.context().publishEvent("committed");
			});
			application.outcomes().awaitCount(2);
			assertThat(names()).containsExactlyInAnyOrder("committed", "before", "committed");
		});
	}

	@Test
	void anAnnotatedMethodIsTrackedWithItsTransaction() {
		this.runner = this.runner.withUserConfiguration(AnnotatedConfiguration.class);
		run((application) -> {
			Annotated annotated = application.context().getBean(Annotated.class);
			annotated.pay(false);
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> annotated.pay(true));
			application.inTransaction(() -> annotated.pay(false));
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> application.inTransaction(() -> {
				annotated.pay(false);
				throw new IllegalStateException("expected");
			}));
			application.outcomes().awaitCount(3);
			assertThat(names()).containsExactly("payment", "payment");
			assertThat(application.outcomes().count(ROLLED_BACK)).isOne();
		});
	}

	@Test
	void aResultThatComesLaterIsPartOfNoOtherTransaction() {
		this.runner = this.runner.withUserConfiguration(AnnotatedConfiguration.class);
		run((application) -> {
			Annotated annotated = application.context().getBean(Annotated.class);
			application.dispatcher().stop();
			for (boolean transactional : new boolean[] { false, true }) {
				CompletableFuture<String> result = new CompletableFuture<>();
				CompletableFuture<String> returned = transactional ? annotated.payLaterInTransaction(result)
						: annotated.payLater(result);
				CompletableFuture.runAsync(() -> assertThatExceptionOfType(IllegalStateException.class).isThrownBy(
						() -> application.inTransaction(TransactionDefinition.PROPAGATION_REQUIRED, false, () -> {
							int before = application.rowsOfOthers();
							result.complete("value");
							assertThat(application.rowsOfOthers()).isEqualTo(before + 1);
							assertThat(TransactionSynchronizationManager.isActualTransactionActive()).isTrue();
							throw new IllegalStateException("expected");
						})))
					.join();
				assertThat(returned).isSameAs(result);
			}
			assertThat(application.outcomes().outcomes()).isEmpty();
			assertThat(application.rowsOfOthers()).isEqualTo(2);
			assertThat(application.backlog()).isEqualTo(2);
		});
	}

	@Test
	void aResultThatComesInTheTransactionOfTheCallIsPartOfIt() {
		this.runner = this.runner.withUserConfiguration(AnnotatedConfiguration.class);
		run((application) -> {
			Annotated annotated = application.context().getBean(Annotated.class);
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> application.inTransaction(() -> {
				annotated.payLater(new CompletableFuture<>()).complete("value");
				throw new IllegalStateException("expected");
			}));
			assertThat(application.outcomes().outcomes()).containsExactly(ROLLED_BACK);
			assertThat(application.rows()).isZero();
		});
	}

	@Test
	void transactionsOfAnotherResourceAreAwaited() {
		this.runner = this.runner.withBean("other", PlatformTransactionManager.class,
				() -> new JdbcTransactionManager(Application.dataSource(createDatabase())), (bean) -> {
				});
		run((application) -> {
			PlatformTransactionManager other = application.context().getBean("other", PlatformTransactionManager.class);
			new TransactionTemplate(other).executeWithoutResult((status) -> {
				application.track("kept");
				// Binds a connection to that transaction, but does not make it part.
				application.rows();
				assertThat(application.rowsOfOthers()).isZero();
			});
			new TransactionTemplate(other).executeWithoutResult((status) -> {
				application.track("rolled-back");
				status.setRollbackOnly();
			});
			application.outcomes().awaitCount(2);
			assertThat(names()).containsExactly("kept");
			assertThat(application.outcomes().count(ROLLED_BACK)).isOne();
		});
	}

	@Test
	void aCommitThatFailsSendsNothing() {
		run((application) -> {
			PlatformTransactionManager failing = new DataSourceTransactionManager(
					application.context().getBean(DataSource.class)) {

				@Override
				protected void doCommit(DefaultTransactionStatus status) {
					doRollback(status);
					throw new TransactionSystemException("expected");
				}

			};
			assertThatExceptionOfType(TransactionSystemException.class)
				.isThrownBy(() -> new TransactionTemplate(failing)
					.executeWithoutResult((status) -> application.track("signup")));
			assertThat(application.outcomes().outcomes()).containsExactly(ROLLED_BACK);
			assertThat(application.rowsOfOthers()).isZero();
		});
	}

	@Test
	void aCommitThatSucceedsThoughItIsReportedAsFailedSends() {
		run((application) -> {
			PlatformTransactionManager failing = new DataSourceTransactionManager(
					application.context().getBean(DataSource.class)) {

				@Override
				protected void doCommit(DefaultTransactionStatus status) {
					super.doCommit(status);
					throw new TransactionSystemException("expected");
				}

			};
			assertThatExceptionOfType(TransactionSystemException.class)
				.isThrownBy(() -> new TransactionTemplate(failing)
					.executeWithoutResult((status) -> application.track("signup")));
			application.outcomes().awaitSingle(Created.class);
		});
	}

	@Test
	void aFailureToStoreLeavesTheTransactionAlone(CapturedOutput output) {
		run((application) -> {
			application.jdbc().execute("create table business (id varchar(100))");
			application.dispatcher().stop();
			application.jdbc().execute("drop table datafast_goals");
			application.inTransaction(() -> {
				application.jdbc().update("insert into business values ('a')");
				application.track("signup");
			});
			assertThat(application.outcomes().outcomes()).containsExactly(new Dropped(Dropped.Reason.FAILED, null));
			assertThat(application.jdbc().queryForObject("select count(*) from business", Integer.class)).isOne();
			application.track("another");
			assertThat(application.outcomes().outcomes()).hasSize(2);
			assertThat(output).contains("The database refused a goal: ")
				.doesNotContain(DataFastContextRunners.VISITOR)
				.doesNotContain(HexFormat.of().formatHex("visitor".getBytes()));
		});
	}

	private void run(Consumer<Application> test) {
		this.runner.run((context) -> test.accept(new Application(context)));
	}

	private List<String> names() {
		return this.mock.getGoals().stream().map(ReceivedGoal::name).toList();
	}

	/**
	 * What the tests do with an application.
	 */
	record Application(ApplicationContext context) {

		void track(String name) {
			this.context.getBean(DataFastGoals.class).track(Goal.of(name).forVisitor(DataFastContextRunners.VISITOR));
		}

		RecordedOutcomes outcomes() {
			return this.context.getBean(RecordedOutcomes.class);
		}

		JdbcGoalDispatcher dispatcher() {
			return this.context.getBean(JdbcGoalDispatcher.class);
		}

		int backlog() {
			dispatcher().refresh();
			return dispatcher().backlog();
		}

		JdbcTemplate jdbc() {
			return this.context.getBean(JdbcTemplate.class);
		}

		void inTransaction(Runnable action) {
			inTransaction(TransactionDefinition.PROPAGATION_REQUIRED, false, action);
		}

		void inTransaction(int propagation, boolean readOnly, Runnable action) {
			TransactionTemplate transaction = new TransactionTemplate(
					this.context.getBean("transactionManager", PlatformTransactionManager.class));
			transaction.setPropagationBehavior(propagation);
			transaction.setReadOnly(readOnly);
			transaction.executeWithoutResult((status) -> action.run());
		}

		void nestedAndRolledBack(Runnable action) {
			TransactionTemplate transaction = new TransactionTemplate(
					this.context.getBean("transactionManager", PlatformTransactionManager.class));
			transaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
			transaction.executeWithoutResult((status) -> {
				action.run();
				status.setRollbackOnly();
			});
		}

		/**
		 * As the current transaction sees them.
		 */
		int rows() {
			return count(jdbc());
		}

		/**
		 * As others see them.
		 */
		int rowsOfOthers() {
			String url = this.context.getEnvironment().getRequiredProperty("spring.datasource.url");
			return count(new JdbcTemplate(dataSource(url)));
		}

		static DataSource dataSource(String url) {
			return new DriverManagerDataSource(url, isH2(url) ? "sa" : null, null);
		}

		private static boolean isH2(String url) {
			return url.startsWith("jdbc:h2:");
		}

		private static int count(JdbcTemplate jdbc) {
			Integer count = jdbc.queryForObject("select count(*) from datafast_goals", Integer.class);
			return (count != null) ? count : 0;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class AnnotatedConfiguration {

		@Bean
		Annotated annotated() {
			return new Annotated();
		}

	}

	static class Annotated {

		@TrackGoal(name = "payment", visitorId = "'" + DataFastContextRunners.VISITOR + "'")
		public CompletableFuture<String> payLater(CompletableFuture<String> result) {
			return result;
		}

		@Transactional
		@TrackGoal(name = "payment", visitorId = "'" + DataFastContextRunners.VISITOR + "'")
		public CompletableFuture<String> payLaterInTransaction(CompletableFuture<String> result) {
			return result;
		}

		@Transactional
		@TrackGoal(name = "payment", visitorId = "'" + DataFastContextRunners.VISITOR + "'")
		public void pay(boolean failing) {
			if (failing) {
				throw new IllegalStateException("expected");
			}
		}

	}

	static class AfterCommitListener {

		private final DataFastGoals goals;

		AfterCommitListener(DataFastGoals goals) {
			this.goals = goals;
		}

		@TransactionalEventListener
		void on(String event) {
			this.goals.track(Goal.of(event).forVisitor(DataFastContextRunners.VISITOR));
		}

	}

}
