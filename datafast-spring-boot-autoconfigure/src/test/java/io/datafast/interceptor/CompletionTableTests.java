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

import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.datafast.Goal;
import io.datafast.VisitorIdResolver;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.interceptor.ResultTypes.Outcome;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import io.datafast.testing.RecordedOutcomes.Recorded;
import io.datafast.testing.WebApplication;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.servlet.config.annotation.AsyncSupportConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Return type × what becomes of it × Spring MVC on Tomcat, WebFlux on Netty and a plain
 * bean: which goal there is, for whom and with which value, and that the caller gets what
 * it would get without.
 */
class CompletionTableTests {

	private static final String VISITOR = DataFastContextRunners.VISITOR;

	private static final String COOKIE = "datafast_visitor_id=" + VISITOR;

	private static final List<String> ALL = Arrays.stream(ResultTypes.class.getDeclaredMethods())
		.map((method) -> method.getAnnotation(GetMapping.class))
		.filter(Objects::nonNull)
		.map((mapping) -> mapping.value()[0].substring(1))
		.sorted()
		.toList();

	private static final List<String> MULTI_VALUE = List.of("flux", "publisher", "flow-publisher", "observable",
			"flowable", "multi");

	private static final List<String> SYNCHRONOUS = List.of("string", "response");

	private static final List<String> WITH_STATUS = List.of("response", "mono-response");

	private static final List<String> OF_SPRING_MVC = List.of("callable", "web-async-task", "deferred-result");

	/**
	 * In WebFlux, only what hands the Reactor context on finds the visitor by itself.
	 */
	private static final List<String> WITHOUT_CONTEXT = List.of("completable", "completable-future", "completion-stage",
			"flow-publisher", "flowable", "maybe", "multi", "observable", "response", "single", "string", "uni");

	private static final AtomicInteger calls = new AtomicInteger();

	private static final Queue<String> expectedGoals = new ConcurrentLinkedQueue<>();

	private static WebApplication tomcat;

	private static WebApplication netty;

	private static WebApplication plain;

	private static final ThreadLocal<String> currentVisitor = new ThreadLocal<>();

	@BeforeAll
	static void start() {
		tomcat = WebApplication.onTomcat(TomcatControllers.class, "spring.mvc.async.request-timeout=500ms");
		netty = WebApplication.onNetty(Controllers.class);
		plain = WebApplication.onNetty(PlainBeans.class);
	}

