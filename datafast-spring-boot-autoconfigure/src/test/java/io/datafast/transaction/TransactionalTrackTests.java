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

package io.datafast.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.GoalFilter;
import io.datafast.VisitorIdResolver;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.delivery.TransactionalGoalDispatcher;
import io.datafast.test.MockDataFast;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.datafast.testing.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * {@link DataFastGoals#track(Goal)} in transactions of a real database, seen by a
 * dispatcher in place of DataFast.
 */
@ExtendWith(OutputCaptureExtension.class)
class TransactionalTrackTests {

	private static final Skipped ROLLED_BACK = new Skipped(Skipped.Reason.ROLLED_BACK);

	private final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	private final AtomicReference<String> visitor = new AtomicReference<>(DataFastContextRunners.VISITOR);

	private final ApplicationContextRunner runner = DataFastContextRunners.plain()
		.withPropertyValues("datafast.api-key=df_key")
		.withUserConfiguration(TestDatabase.class)
		.withBean(VisitorIdResolver.class, () -> this.visitor::get);

	// Commit and rollback

	@Test
	void goalsAreHandedOverAfterTheCommitInTheirOrder() {
		run((application) -> {
			application.transaction((status) -> {
				application.insert();
				application.track("first");
				application.track("second");
				application.track("third");
				assertDispatched();
			});
			assertDispatched("first", "second", "third");
			assertThat(application.orders()).isEqualTo(1);
			assertThat(application.outcomes()).isEmpty();
		});
	}

	@Test
	void goalsOfARolledBackTransactionAreSkipped() {
		run((application) -> {
			assertThatIllegalStateException().isThrownBy(() -> application.transaction((status) -> {
				application.track("first");
				application.track("second");
				throw new IllegalStateException("on purpose");
			}));
			application.transaction((status) -> {
				application.track("third");
				status.setRollbackOnly();
			});
			assertDispatched();
			assertThat(application.skippedGoals()).containsExactly("first", "second", "third");
		});
	}

	@Test
	void aCommitThatIsRefusedBeforehandSendsNothing() {
		run((application) -> {
			assertThatIllegalStateException().isThrownBy(() -> application.transaction((status) -> {
				application.track("goal");
				register(new TransactionSynchronization() {

					@Override
					public void beforeCommit(boolean readOnly) {
						throw new IllegalStateException("on purpose");
					}

				});
			}));
			assertDispatched();
			assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aCommitThatFailsInTheDatabaseSendsNothing(boolean rollbackOnCommitFailure) {
		run((application) -> {
			application.bean(AbstractPlatformTransactionManager.class)
				.setRollbackOnCommitFailure(rollbackOnCommitFailure);
			List<Integer> statuses = new ArrayList<>();
			assertThatExceptionOfType(TransactionSystemException.class)
				.isThrownBy(() -> application.transaction((status) -> {
					application.insert();
					application.track("goal");
					register(new TransactionSynchronization() {

						@Override
						public void afterCompletion(int status) {
							statuses.add(status);
						}

					});
					application.loseConnection();
				}));
			assertThat(statuses).containsExactly(TransactionSynchronization.STATUS_UNKNOWN);
			assertDispatched();
			assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	@Test
	void aParticipantThatFailsTakesTheGoalsOfTheWholeTransactionWithIt() {
		run((application) -> {
			assertThatExceptionOfType(UnexpectedRollbackException.class)
				.isThrownBy(() -> application.transaction((outer) -> {
					application.track("before");
					assertThatIllegalStateException().isThrownBy(() -> application.transaction((inner) -> {
						application.track("inside");
						throw new IllegalStateException("on purpose");
					}));
					application.track("after");
				}));
			assertDispatched();
			assertThat(application.skippedGoals()).containsExactly("before", "inside", "after");
		});
	}

	@Test
	void aReadOnlyTransactionIsATransaction() {
		run((application) -> {
			TransactionTemplate readOnly = application.template(TransactionDefinition.PROPAGATION_REQUIRED);
			readOnly.setReadOnly(true);
			readOnly.executeWithoutResult((status) -> {
				application.track("goal");
				assertDispatched();
			});
			assertDispatched("goal");
			readOnly.executeWithoutResult((status) -> {
				application.track("goal");
				status.setRollbackOnly();
			});
			assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	// What is decided at once

	@Test
	void visitorFiltersAndDefaultsAreAppliedWhenTheGoalIsTracked() {
		runner(this.dispatched::add).withPropertyValues("datafast.metadata.environment=test")
			.withBean(GoalFilter.class, () -> (goal) -> goal.name().equals("unwanted") ? null : goal)
			.run((context) -> {
				Application application = new Application(context);
				application.transaction((status) -> {
					application.track("goal");
					application.track("unwanted");
					this.visitor.set(null);
					application.track("nobody");
					assertThat(application.outcomes()).containsExactly(new Skipped(Skipped.Reason.FILTERED),
							new Skipped(Skipped.Reason.NO_VISITOR));
				});
				assertThat(this.dispatched).containsExactly(
						Goal.of("goal").forVisitor(DataFastContextRunners.VISITOR).with("environment", "test"));
			});
	}

	@Test
	void createIsImmediate() {
		try (MockDataFast mock = MockDataFast.start()) {
			this.runner
				.withPropertyValues("datafast.base-url=" + mock.getBaseUrl(), "datafast.api-key=" + mock.getApiKey())
				.run((context) -> {
					Application application = new Application(context);
					application.transaction((status) -> {
						application.bean(DataFastGoals.class).create(Goal.of("created"));
						assertThat(mock.getGoals("created")).hasSize(1);
						status.setRollbackOnly();
					});
					assertThat(application.outcomes()).singleElement().isInstanceOf(Created.class);
				});
		}
	}

	// Propagation

	@Test
	void withoutAnActualTransactionGoalsAreHandedOverAtOnce() {
		run((application) -> {
			application.transaction(TransactionDefinition.PROPAGATION_SUPPORTS, (status) -> {
				assertThat(TransactionSynchronizationManager.isSynchronizationActive()).isTrue();
				application.track("supports");
				assertDispatched("supports");
			});
			application.transaction((outer) -> {
				application.track("outer");
				application.transaction(TransactionDefinition.PROPAGATION_NOT_SUPPORTED, (status) -> {
					application.track("not-supported");
					assertDispatched("supports", "not-supported");
				});
				outer.setRollbackOnly();
			});
			assertDispatched("supports", "not-supported");
			assertThat(application.skippedGoals()).containsExactly("outer");
		});
	}

	@Test
	void aNewTransactionInsideHasItsOwnGoals() {
		run((application) -> {
			application.transaction((outer) -> {
				application.track("outer");
				application.transaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW, (inner) -> {
					application.track("committed");
					assertDispatched();
				});
				assertDispatched("committed");
				application.transaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW, (inner) -> {
					application.track("rolled-back");
					inner.setRollbackOnly();
				});
				assertThat(application.skippedGoals()).containsExactly("rolled-back");
				application.track("outer-again");
				assertThat(TransactionSynchronizationManager.getSynchronizations())
					.filteredOn(TransactionGoals.class::isInstance)
					.hasSize(1);
			});
			assertDispatched("committed", "outer", "outer-again");
			assertThat(application.outcomes()).hasSize(1);
		});
	}

	@Test
	void aNewTransactionInsideOutlivesTheRollbackOutside() {
		run((application) -> {
			application.transaction((outer) -> {
				application.track("outer");
				application.transaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW,
						(inner) -> application.track("inner"));
				outer.setRollbackOnly();
			});
			assertDispatched("inner");
			assertThat(application.skippedGoals()).containsExactly("outer");
		});
	}

	@Test
	void goalsTrackedByAnotherThreadAreNotPartOfTheTransaction() {
		run((application) -> application.transaction((status) -> {
			CompletableFuture.runAsync(() -> application.track("goal")).join();
			assertDispatched("goal");
			status.setRollbackOnly();
		}));
	}

	@Test
	void aTransactionManagerWithoutSynchronizationCannotDelayGoals() {
		run((application) -> {
			application.bean(AbstractPlatformTransactionManager.class)
				.setTransactionSynchronization(AbstractPlatformTransactionManager.SYNCHRONIZATION_NEVER);
			application.transaction((status) -> {
				application.track("goal");
				assertDispatched("goal");
			});
		});
	}

	@Test
	void aTransactionOfAnotherManagerInsideHasItsOwnGoals() {
		run((application) -> {
			EmbeddedDatabase another = new EmbeddedDatabaseBuilder().setType(EmbeddedDatabaseType.H2)
				.generateUniqueName(true)
				.build();
			TransactionTemplate anotherTransaction = new TransactionTemplate(new DataSourceTransactionManager(another));
			application.transaction((outer) -> {
				application.track("outer");
				anotherTransaction.executeWithoutResult((inner) -> {
					application.track("inner");
					inner.setRollbackOnly();
				});
				assertThat(application.skippedGoals()).containsExactly("inner");
				assertDispatched();
			});
			assertDispatched("outer");
			another.shutdown();
		});
	}

	// Savepoints

	@Test
	void goalsOfANestedTransactionThatIsRolledBackAreSkipped() {
		run((application) -> {
			application.transaction((outer) -> {
				application.insert();
				application.track("before");
				application.transaction(TransactionDefinition.PROPAGATION_NESTED, (nested) -> {
					application.insert();
					application.track("rolled-back");
					nested.setRollbackOnly();
				});
				assertThat(application.skippedGoals()).containsExactly("rolled-back");
				application.transaction(TransactionDefinition.PROPAGATION_NESTED, (nested) -> {
					application.insert();
					application.track("kept");
				});
				application.track("after");
				assertDispatched();
			});
			assertDispatched("before", "kept", "after");
			assertThat(application.orders()).isEqualTo(2);
			assertThat(application.outcomes()).hasSize(1);
		});
	}

	@Test
	void aNestedTransactionCanHaveTheFirstGoals() {
		run((application) -> {
			application.transaction((outer) -> {
				application.transaction(TransactionDefinition.PROPAGATION_NESTED, (nested) -> {
					application.track("first");
					application.track("second");
					nested.setRollbackOnly();
				});
				application.transaction(TransactionDefinition.PROPAGATION_NESTED,
						(nested) -> application.track("third"));
			});
			assertDispatched("third");
			assertThat(application.skippedGoals()).containsExactly("first", "second");
		});
	}

	@Test
	void nestedTransactionsCanBeNested() {
		run((application) -> {
			application.transaction((outer) -> {
				application.track("outer");
				application.transaction(TransactionDefinition.PROPAGATION_NESTED, (nested) -> {
					application.track("nested");
					application.transaction(TransactionDefinition.PROPAGATION_NESTED, (inner) -> {
						application.track("inner");
						inner.setRollbackOnly();
					});
					application.transaction(TransactionDefinition.PROPAGATION_NESTED,
							(inner) -> application.track("released"));
					assertThat(application.skippedGoals()).containsExactly("inner");
					nested.setRollbackOnly();
				});
			});
			assertDispatched("outer");
			assertThat(application.skippedGoals()).containsExactly("inner", "nested", "released");
		});
	}

	@Test
	void goalsOfANestedTransactionShareTheFateOfTheOuterOne() {
		run((application) -> {
			application.transaction((outer) -> {
				application.transaction(TransactionDefinition.PROPAGATION_NESTED,
						(nested) -> application.track("nested"));
				outer.setRollbackOnly();
			});
			assertDispatched();
			assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	@Test
	void aSavepointCanBeRolledBackToAgain() {
		run((application) -> {
			application.transaction((status) -> {
				application.track("kept");
				Object savepoint = status.createSavepoint();
				application.track("first");
				Object later = status.createSavepoint();
				application.track("second");
				status.rollbackToSavepoint(later);
				assertThat(application.skippedGoals()).containsExactly("second");
				application.track("third");
				status.rollbackToSavepoint(savepoint);
				assertThat(application.skippedGoals()).containsExactly("second", "first", "third");
				application.track("fourth");
				status.rollbackToSavepoint(savepoint);
				application.track("also-kept");
			});
			assertDispatched("kept", "also-kept");
			assertThat(application.skippedGoals()).containsExactly("second", "first", "third", "fourth");
		});
	}

	@Test
	void manySavepointsAreToldApart() {
		run((application) -> {
			application.transaction((outer) -> {
				application.track("outer");
				for (int i = 0; i < 1000; i++) {
					boolean odd = (i % 2 != 0);
					application.transaction(TransactionDefinition.PROPAGATION_NESTED, (nested) -> {
						application.track(odd ? "odd" : "even");
						if (odd) {
							nested.setRollbackOnly();
						}
					});
				}
			});
			assertThat(this.dispatched).hasSize(501).extracting(Goal::name).doesNotContain("odd");
			assertThat(application.skippedGoals()).hasSize(500).containsOnly("odd");
		});
	}

	@Test
	void anEarlySavepointOutlivesManyLaterOnes() {
		run((application) -> {
			application.transaction((outer) -> {
				application.track("outer");
				application.transaction(TransactionDefinition.PROPAGATION_NESTED, (nested) -> {
					for (int i = 0; i < 1000; i++) {
						application.transaction(TransactionDefinition.PROPAGATION_NESTED,
								(inner) -> application.track("inner"));
					}
					nested.setRollbackOnly();
				});
			});
			assertDispatched("outer");
			assertThat(application.skippedGoals()).hasSize(1000).containsOnly("inner");
		});
	}

	// Other synchronizations

	@Test
	void goalsTrackedInTheCallbacksOfACommitAreSentAfterTheOthers() {
		run((application) -> {
			application.transaction((status) -> {
				register(new TrackingCallbacks(application));
				application.track("goal");
			});
			assertDispatched("goal", "before-commit", "before-completion", "after-commit", "after-completion");
			assertNoStateIsLeft();
			assertThat(application.outcomes()).isEmpty();
		});
	}

	@Test
	void goalsTrackedInTheCallbacksOfARollbackAreSkippedUntilItHasHappened() {
		run((application) -> {
			application.transaction((status) -> {
				register(new TrackingCallbacks(application));
				application.track("goal");
				status.setRollbackOnly();
			});
			assertDispatched("after-completion");
			assertThat(application.skippedGoals()).containsExactly("goal", "before-completion");
			assertNoStateIsLeft();
		});
	}

	@Test
	void theCallbacksAloneCanTrackGoals() {
		run((application) -> {
			application.transaction((status) -> register(new TransactionSynchronization() {

				@Override
				public void afterCommit() {
					application.track("after-commit");
				}

			}));
			assertDispatched("after-commit");
			assertNoStateIsLeft();
		});
	}

	@Test
	void failingCallbacksOfOthersLoseNoGoal() {
		run((application) -> {
			assertThatIllegalStateException().isThrownBy(() -> application.transaction((status) -> {
				application.track("goal");
				register(new TransactionSynchronization() {

					@Override
					public void beforeCompletion() {
						throw new IllegalStateException("on purpose");
					}

					@Override
					public void afterCommit() {
						throw new IllegalStateException("on purpose");
					}

					@Override
					public void afterCompletion(int status) {
						throw new IllegalStateException("on purpose");
					}

				});
			}));
			assertDispatched("goal");
			assertThat(application.outcomes()).isEmpty();
		});
	}

	@Test
	void aNewTransactionInACallbackHasItsOwnGoals() {
		run((application) -> {
			application.transaction((status) -> {
				application.track("outer");
				register(new TransactionSynchronization() {

					@Override
					public void afterCommit() {
						application.track("before-inner");
						application.transaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW, (inner) -> {
							application.track("inner");
							inner.setRollbackOnly();
						});
						application.track("after-inner");
					}

				});
			});
			assertDispatched("outer", "before-inner", "after-inner");
			assertThat(application.skippedGoals()).containsExactly("inner");
			assertNoStateIsLeft();
		});
	}

	// Somebody else's transaction, as with JTA

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void goalsWaitForATransactionThatSomebodyElseCompletes(boolean onAnotherThread) {
		run((application) -> {
			ExistingTransactionManager container = new ExistingTransactionManager();
			new TransactionTemplate(container).executeWithoutResult((status) -> application.track("first"));
			assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
			new TransactionTemplate(container).executeWithoutResult((status) -> {
				application.track("second");
				register(new TrackingCallbacks(application));
			});
			assertDispatched();
			Runnable completion = () -> container.complete(TransactionSynchronization.STATUS_COMMITTED);
			if (onAnotherThread) {
				CompletableFuture.runAsync(completion).join();
			}
			else {
				completion.run();
			}
			assertThat(this.dispatched).extracting(Goal::name)
				.contains("first", "second", "before-commit", "before-completion", "after-commit", "after-completion");
			application.transaction((status) -> {
				application.track("third");
				status.setRollbackOnly();
			});
			assertThat(application.skippedGoals()).containsExactly("third");
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { TransactionSynchronization.STATUS_ROLLED_BACK, TransactionSynchronization.STATUS_UNKNOWN })
	void goalsOfATransactionThatSomebodyElseRollsBackAreSkipped(int status) {
		run((application) -> {
			ExistingTransactionManager container = new ExistingTransactionManager();
			new TransactionTemplate(container).executeWithoutResult((transaction) -> application.track("goal"));
			container.complete(status);
			assertDispatched();
			assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
		});
	}

	// Bounds and failures

	@Test
	void openTransactionsHoldAsManyGoalsAsTheQueue() {
		runner(this.dispatched::add).withPropertyValues("datafast.delivery.capacity=3").run((context) -> {
			Application application = new Application(context);
			Dropped full = new Dropped(Dropped.Reason.QUEUE_FULL, null);
			application.transaction((outer) -> {
				IntStream.range(0, 2).forEach((i) -> application.track("outer"));
				application.transaction(TransactionDefinition.PROPAGATION_REQUIRES_NEW, (inner) -> {
					IntStream.range(0, 2).forEach((i) -> application.track("inner"));
					assertThat(application.outcomes()).containsExactly(full);
				});
				assertDispatched("inner");
				application.transaction(TransactionDefinition.PROPAGATION_NESTED, (nested) -> {
					IntStream.range(0, 2).forEach((i) -> application.track("nested"));
					nested.setRollbackOnly();
				});
				IntStream.range(0, 2).forEach((i) -> application.track("outer"));
			});
			assertDispatched("inner", "outer", "outer", "outer");
			assertThat(application.outcomes()).containsExactly(full, full, ROLLED_BACK, full);
			application.transaction((status) -> {
				IntStream.range(0, 3).forEach((i) -> application.track("next"));
				status.setRollbackOnly();
			});
			assertThat(application.outcomes()).hasSize(7);
			application.transaction((status) -> IntStream.range(0, 3).forEach((i) -> application.track("last")));
			assertThat(this.dispatched).hasSize(7);
		});
	}

	@Test
	void aTransactionWithAHundredThousandGoalsKeepsTheCapacity() {
		run((application) -> {
			application.transaction((status) -> {
				IntStream.range(0, 100_000).forEach((i) -> application.track("goal"));
				assertThat(TransactionSynchronizationManager.getSynchronizations()).hasSize(1);
			});
			assertThat(this.dispatched).hasSize(10_000);
			assertThat(application.outcomes()).hasSize(90_000)
				.containsOnly(new Dropped(Dropped.Reason.QUEUE_FULL, null));
		});
	}

	@Test
	void aDispatcherThatFailsAfterTheCommitIsCountedAndLogged(CapturedOutput output) {
		runner((goal) -> {
			if (goal.name().equals("bad")) {
				throw new IllegalStateException("dispatcher failed on purpose");
			}
			this.dispatched.add(goal);
		}).run((context) -> {
			Application application = new Application(context);
			application.transaction((status) -> Stream.of("first", "bad", "last").forEach(application::track));
			assertDispatched("first", "last");
			assertThat(application.outcomes()).containsExactly(new Dropped(Dropped.Reason.FAILED, null));
			assertThat(output).containsOnlyOnce("WARN").contains("dispatcher failed on purpose");
		});
	}

	@Test
	void aTransactionalDispatcherIsCalledInTheTransaction() {
		List<Boolean> active = new ArrayList<>();
		runner((TransactionalGoalDispatcher) (goal) -> {
			active.add(TransactionSynchronizationManager.isActualTransactionActive());
			this.dispatched.add(goal);
		}).run((context) -> {
			Application application = new Application(context);
			application.transaction((status) -> {
				application.track("rolled_back");
				status.setRollbackOnly();
			});
			assertDispatched();
			assertThat(application.outcomes()).containsExactly(ROLLED_BACK);
			application.transaction((status) -> {
				application.track("goal");
				assertDispatched();
			});
			application.track("outside");
			assertDispatched("goal", "outside");
			assertThat(active).containsExactly(true, false);
			assertThat(application.outcomes()).hasSize(1);
		});
	}

	@Test
	void aGoalThatATransactionalDispatcherHasRefusedHasOneOutcome() {
		runner((TransactionalGoalDispatcher) (goal) -> {
			if (goal.name().equals("bad")) {
				throw new IllegalStateException("dispatcher failed on purpose");
			}
			this.dispatched.add(goal);
		}).run((context) -> {
			Application application = new Application(context);
			assertThatIllegalStateException().isThrownBy(() -> application.transaction((status) -> {
				Stream.of("first", "bad", "last").forEach(application::track);
				register(new TransactionSynchronization() {

					@Override
					public void beforeCommit(boolean readOnly) {
						throw new IllegalStateException("on purpose");
					}

				});
			}));
			assertThat(application.outcomes()).containsExactlyInAnyOrder(new Dropped(Dropped.Reason.FAILED, null),
					ROLLED_BACK, ROLLED_BACK);
		});
	}

	// Shutdown

	@Test
	void goalsOfATransactionThatOutlivesTheApplicationAreDropped(CapturedOutput output) {
		run((application) -> {
			RecordedOutcomes outcomes = application.bean(RecordedOutcomes.class);
			PlatformTransactionManager transactions = application.bean(PlatformTransactionManager.class);
			DataFastGoals goals = application.bean(DataFastGoals.class);
			CountDownLatch tracked = new CountDownLatch(1);
			CountDownLatch closed = new CountDownLatch(1);
			CompletableFuture<Void> transaction = CompletableFuture.runAsync(() -> {
				TransactionStatus status = transactions.getTransaction(TransactionDefinition.withDefaults());
				goals.track("first");
				goals.track("second");
				tracked.countDown();
				await(closed);
				goals.track("late");
				// The database is gone with the application.
				assertThatExceptionOfType(TransactionSystemException.class)
					.isThrownBy(() -> transactions.commit(status));
			});
			await(tracked);
			application.context.close();
			Dropped shutdown = new Dropped(Dropped.Reason.SHUTDOWN, null);
			assertThat(outcomes.outcomes()).containsExactly(shutdown, shutdown);
			assertThat(output).containsOnlyOnce("WARN")
				.contains("Dropped 2 goal(s) that DataFast had not taken when the application ended");
			closed.countDown();
			transaction.join();
			assertThat(outcomes.outcomes()).containsExactly(shutdown, shutdown, shutdown);
			assertDispatched();
		});
	}

	@Test
	void goalsOfTransactionsAreTakenUntilTheApplicationIsDestroyed() {
		run((application) -> {
			application.context.getSourceApplicationContext().stop();
			application.transaction((status) -> application.track("stopped"));
			application.context.getSourceApplicationContext().start();
			application.transaction((status) -> application.track("started"));
			assertDispatched("stopped", "started");
			assertThat(application.outcomes()).isEmpty();
		});
	}

	private void run(Consumer<Application> test) {
		runner(this.dispatched::add).run((context) -> test.accept(new Application(context)));
	}

	private ApplicationContextRunner runner(GoalDispatcher dispatcher) {
		return this.runner.withBean(GoalDispatcher.class, () -> dispatcher);
	}

	private void assertDispatched(String... names) {
		assertThat(this.dispatched).extracting(Goal::name).containsExactly(names);
	}

	private static void assertNoStateIsLeft() {
		assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
	}

	private static void register(TransactionSynchronization synchronization) {
		TransactionSynchronizationManager.registerSynchronization(synchronization);
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * An application with a database.
	 */
	private static final class Application {

		private final AssertableApplicationContext context;

		Application(AssertableApplicationContext context) {
			this.context = context;
		}

		<T> T bean(Class<T> type) {
			return this.context.getBean(type);
		}

		void track(String name) {
			bean(DataFastGoals.class).track(name);
		}

		TransactionTemplate template(int propagation) {
			TransactionTemplate template = new TransactionTemplate(bean(PlatformTransactionManager.class));
			template.setPropagationBehavior(propagation);
			return template;
		}

		void transaction(Consumer<TransactionStatus> action) {
			transaction(TransactionDefinition.PROPAGATION_REQUIRED, action);
		}

		void transaction(int propagation, Consumer<TransactionStatus> action) {
			template(propagation).executeWithoutResult(action);
		}

		void insert() {
			bean(JdbcTemplate.class).update("insert into orders values (1)");
		}

		Long orders() {
			return bean(JdbcTemplate.class).queryForObject("select count(*) from orders", Long.class);
		}

		/**
		 * What a database that goes down does to the current transaction.
		 */
		void loseConnection() {
			Connection connection = DataSourceUtils.getConnection(bean(DataSource.class));
			try {
				connection.close();
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		}

		List<GoalOutcome> outcomes() {
			return bean(RecordedOutcomes.class).outcomes();
		}

		List<String> skippedGoals() {
			return bean(RecordedOutcomes.class).all()
				.stream()
				.filter((recorded) -> recorded.outcome().equals(ROLLED_BACK))
				.map((recorded) -> recorded.goal().name())
				.toList();
		}

	}

	private static final class TrackingCallbacks implements TransactionSynchronization {

		private final Application application;

		TrackingCallbacks(Application application) {
			this.application = application;
		}

		@Override
		public void beforeCommit(boolean readOnly) {
			this.application.track("before-commit");
		}

		@Override
		public void beforeCompletion() {
			this.application.track("before-completion");
		}

		@Override
		public void afterCommit() {
			this.application.track("after-commit");
		}

		@Override
		public void afterCompletion(int status) {
			this.application.track("after-completion");
		}

	}

}
