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

package io.datafast.interceptor;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import io.datafast.Goal;
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.TestTransactions;
import io.datafast.testing.WebApplication;
import jakarta.servlet.Filter;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.servlet.config.annotation.AsyncSupportConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of the goals of results that Spring MVC waits for, for a time or not at
 * all, on Tomcat.
 */
@ExtendWith(OutputCaptureExtension.class)
class SpringMvcResultTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private static final GoalOutcome FAILED = new Dropped(Dropped.Reason.FAILED, null);

	private static final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	private static WebApplication patient;

	private static WebApplication impatient;

	private static volatile CompletableFuture<String> lateAnswer;

	private static volatile CompletableFuture<String> completed;

	private static volatile CompletableFuture<String> handled;

	@BeforeAll
	static void start() {
		patient = WebApplication.onTomcat(Application.class, "spring.mvc.async.request-timeout=60s");
		impatient = WebApplication.onTomcat(Application.class, "spring.mvc.async.request-timeout=500ms");
	}

	@AfterAll
	static void stop() {
		patient.close();
		impatient.close();
	}

	@BeforeEach
	void reset() {
		dispatched.clear();
		patient.outcomes().clear();
		impatient.outcomes().clear();
		lateAnswer = new CompletableFuture<>();
		completed = new CompletableFuture<>();
		handled = new CompletableFuture<>();
	}

	@Test
	void aCallableThatEndsAfterTheTimeoutTracksNothing() throws Exception {
		assertThat(get(impatient, "/late-callable").statusCode()).isEqualTo(503);
		assertNothingIsTrackedLater();
	}

	@Test
	void aCallableThatEndsAfterAnInterceptorHasAnsweredTheTimeoutTracksNothing() throws Exception {
		assertThat(get(impatient, "/late-callable?instead=another").body()).isEqualTo("another");
		assertNothingIsTrackedLater();
	}

	@Test
	void aCallableThatTheTimeoutInterruptsTracksNothingWhateverItReturns() throws Exception {
		assertThat(get(impatient, "/interrupted").statusCode()).isIn(503, 200);
		assertNothingIsTrackedLater();
	}

	@Test
	void aCallableOfAServiceThatEndsAfterTheTimeoutTracksNothingEither() throws Exception {
		assertThat(get(impatient, "/late-callable-of-service").statusCode()).isEqualTo(503);
		assertNothingIsTrackedLater();
	}

	@Test
	void aTaskThatEndsAfterTheTimeoutTracksNothing() throws Exception {
		assertThat(get(impatient, "/late-task").statusCode()).isEqualTo(503);
		assertNothingIsTrackedLater();
	}

	@Test
	void aTaskThatEndsAfterItsOwnAnswerToTheTimeoutTracksNothing() throws Exception {
		assertThat(get(impatient, "/late-task-with-answer").body()).isEqualTo("timeout");
		assertThat(completed.get(60, TimeUnit.SECONDS)).isEqualTo("completed");
		assertNothingIsTrackedLater();
	}

	@Test
	void aTaskThatEndsAfterAnInterceptorHasAnsweredTheTimeoutTracksNothing() throws Exception {
		assertThat(get(impatient, "/late-task?instead=another").body()).isEqualTo("another");
		assertNothingIsTrackedLater();
	}

	@Test
	void aCallableOfHandlerAndServiceTracksBothWhenItHasEnded() throws Exception {
		lateAnswer.complete("late");
		assertThat(get(patient, "/late-callable-of-service").body()).isEqualTo("late");
		assertThat(dispatched).extracting(Goal::name).containsExactlyInAnyOrder("handler", "callable");
		assertThat(dispatched).extracting(Goal::visitorId).containsOnly(VISITOR);
	}

	@Test
	void aCallableThatTheHandlerItselfCallsTracksThen() throws Exception {
		assertThat(get(patient, "/called").body()).isEqualTo("value [callable]");
		assertThat(dispatched).hasSize(1);
	}

	@Test
	void aCallableThatTheHandlerSubmitsTracksWhenItHasBeenCalledThoughTheRequestIsOver() throws Exception {
		assertThat(get(patient, "/submitted").body()).isEqualTo("submitted");
		assertThat(dispatched).isEmpty();
		lateAnswer.complete("late");
		Awaitility.await()
			.atMost(Duration.ofSeconds(60))
			.untilAsserted(() -> assertThat(dispatched).extracting(Goal::name).containsExactly("callable"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/callable-in-transaction", "/task-in-transaction" })
	void aTaskIsPartOfTheTransactionInWhichItRuns(String path) throws Exception {
		assertThat(get(patient, path).body()).isEqualTo("value");
		awaitTasks(patient);
		assertThat(dispatched).isEmpty();
		assertThat(patient.outcomes().outcomes()).containsExactly(new Skipped(Skipped.Reason.ROLLED_BACK));
	}

	@Test
	void aDeferredResultThatIsNotReturnedCountsIfItIsSetWhenTheRequestHasBeenHandled() throws Exception {
		assertThat(get(patient, "/deferred?result=value").body()).isEqualTo("another");
		handled.get(60, TimeUnit.SECONDS);
		assertThat(dispatched).containsExactly(Goal.of("deferred").forVisitor(VISITOR).with("result", "value"));
		assertThat(patient.outcomes().all()).isEmpty();
	}

	@Test
	void aDeferredResultThatIsNotReturnedHasFailedIfItsErrorIsSetWhenTheRequestHasBeenHandled() throws Exception {
		assertThat(get(patient, "/deferred?error=value").body()).isEqualTo("another");
		handled.get(60, TimeUnit.SECONDS);
		assertThat(dispatched).isEmpty();
		assertThat(patient.outcomes().all()).isEmpty();
	}

	@Test
	void theGoalOfADeferredResultThatIsNeitherReturnedNorSetIsCountedAsLost(CapturedOutput output) throws Exception {
		assertThat(get(patient, "/deferred").body()).isEqualTo("another");
		assertThat(patient.outcomes().awaitCount(1)).hasSize(1);
		assertThat(patient.outcomes().outcomes()).containsExactly(FAILED);
		assertThat(output).contains("a DeferredResult that no handler returned to Spring MVC");
		assertThat(dispatched).isEmpty();
	}

	@Test
	void theGoalOfATaskThatIsNotReturnedIsCountedAsLost(CapturedOutput output) throws Exception {
		assertThat(get(patient, "/unreturned-task").body()).isEqualTo("another");
		assertThat(patient.outcomes().awaitCount(1)).hasSize(1);
		assertThat(patient.outcomes().outcomes()).containsExactly(FAILED);
		assertThat(output).contains("a task that Spring MVC does not run");
	}

	@Test
	void theAnswerOfADeferredResultToItsTimeoutTracksNothing() throws Exception {
		assertThat(get(impatient, "/fallback").body()).isEqualTo("try later");
		assertNothingIsTrackedLater();
	}

	@Test
	void aDeferredResultThatIsReturnedMayBeSetLater() throws Exception {
		CompletableFuture<HttpResponse<String>> response = patient.getAsync("/returned-deferred", "Cookie", cookie());
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> Controller.waiting != null);
		assertThat(dispatched).isEmpty();
		Controller.waiting.setResult("value");
		assertThat(response.get(60, TimeUnit.SECONDS).body()).isEqualTo("value");
		assertThat(dispatched).hasSize(1);
		assertThat(patient.outcomes().all()).isEmpty();
	}

	@Test
	void resultsWithinATaskThatSpringMvcRunsAreCounted() throws Exception {
		assertThat(get(patient, "/results-within-task").body()).isEqualTo("value");
		awaitTasks(patient);
		assertThat(dispatched).isEmpty();
		assertThat(patient.outcomes().outcomes()).containsExactly(FAILED, FAILED);
	}

	@Test
	void aCallableFromAHandlerThatDeclaresAnObjectTracksWhenItHasEnded() throws Exception {
		assertThat(get(patient, "/object?outcome=value").body()).isEqualTo("value");
		assertThat(dispatched).containsExactly(Goal.of("object").forVisitor(VISITOR).with("result", "value"));
		dispatched.clear();
		assertThat(get(patient, "/object").statusCode()).isEqualTo(500);
		assertThat(dispatched).isEmpty();
	}

	@Test
	void aCallableFromAHandlerThatDeclaresAnObjectTracksNothingAfterTheTimeout() throws Exception {
		assertThat(get(impatient, "/object?outcome=late").statusCode()).isEqualTo(503);
		assertNothingIsTrackedLater();
	}

	private static HttpResponse<String> get(WebApplication application, String path) throws Exception {
		return application.get(path, "Cookie", cookie());
	}

	private static String cookie() {
		return "datafast_visitor_id=" + VISITOR;
	}

	private static void assertNothingIsTrackedLater() {
		lateAnswer.complete("late");
		awaitTasks(impatient);
		assertThat(dispatched).isEmpty();
		assertThat(impatient.outcomes().all()).isEmpty();
	}

	/**
	 * Wait for all that Spring MVC does where a task ends.
	 */
	private static void awaitTasks(WebApplication application) {
		ThreadPoolTaskExecutor executor = application.bean(ThreadPoolTaskExecutor.class);
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> executor.getActiveCount() == 0);
	}

	@Configuration(proxyBeanMethods = false)
	@Import({ TestTransactions.class, Controller.class, Service.class })
	static class Application {

		@Bean
		GoalDispatcher goalDispatcher() {
			return dispatched::add;
		}

		@Bean
		Filter handledFilter() {
			return (request, response, chain) -> {
				chain.doFilter(request, response);
				handled.complete("handled");
			};
		}

		@Bean
		static ThreadPoolTaskExecutor taskExecutor() {
			ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
			executor.setCorePoolSize(4);
			return executor;
		}

		@Bean
		WebMvcConfigurer asynchronousHandling(ThreadPoolTaskExecutor executor) {
			return new WebMvcConfigurer() {

				@Override
				public void configureAsyncSupport(AsyncSupportConfigurer configurer) {
					configurer.setTaskExecutor(executor).registerCallableInterceptors(new TimeoutAnswer());
				}

			};
		}

	}

	static class TimeoutAnswer implements CallableProcessingInterceptor {

		@Override
		public <T> Object handleTimeout(NativeWebRequest request, Callable<T> task) {
			String instead = request.getParameter("instead");
			return (instead != null) ? instead : RESULT_NONE;
		}

	}

	@RestController
	static class Controller {

		private static volatile DeferredResult<String> waiting;

		private final Service service;

		private final ThreadPoolTaskExecutor executor;

		private final TransactionTemplate transaction;

		Controller(Service service, ThreadPoolTaskExecutor executor, TransactionTemplate transaction) {
			this.service = service;
			this.executor = executor;
			this.transaction = transaction;
		}

		@TrackGoal("fallback")
		@GetMapping("/fallback")
		DeferredResult<String> fallback() {
			return new DeferredResult<>(100L, "try later");
		}

		@TrackGoal("late_callable")
		@GetMapping("/late-callable")
		Callable<String> lateCallable() {
			return Controller::late;
		}

		@TrackGoal("interrupted")
		@GetMapping("/interrupted")
		Callable<String> interrupted() {
			return () -> {
				try {
					Thread.sleep(Duration.ofSeconds(60).toMillis());
				}
				catch (InterruptedException ex) {
					return "interrupted";
				}
				throw new IllegalStateException("Not interrupted");
			};
		}

		@TrackGoal("handler")
		@GetMapping("/late-callable-of-service")
		Callable<String> lateCallableOfService() {
			return this.service.callable(Controller::late);
		}

		@TrackGoal("late_task")
		@GetMapping("/late-task")
		WebAsyncTask<String> lateTask() {
			return new WebAsyncTask<>(Controller::late);
		}

		@TrackGoal("late_task")
		@GetMapping("/late-task-with-answer")
		WebAsyncTask<String> lateTaskWithAnswer() {
			WebAsyncTask<String> task = new WebAsyncTask<>(Controller::late);
			task.onTimeout(() -> "timeout");
			task.onCompletion(() -> completed.complete("completed"));
			return task;
		}

		@GetMapping("/called")
		String called() throws Exception {
			String value = this.service.callable(() -> "value").call();
			return value + " " + dispatched.stream().map(Goal::name).toList();
		}

		@GetMapping("/submitted")
		String submitted() {
			this.executor.submit(this.service.callable(Controller::late));
			return "submitted";
		}

		@GetMapping("/callable-in-transaction")
		WebAsyncTask<String> callableInTransaction() {
			return new WebAsyncTask<>(null, rollingBack(), this.service.callable(() -> "value"));
		}

		@TrackGoal("task")
		@GetMapping("/task-in-transaction")
		WebAsyncTask<String> taskInTransaction() {
			return new WebAsyncTask<>(null, rollingBack(), () -> "value");
		}

		private AsyncTaskExecutor rollingBack() {
			return (task) -> this.executor.execute(() -> this.transaction.executeWithoutResult((status) -> {
				task.run();
				status.setRollbackOnly();
			}));
		}

		@GetMapping("/deferred")
		String deferred(NativeWebRequest request) {
			DeferredResult<String> result = this.service.deferred();
			if (request.getParameter("result") != null) {
				result.setResult(request.getParameter("result"));
			}
			if (request.getParameter("error") != null) {
				result.setErrorResult(new IllegalStateException("on purpose"));
			}
			return "another";
		}

		@GetMapping("/returned-deferred")
		DeferredResult<String> returnedDeferred() {
			waiting = this.service.deferred();
			return waiting;
		}

		@GetMapping("/results-within-task")
		Callable<String> resultsWithinTask() {
			return () -> {
				this.service.deferred();
				this.service.task();
				return "value";
			};
		}

		@GetMapping("/unreturned-task")
		String unreturnedTask() {
			this.service.task();
			return "another";
		}

		@TrackGoal(name = "object", metadata = @GoalMetadata(key = "result", expression = "#result"))
		@GetMapping("/object")
		Object object(NativeWebRequest request) {
			String outcome = String.valueOf(request.getParameter("outcome"));
			Callable<String> result = () -> switch (outcome) {
				case "value" -> outcome;
				case "late" -> late();
				default -> throw new IllegalStateException("on purpose");
			};
			return result;
		}

		/**
		 * Deaf to interrupts.
		 */
		private static String late() {
			return lateAnswer.orTimeout(60, TimeUnit.SECONDS).join();
		}

	}

	static class Service {

		@TrackGoal("callable")
		Callable<String> callable(Callable<String> result) {
			return result;
		}

		@TrackGoal(name = "deferred", metadata = @GoalMetadata(key = "result", expression = "#result"))
		DeferredResult<String> deferred() {
			return new DeferredResult<>();
		}

		@TrackGoal("task")
		WebAsyncTask<String> task() {
			return new WebAsyncTask<>(() -> "value");
		}

	}

}