	@AfterAll
	static void nothingElseWasTracked() {
		List<String> recorded = new ArrayList<>();
		ThreadPoolTaskExecutor tasks = tomcat.bean(ThreadPoolTaskExecutor.class);
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> tasks.getActiveCount() == 0);
		for (WebApplication application : List.of(tomcat, netty, plain)) {
			RecordedOutcomes outcomes = application.outcomes();
			application.close();
			outcomes.all().forEach((entry) -> recorded.add(entry.goal().metadata().get("call")));
		}
		recorded.removeIf(Objects::isNull);
		assertThat(recorded).containsExactlyInAnyOrderElementsOf(expectedGoals);
	}

	static List<Arguments> calls(List<String> types) {
		List<Arguments> calls = new ArrayList<>();
		for (String type : types) {
			for (Outcome outcome : Outcome.values()) {
				boolean makesSense = switch (outcome) {
					case SUCCESS, ERROR -> true;
					case REFUSED -> WITH_STATUS.contains(type);
					case CANCELLED -> !SYNCHRONOUS.contains(type);
					case EMPTY -> !type.equals("single");
				};
				if (makesSense) {
					calls.add(Arguments.of(type, outcome));
				}
			}
		}
		return calls;
	}

	static List<Arguments> onTomcat() {
		// Spring MVC has no meaning for a Future: it would be written as an object.
		return calls(ALL).stream().filter((call) -> !call.get()[0].equals("future")).toList();
	}

	static List<Arguments> onNetty() {
		// Nor has WebFlux, nor for Spring MVC's own types, nor for a Callable.
		return calls(ALL.stream().filter((type) -> !type.equals("future") && !OF_SPRING_MVC.contains(type)).toList());
	}

	static List<Arguments> plainBean() {
		// Nobody waits there for a DeferredResult, and nothing cancels a Callable.
		return calls(ALL).stream()
			.filter((call) -> !call.get()[0].equals("deferred-result")
					&& !(call.get()[1] == Outcome.CANCELLED && call.get()[0].equals("callable")))
			.toList();
	}

	@ParameterizedTest
	@MethodSource
	void onTomcat(String type, Outcome outcome) throws Exception {
		String call = newCall();
		String otherCall = newCall();
		String path = path("/tracked/", type, outcome, call);
		String otherPath = path("/untracked/", type, outcome, otherCall);
		if (outcome == Outcome.CANCELLED && MULTI_VALUE.contains(type)) {
			// A stream has all the time it wants, until the client is found to have left.
			disconnect(tomcat, path, call);
			disconnect(tomcat, otherPath, otherCall);
			ResultTypes.answered(call).complete("late");
			ResultTypes.answered(otherCall).complete("late");
			ResultTypes.cancelled(call).get(60, TimeUnit.SECONDS);
			ResultTypes.cancelled(otherCall).get(60, TimeUnit.SECONDS);
		}
		else {
			// For all others, the client has to wait for the timeout: nothing is written
			// by which Tomcat could find out that it has left.
			HttpResponse<String> tracked = tomcat.get(path, "Cookie", COOKIE);
			HttpResponse<String> untracked = tomcat.get(otherPath, "Cookie", COOKIE);
			assertSame(tracked, untracked, outcome);
			ResultTypes.answered(call).complete("late");
			ResultTypes.answered(otherCall).complete("late");
		}
		assertGoal(tomcat, type, outcome, call);
	}

	@ParameterizedTest
	@MethodSource
	void onNetty(String type, Outcome outcome) throws Exception {
		String call = newCall();
		if (outcome == Outcome.CANCELLED) {
			disconnect(netty, path("/tracked/", type, outcome, call), call);
			if (!type.equals("completion-stage")) {
				// That cannot be cancelled.
				ResultTypes.cancelled(call).get(60, TimeUnit.SECONDS);
			}
		}
		else {
			HttpResponse<String> tracked = netty.get(path("/tracked/", type, outcome, call), "Cookie", COOKIE);
			HttpResponse<String> untracked = netty.get(path("/untracked/", type, outcome, newCall()), "Cookie", COOKIE);
			assertSame(tracked, untracked, outcome);
		}
		assertGoal(netty, type, outcome, call);
	}

	@ParameterizedTest
	@MethodSource
	void plainBean(String type, Outcome outcome) throws Exception {
		String call = newCall();
		String tracked = describe(call(plain.bean(TrackedResultTypes.class), type, outcome, call), call, outcome);
		String otherCall = newCall();
		String untracked = describe(call(new ResultTypes(), type, outcome, otherCall), otherCall, outcome);
		assertThat(tracked).isEqualTo(untracked);
		if (type.equals("web-async-task")) {
			// Only Spring MVC knows when it completes.
			assertThat(plain.outcomes().all()).filteredOn((entry) -> entry.goal().name().equals(type))
				.extracting(Recorded::outcome)
				.isNotEmpty()
				.containsOnly((GoalOutcome) new Dropped(Dropped.Reason.FAILED, null));
		}
		else {
			assertGoal(plain, type, outcome, call);
		}
	}

	private static String newCall() {
		return "call-" + calls.incrementAndGet();
	}

	private static String path(String prefix, String type, Outcome outcome, String call) {
		return prefix + type + "?outcome=" + outcome + "&call=" + call;
	}

	private static void assertSame(HttpResponse<String> tracked, HttpResponse<String> untracked, Outcome outcome) {
		assertThat(tracked.statusCode()).isEqualTo(untracked.statusCode());
		assertThat(tracked.headers().firstValue("Content-Type"))
			.isEqualTo(untracked.headers().firstValue("Content-Type"));
		if (outcome != Outcome.ERROR && outcome != Outcome.CANCELLED) {
			assertThat(tracked.body()).isEqualTo(untracked.body());
		}
	}

	private static void assertGoal(WebApplication application, String type, Outcome outcome, String call) {
		if (outcome != Outcome.SUCCESS && outcome != Outcome.EMPTY) {
			// Late goals are found when all is over.
			assertThat(recorded(application, call)).isEmpty();
			return;
		}
		expectedGoals.add(call);
		Awaitility.await()
			.atMost(Duration.ofSeconds(60))
			.untilAsserted(() -> assertThat(recorded(application, call)).hasSize(1));
		Recorded goal = recorded(application, call).get(0);
		boolean withVisitor = application != netty || !WITHOUT_CONTEXT.contains(type);
		assertThat(goal.outcome()).isInstanceOf(withVisitor ? Created.class : Skipped.class);
		boolean withValue = outcome == Outcome.SUCCESS && !MULTI_VALUE.contains(type) && !type.equals("completable");
		assertThat(goal.goal()).isEqualTo(Goal.of(type)
			.forVisitor(withVisitor ? VISITOR : null)
			.with(withValue ? Map.of("call", call, "result", "value") : Map.of("call", call)));
	}

	private static List<Recorded> recorded(WebApplication application, String call) {
		return application.outcomes()
			.all()
			.stream()
			.filter((entry) -> call.equals(entry.goal().metadata().get("call")))
			.toList();
	}

	private static void disconnect(WebApplication application, String path, String call) throws Exception {
		try (Socket socket = new Socket("127.0.0.1", application.port())) {
			OutputStream out = socket.getOutputStream();
			out.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nCookie: " + COOKIE + "\r\n\r\n")
				.getBytes(StandardCharsets.ISO_8859_1));
			out.flush();
			// The server has to have read the request before it sees the end.
			ResultTypes.started(call).get(60, TimeUnit.SECONDS);
		}
	}

	private static Object call(ResultTypes bean, String type, Outcome outcome, String call) throws Exception {
		Method method = Arrays.stream(ResultTypes.class.getDeclaredMethods())
			.filter((candidate) -> candidate.isAnnotationPresent(GetMapping.class)
					&& candidate.getAnnotation(GetMapping.class).value()[0].equals("/" + type))
			.findFirst()
			.orElseThrow();
		currentVisitor.set(VISITOR);
		try {
			return method.invoke(bean, outcome, call);
		}
		catch (InvocationTargetException ex) {
			return ex.getCause();
		}
		finally {
			currentVisitor.remove();
		}
	}

	/**
	 * Everything that a caller can see, and on the way everything that a caller does.
	 */
	private static String describe(Object result, String call, Outcome outcome) throws Exception {
		if (result instanceof WebAsyncTask<?> task) {
			ResultTypes.answered(call).complete("late");
			return "task " + describe(task.getCallable(), call, outcome);
		}
		if (result instanceof DeferredResult<?> || result == null || result instanceof Throwable) {
			return String.valueOf((result != null) ? result.getClass() : null);
		}
		if (result instanceof Callable<?> callable) {
			return describe(callable::call);
		}
		if (result instanceof CompletionStage<?> stage) {
			if (outcome == Outcome.CANCELLED && stage.getClass() == CompletableFuture.class) {
				stage.toCompletableFuture().cancel(true);
			}
			else if (outcome == Outcome.CANCELLED) {
				return stage.getClass() + " waits";
			}
			return stage.getClass() + " " + describe(() -> stage.toCompletableFuture().get(60, TimeUnit.SECONDS));
		}
		if (result instanceof Future<?> future) {
			return future.getClass() + " " + describe(future::get);
		}
		if (ReactiveAdapterRegistry.getSharedInstance().getAdapter(result.getClass()) != null) {
			return describeReactive(result, call, outcome);
		}
		return result.toString();
	}

	private static String describeReactive(Object result, String call, Outcome outcome) throws Exception {
		Publisher<Object> publisher = ReactiveAdapterRegistry.getSharedInstance()
			.getAdapter(result.getClass())
			.toPublisher(result);
		if (outcome == Outcome.CANCELLED) {
			Disposable subscription = Flux.from(publisher).subscribe();
			ResultTypes.started(call).get(60, TimeUnit.SECONDS);
			subscription.dispose();
			return ResultTypes.cancelled(call).get(60, TimeUnit.SECONDS).replaceAll("[0-9]+", "");
		}
		return (result instanceof Mono) + " " + Flux.from(publisher).materialize().collectList().block();
	}

	private static String describe(Callable<?> callable) {
		try {
			return String.valueOf(callable.call());
		}
		catch (Exception ex) {
			return ex.toString();
		}
	}

	@Import({ ResultTypes.class, TrackedResultTypes.class })
	static class Controllers {

	}

	@Import(Controllers.class)
	static class TomcatControllers implements WebMvcConfigurer {

		private final ThreadPoolTaskExecutor tasks = new ThreadPoolTaskExecutor();

		@Bean
		ThreadPoolTaskExecutor tasks() {
			this.tasks.setCorePoolSize(4);
			return this.tasks;
		}

		@Override
		public void configureAsyncSupport(AsyncSupportConfigurer configurer) {
			configurer.setTaskExecutor(this.tasks);
		}

	}

	@Import({ TrackedResultTypes.class, CurrentVisitor.class })
	static class PlainBeans {

	}

	/**
	 * The visitor of the calling thread, and of no other.
	 */
	static class CurrentVisitor implements VisitorIdResolver {

		@Override
		public String resolveVisitorId() {
			return currentVisitor.get();
		}

	}

}
