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

package io.datafast.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.test.MockAnswer;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedGoal;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DelegatingDataSource;
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

	private static final Duration LONG = Duration.ofSeconds(60);

	private static final GoalOutcome ROLLED_BACK = new Skipped(Skipped.Reason.ROLLED_BACK);

	private final MockDataFast mock = MockDataFast.start();

	private ApplicationContextRunner runner;

	abstract String createDatabase();

	/**
	 * The statement that drops an index.
	 */
	String dropIndex(String name) {
		return "drop index " + name;
	}

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
			application.awaitBacklog(0);
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
			application.awaitBacklog(0);
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
	void aSingleConnectionIsEnough() {
		this.runner = this.runner
			.withPropertyValues("spring.datasource.hikari.maximum-pool-size=1",
					"spring.datasource.hikari.connection-timeout=2000")
			.withBean(AfterCommitListener.class);
		run((application) -> {
			application.inTransaction(TransactionDefinition.PROPAGATION_REQUIRED, true, () -> {
				application.rows();
				application.track("read-only");
			});
			application.inTransaction(() -> application.context().publishEvent("after-commit"));
			application.inTransaction(TransactionDefinition.PROPAGATION_SUPPORTS, false, () -> {
				// Binds a connection, which is held until the end.
				application.rows();
				application.track("bound");
			});
			application.inTransaction(
					() -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

						@Override
						public void afterCompletion(int status) {
							application.track("after-completion");
						}

					}));
			application.outcomes().awaitCount(4);
			assertThat(application.outcomes().count(Created.class)).isEqualTo(4);
			assertThat(names()).containsExactlyInAnyOrder("read-only", "after-commit", "bound", "after-completion");
		});
	}

	@Test
	void aThreadThatHoldsAConnectionDoesNotWaitForAnother() {
		this.runner = this.runner.withPropertyValues("spring.datasource.hikari.maximum-pool-size=1",
				"spring.datasource.hikari.connection-timeout=500", "datafast.delivery.capacity=100");
		run((application) -> {
			application.dispatcher().stop();
			application.inTransaction(TransactionDefinition.PROPAGATION_SUPPORTS, false, () -> {
				application.rows();
				IntStream.range(0, 103).forEach((i) -> application.track("goal-" + i));
				assertThat(application.rows()).isZero();
				assertThat(application.outcomes().outcomes()).hasSize(3)
					.allMatch(new Dropped(Dropped.Reason.QUEUE_FULL, null)::equals);
			});
			application.awaitRows(100);
			application.awaitBacklog(100);
			assertThat(application.outcomes().all()).hasSize(3);
		});
	}

	@Test
	void whatIsInTheBackgroundAtTheEndIsCounted() {
		this.runner = this.runner.withPropertyValues("spring.datasource.hikari.maximum-pool-size=1",
				"spring.datasource.hikari.connection-timeout=500", "datafast.delivery.shutdown-timeout=0s");
		run((application) -> application.inTransaction(TransactionDefinition.PROPAGATION_SUPPORTS, false, () -> {
			application.dispatcher().stop();
			application.rows();
			IntStream.range(0, 10).forEach((i) -> application.track("goal-" + i));
			application.dispatcher().close();
			application.outcomes().awaitCount(10);
			application.track("late");
			assertThat(application.outcomes().outcomes()).hasSize(11)
				.allMatch(new Dropped(Dropped.Reason.SHUTDOWN, null)::equals);
			assertThat(application.rows()).isZero();
			assertThat(application.dispatcher().pending()).isZero();
		}));
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
			assertThat(application.endpoint().deleteAll()).containsEntry("deleted", 1);
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
							assertThat(TransactionSynchronizationManager.isActualTransactionActive()).isTrue();
							Awaitility.await().atMost(LONG).until(() -> application.rowsOfOthers() == before + 1);
							throw new IllegalStateException("expected");
						})))
					.join();
				assertThat(returned).isSameAs(result);
			}
			assertThat(application.outcomes().outcomes()).isEmpty();
			application.awaitRows(2);
			application.awaitBacklog(2);
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
	void aCommitWhoseFateIsUnknownSendsNothingThatIsNotStored() {
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
			application.track("marker");
			application.outcomes().awaitSingle(Created.class);
			assertThat(names()).containsExactly("marker");
			assertThat(application.rowsOfOthers()).isZero();
			application.awaitBacklog(0);
		});
	}

	@Test
	void aCommitWhoseFateIsUnknownSendsWhatIsStored() {
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
	void indexesThatAreMissingAreCreated() {
		run((application) -> {
			application.jdbc().execute(dropIndex("datafast_goals_execution_time_idx"));
			application.jdbc().execute(dropIndex("datafast_goals_last_heartbeat_idx"));
		});
		for (int start = 0; start < 2; start++) {
			run((application) -> {
				application.track("signup");
				application.outcomes().awaitSingle(Created.class);
			});
		}
		// Fails unless they are there.
		run((application) -> {
			application.jdbc().execute(dropIndex("datafast_goals_execution_time_idx"));
			application.jdbc().execute(dropIndex("datafast_goals_last_heartbeat_idx"));
		});
	}

	@Test
	void aGoalOfALateCallbackIsPartOfTheTransaction() {
		run((application) -> {
			application.dispatcher().stop();
			for (boolean failing : new boolean[] { false, true }) {
				List<Integer> rowsAtCommit = new ArrayList<>();
				Runnable transaction = () -> application.inTransaction(() -> TransactionSynchronizationManager
					.registerSynchronization(new LateCallback(application, failing, rowsAtCommit)));
				if (failing) {
					assertThatExceptionOfType(IllegalStateException.class).isThrownBy(transaction::run);
					assertThat(application.outcomes().outcomes()).containsExactly(ROLLED_BACK);
				}
				else {
					transaction.run();
					assertThat(rowsAtCommit).containsExactly(1);
				}
			}
			assertThat(application.rowsOfOthers()).isOne();
		});
	}

	@Test
	void aBatchThatFailsHalfwayLeavesNothing() {
		this.runner = this.runner.withBean(FailingBatches.class);
		run((application) -> {
			application.jdbc().execute("create table business (id varchar(100))");
			application.dispatcher().stop();
			application.inTransaction(() -> {
				application.jdbc().update("insert into business values ('a')");
				IntStream.range(0, 3).forEach((i) -> application.track("goal-" + i));
			});
			application.outcomes().awaitCount(3);
			assertThat(application.outcomes().outcomes()).hasSize(3)
				.allMatch(new Dropped(Dropped.Reason.FAILED, null)::equals);
			assertThat(application.jdbc().queryForObject("select count(*) from business", Integer.class)).isOne();
			assertThat(application.rowsOfOthers()).isZero();
			application.awaitBacklog(0);
		});
	}

	@Test
	void aGoalWhoseStoringIsNotAcknowledgedIsNeitherLostNorStoredTwice() {
		this.runner = this.runner.withBean(LostAcknowledgements.class)
			.withPropertyValues("spring.datasource.hikari.auto-commit=false");
		run((application) -> {
			LostAcknowledgements lost = application.context().getBean(LostAcknowledgements.class);
			application.dispatcher().stop();
			lost.loseNext(true);
			application.track("committed");
			Awaitility.await().atMost(LONG).until(() -> lost.isDone() && application.rowsOfOthers() == 1);
			lost.loseNext(false);
			application.track("not-committed");
			Awaitility.await().atMost(LONG).until(() -> lost.isDone() && application.rowsOfOthers() == 2);
			application.dispatcher().start();
			application.outcomes().awaitCount(2);
			assertThat(application.outcomes().count(Created.class)).isEqualTo(2);
			assertThat(names()).containsExactlyInAnyOrder("committed", "not-committed");
			assertThat(application.outcomes().all()).hasSize(2);
			application.awaitBacklog(0);
		});
	}

	@Test
	void aGoalThatIsRefusedDoesNotKeepOthersFromBeingStored() {
		this.runner = this.runner.withBean(RefusedGoals.class)
			.withPropertyValues("spring.datasource.hikari.maximum-pool-size=1",
					"spring.datasource.hikari.connection-timeout=500");
		run((application) -> {
			application.dispatcher().stop();
			application.inTransaction(TransactionDefinition.PROPAGATION_SUPPORTS, false, () -> {
				application.rows();
				IntStream.range(0, 10).forEach((i) -> application.track((i != 5) ? "goal-" + i : "refused"));
			});
			application.awaitRows(9);
			application.outcomes().awaitCount(1);
			assertThat(application.outcomes().all()).singleElement().satisfies((recorded) -> {
				assertThat(recorded.goal().name()).isEqualTo("refused");
				assertThat(recorded.outcome()).isEqualTo(new Dropped(Dropped.Reason.FAILED, null));
			});
			assertThat(application.rows()).isEqualTo(9);
			application.awaitBacklog(9);
		});
	}

	@Test
	void whatIsDoneToParkedGoalsWaitsForNoTransaction() {
		this.mock.answer(MockAnswer.status(400), MockAnswer.status(400));
		run((application) -> {
			application.track("parked");
			application.track("parked-too");
			application.outcomes().awaitCount(2);
			application.dispatcher().stop();
			DataFastParkedEndpoint endpoint = application.endpoint();
			Instant later = Instant.now().plus(LONG);
			application.inTransaction(() -> {
				TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void beforeCompletion() {
						CompletableFuture.runAsync(() -> {
							String id = endpoint.parkedGoals().goals().get(0).id();
							assertThat(endpoint.requeue(id)).containsEntry("requeued", 1);
							assertThat(application.dispatcher().table().deleteParked(later)).isOne();
						}).orTimeout(LONG.toSeconds(), TimeUnit.SECONDS).join();
					}

				});
				application.track("signup");
			});
			assertThat(application.rows()).isEqualTo(2);
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
			assertThat(application.outcomes().awaitSingle(Dropped.class))
				.isEqualTo(new Dropped(Dropped.Reason.FAILED, null));
			assertThat(application.jdbc().queryForObject("select count(*) from business", Integer.class)).isOne();
			application.track("another");
			application.outcomes().awaitCount(2);
			assertThat(output).containsPattern("(?i)Goals cannot be stored: .*datafast_goals")
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

		DataFastParkedEndpoint endpoint() {
			return new DataFastParkedEndpoint(dispatcher());
		}

		/**
		 * The thread that writes a goal may count it later than another thread finds its
		 * row.
		 */
		void awaitBacklog(int count) {
			Awaitility.await().atMost(LONG).until(() -> {
				dispatcher().refresh();
				return dispatcher().pending() == count;
			});
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

		void awaitRows(int count) {
			Awaitility.await().atMost(LONG).until(() -> rowsOfOthers() == count);
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

	/**
	 * Tracks the first goal of a transaction while that is committed.
	 */
	private record LateCallback(Application application, boolean failing,
			List<Integer> rowsAtCommit) implements TransactionSynchronization {

		@Override
		public void beforeCommit(boolean readOnly) {
			this.application.track("late");
			if (this.failing) {
				throw new IllegalStateException("expected");
			}
		}

		@Override
		public void afterCommit() {
			this.rowsAtCommit.add(this.application.rowsOfOthers());
		}

	}

	/**
	 * Insert the first goal of a batch, and fail with the second.
	 */
	static class FailingBatches extends ConnectionFaults {

		/**
		 * As the drivers of all databases do it: with the state of the cause.
		 */
		static BatchUpdateException refusal(int... updateCounts) {
			return new BatchUpdateException("expected", "23000", 0, updateCounts,
					new SQLException("expected", "23000"));
		}

		@Override
		@Nullable Object invoke(Connection connection, Method method, Object[] arguments) throws Throwable {
			Object result = super.invoke(connection, method, arguments);
			return (result instanceof PreparedStatement statement
					&& arguments[0].toString().startsWith("insert into datafast_goals")) ? failing(statement) : result;
		}

		private static PreparedStatement failing(PreparedStatement statement) {
			AtomicInteger batches = new AtomicInteger();
			return (PreparedStatement) Proxy.newProxyInstance(PreparedStatement.class.getClassLoader(),
					new Class<?>[] { PreparedStatement.class }, (proxy, method, arguments) -> {
						if (method.getName().equals("addBatch") && batches.incrementAndGet() > 1) {
							return null;
						}
						Object result = call(statement, method, arguments);
						if (method.getName().equals("executeBatch")) {
							throw refusal(1, Statement.EXECUTE_FAILED, 1);
						}
						return result;
					});
		}

	}

	/**
	 * Refuse a goal for its data.
	 */
	static class RefusedGoals extends ConnectionFaults {

		@Override
		@Nullable Object invoke(Connection connection, Method method, Object[] arguments) throws Throwable {
			Object result = super.invoke(connection, method, arguments);
			return (result instanceof PreparedStatement statement
					&& arguments[0].toString().startsWith("insert into datafast_goals")) ? refusing(statement) : result;
		}

		private static PreparedStatement refusing(PreparedStatement statement) {
			AtomicBoolean refused = new AtomicBoolean();
			return (PreparedStatement) Proxy.newProxyInstance(PreparedStatement.class.getClassLoader(),
					new Class<?>[] { PreparedStatement.class }, (proxy, method, arguments) -> {
						if (method.getName().startsWith("set") && arguments.length > 1
								&& arguments[1] instanceof byte[] data
								&& new String(data, StandardCharsets.UTF_8).contains("refused")) {
							refused.set(true);
						}
						if (method.getName().equals("executeBatch") && refused.get()) {
							throw FailingBatches.refusal();
						}
						return call(statement, method, arguments);
					});
		}

	}

	/**
	 * Lose the connection at a commit.
	 */
	static class LostAcknowledgements extends ConnectionFaults {

		private final AtomicReference<@Nullable Boolean> committing = new AtomicReference<>();

		private volatile @Nullable Connection lost;

		/**
		 * Lose the connection at the next commit.
		 * @param committing whether the commit takes place
		 */
		void loseNext(boolean committing) {
			this.committing.set(committing);
		}

		boolean isDone() {
			return this.committing.get() == null;
		}

		@Override
		@Nullable Object invoke(Connection connection, Method method, Object[] arguments) throws Throwable {
			if (connection == this.lost && method.getName().equals("rollback")) {
				return failRollback();
			}
			Boolean loses = method.getName().equals("commit") ? this.committing.getAndSet(null) : null;
			if (loses == null) {
				return super.invoke(connection, method, arguments);
			}
			this.lost = connection;
			if (loses) {
				connection.commit();
			}
			else {
				connection.rollback();
			}
			throw new SQLException("The connection was lost", "08006");
		}

	}

	/**
	 * Connections with faults.
	 */
	abstract static class ConnectionFaults implements BeanPostProcessor {

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			return (bean instanceof DataSource dataSource) ? new DelegatingDataSource(dataSource) {

				@Override
				public Connection getConnection() throws SQLException {
					Connection connection = super.getConnection();
					return (Connection) Proxy.newProxyInstance(Connection.class.getClassLoader(),
							new Class<?>[] { Connection.class },
							(proxy, method, arguments) -> invoke(connection, method, arguments));
				}

			} : bean;
		}

		@Nullable Object invoke(Connection connection, Method method, Object[] arguments) throws Throwable {
			return call(connection, method, arguments);
		}

		static Object failRollback() throws SQLException {
			throw new SQLException("The connection is closed", "08003");
		}

		static @Nullable Object call(Object target, Method method, Object[] arguments) throws Throwable {
			try {
				return method.invoke(target, arguments);
			}
			catch (InvocationTargetException ex) {
				throw ex.getCause();
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
