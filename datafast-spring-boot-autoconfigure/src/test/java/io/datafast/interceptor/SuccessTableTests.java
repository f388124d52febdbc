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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.datafast.Goal;
import io.datafast.annotation.TrackGoal;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.WebApplication;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Single;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.support.TaskExecutorAdapter;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.validation.BindingResult;
import org.springframework.validation.Errors;
import org.springframework.validation.MapBindingResult;
import org.springframework.web.ErrorResponse;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.reactive.result.view.Rendering;
import org.springframework.web.reactive.result.view.ViewResolver;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.View;
import org.springframework.web.servlet.config.annotation.AsyncSupportConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.view.BeanNameViewResolver;
import org.springframework.web.servlet.view.FragmentsRendering;
import org.springframework.web.servlet.view.RedirectView;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which results are successes: each kind of result in each wrapper, of handler methods on
 * Tomcat and on Netty and of plain beans.
 */
class SuccessTableTests {

	private static final String GOAL = "goal";

	private static final String VISITOR = "'" + DataFastContextRunners.VISITOR + "'";

	/**
	 * One thread, so that nothing more comes of what it has done once it has done another
	 * task.
	 */
	private static final ExecutorService executor = Executors.newSingleThreadExecutor((task) -> {
		Thread thread = new Thread(task, "results");
		thread.setDaemon(true);
		return thread;
	});

	private static final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	private static WebApplication tomcat;

	private static WebApplication netty;

	@BeforeAll
	static void start() {
		tomcat = WebApplication.onTomcat(ServletApplication.class);
		netty = WebApplication.onNetty(ReactiveApplication.class);
	}

	@AfterAll
	static void stop() {
		tomcat.close();
		netty.close();
		executor.shutdown();
	}

	@BeforeEach
	void clear() {
		dispatched.clear();
		tomcat.outcomes().clear();
		netty.outcomes().clear();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void onTomcat(Cell cell) throws Exception {
		assertAnswer(tomcat, cell);
	}

	/**
	 * Left out: values of WebFlux; {@code null} in a {@link Single}, which has none; many
	 * views, which nothing renders; many errors to write, since a {@link Flux} is looked
	 * at for its completion only; {@code sendError} on another thread, which ends
	 * Tomcat's asynchronous request; and where a value is none that Spring MVC answers
	 * with the status inside, the status is not looked at.
	 */
	static Stream<Cell> onTomcat() {
		Stream<Cell> generated = Stream.of(Wrapper.values())
			.flatMap((wrapper) -> Stream.of(Kind.values())
				.filter((kind) -> kind.group != Group.REACTIVE_VIEW)
				.filter((kind) -> possible(kind, wrapper))
				.filter((kind) -> kind != Kind.ERROR_SENT || !wrapper.otherThread)
				.filter((kind) -> kind != Kind.STATUS_SET_ELSEWHERE || !wrapper.otherThread)
				.map((kind) -> cell(kind, wrapper, (wrapper != Wrapper.FLUX) ? kind.status : null)));
		Stream<Cell> ofClasses = Stream.of(Wrapper.values())
			.flatMap((wrapper) -> Stream.of(new Cell("/class" + wrapper.path(Kind.VALUE), 503, false),
					new Cell("/meta" + wrapper.path(Kind.VALUE), 409, false),
					new Cell("/interface" + wrapper.path(Kind.VALUE), 503, false),
					new Cell("/created" + wrapper.path(Kind.VALUE), 201, true)));
		return Stream.of(generated, ofClasses, ofMethods("callable", "task", "deferred"),
				Stream.of(new Cell("/function/ok", 200, true), new Cell("/function/created", 201, true),
						new Cell("/function/conflict", 409, false), new Cell("/function/future-conflict", 409, false),
						new Cell("/function/mono-conflict", 409, false), new Cell("/function/entity", 409, false),
						new Cell("/function/rendered-404", 404, false), new Cell("/service?status=200", 200, true),
						new Cell("/unwritable", 500, true), new Cell("/filtered", 402, false),
						new Cell("/sent-then-reset", 200, true)))
			.flatMap((cells) -> cells);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void onNetty(Cell cell) throws Exception {
		assertAnswer(netty, cell);
	}

	/**
	 * Left out: values and wrappers of Spring MVC; {@code null} in a {@link Single}; many
	 * views. The handler methods promise an {@link Object}, of which WebFlux answers with
	 * the status inside only where the value is in no wrapper; so for the others the
	 * status is not looked at, but where it has been set.
	 */
	static Stream<Cell> onNetty() {
		Stream<Cell> generated = Stream.of(Wrapper.values())
			.filter((wrapper) -> !wrapper.servlet)
			.flatMap((wrapper) -> Stream.of(Kind.values())
				.filter((kind) -> kind.group != Group.SERVLET_VIEW)
				.filter((kind) -> kind != Kind.ERROR_SENT && kind != Kind.STATUS_SET_ELSEWHERE)
				.filter((kind) -> possible(kind, wrapper))
				.map((kind) -> cell(kind, wrapper,
						(wrapper == Wrapper.NONE || !kind.handlersOnly()) ? null : kind.status)));
		Stream<Cell> plain = Stream
			.of(Kind.ENTITY_OK, Kind.ENTITY_CONFLICT, Kind.PROBLEM_CONFLICT, Kind.ERROR_RESPONSE, Kind.STATUS_SET)
			.map((kind) -> cell(kind, Wrapper.NONE, kind.status));
		Stream<Cell> ofClasses = Stream.of(Wrapper.values())
			.filter((wrapper) -> !wrapper.servlet)
			.flatMap((wrapper) -> Stream.of(new Cell("/class" + wrapper.path(Kind.VALUE), 503, false),
					new Cell("/meta" + wrapper.path(Kind.VALUE), 409, false),
					new Cell("/interface" + wrapper.path(Kind.VALUE), 503, false),
					new Cell("/created" + wrapper.path(Kind.VALUE), 201, true)));
		Stream<Cell> responses = Stream.of("plain", "future", "mono", "late-mono", "flux", "void", "nothing")
			.flatMap((how) -> Stream.of(new Cell("/response/" + how + "?status=402", 402, false),
					new Cell("/response/" + how + "?status=201", 201, true)));
		return Stream
			.of(generated, plain, ofClasses, responses, ofMethods(),
					Stream.of(new Cell("/function/ok", 200, true), new Cell("/function/created", 201, true),
							new Cell("/function/conflict", 409, false), new Cell("/declared/entity", 409, false),
							new Cell("/declared/problem", 409, false), new Cell("/declared/error-response", 409, false),
							new Cell("/declared/rendering", 409, false), new Cell("/unwritable", 500, true)))
			.flatMap((cells) -> cells);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void ofPlainBeans(Kind kind, Wrapper wrapper) throws Exception {
		Object result = wrapper.call(tomcat.bean(PlainBean.class), kind);
		wrapper.await(result);
		awaitTasks();
		List<GoalOutcome> outcomes = tomcat.outcomes().outcomes();
		if (wrapper.servlet) {
			// What nothing but Spring MVC waits for either counts by the same rule, or
			// start-up or a warning has said that its goal is dropped.
			assertThat(dispatched.size() + outcomes.size()).isLessThanOrEqualTo(1);
			assertThat(dispatched.size()).isLessThanOrEqualTo(kind.goalOfPlainBean(wrapper) ? 1 : 0);
			assertThat(outcomes).allMatch(new Dropped(Dropped.Reason.FAILED, null)::equals);
		}
		else {
			assertThat(dispatched).as(wrapper + " of " + kind).hasSize(kind.goalOfPlainBean(wrapper) ? 1 : 0);
			assertThat(outcomes).isEmpty();
		}
	}

	static Stream<Object[]> ofPlainBeans() {
		return Stream.of(Wrapper.values())
			.flatMap((wrapper) -> Stream.of(Kind.values())
				.filter((kind) -> kind != Kind.NULL || wrapper != Wrapper.SINGLE)
				.map((kind) -> new Object[] { kind, wrapper }));
	}

	/**
	 * The response is the handler's affair: what a service did has happened.
	 */
	@Test
	void aServiceHasReachedItsGoalWhateverItsCallerAnswers() throws Exception {
		assertThat(post(tomcat, "/service?status=402").statusCode()).isEqualTo(402);
		assertThat(dispatched).extracting(Goal::name).containsExactly("service");
	}

	/**
	 * {@code AsyncServerResponse} waits for its future when it is asked for its status.
	 */
	@ParameterizedTest
	@MethodSource
	void anAsynchronousServerResponseIsNotWaitedFor(int status, boolean goal) throws Exception {
		assertThat(post(tomcat, "/function/completed-by-filter?status=" + status).statusCode()).isEqualTo(status);
		awaitTasks();
		assertThat(tomcat.outcomes().outcomes()).hasSizeLessThanOrEqualTo(1)
			.allMatch(new Dropped(Dropped.Reason.FAILED, null)::equals);
		if (goal) {
			assertThat(dispatched.size() + tomcat.outcomes().size()).isOne();
		}
		else {
			assertThat(dispatched).isEmpty();
		}
	}

	static Stream<Object[]> anAsynchronousServerResponseIsNotWaitedFor() {
		return Stream.of(new Object[] { 200, true }, new Object[] { 409, false });
	}

	private static Stream<Cell> ofMethods(String... further) {
		Stream<String> wrappers = Stream.concat(Stream.of("plain", "future", "mono"), Stream.of(further));
		return Stream.concat(wrappers.map((wrapper) -> new Cell("/method/" + wrapper, 409, false)),
				Stream.of(new Cell("/method/composed", 409, false), new Cell("/method/inherited", 409, false),
						new Cell("/method/declared", 409, false), new Cell("/method/with-reason", 409, false),
						new Cell("/method/created", 201, true), new Cell("/class-503/created-of-method", 201, true),
						new Cell("/class-503/of-class", 503, false)));
	}

	private static boolean possible(Kind kind, Wrapper wrapper) {
		return switch (wrapper) {
			case SINGLE -> kind != Kind.NULL && kind != Kind.ERROR_SENT && kind != Kind.STATUS_SET_BEFORE_NULL;
			case FLUX -> kind.group == Group.BODY && (kind.handlersOnly() || kind == Kind.VALUE || kind == Kind.NULL
					|| kind == Kind.PROBLEM_CONFLICT);
			default -> true;
		};
	}

	private static Cell cell(Kind kind, Wrapper wrapper, Integer status) {
		String prefix = (kind.group == Group.BODY) ? "/body" : "/page";
		boolean goal = kind.verdict == Verdict.GOAL || (wrapper == Wrapper.FLUX && kind.verdict == Verdict.ERROR);
		return new Cell(prefix + wrapper.path(kind) + kind.query(), status, goal);
	}

	private static void assertAnswer(WebApplication application, Cell cell) throws Exception {
		HttpResponse<String> response = post(application, cell.path());
		if (cell.status() != null) {
			assertThat(response.statusCode()).as(cell.path() + ": " + response.body()).isEqualTo(cell.status());
		}
		awaitTasks();
		if (cell.goal()) {
			// A future may be completed by another thread than its own.
			Awaitility.await().until(() -> dispatched.stream().map(Goal::name).anyMatch(GOAL::equals));
		}
		assertThat(dispatched).as(cell.toString())
			.extracting(Goal::name)
			.filteredOn(GOAL::equals)
			.hasSize(cell.goal() ? 1 : 0);
		assertThat(application.outcomes().all()).isEmpty();
	}

	private static HttpResponse<String> post(WebApplication application, String path) throws Exception {
		return application.post(path, "", "Content-Type", "application/x-www-form-urlencoded");
	}

	private static void awaitTasks() throws Exception {
		executor.submit(() -> {
		}).get(60, TimeUnit.SECONDS);
	}

	record Cell(String path, Integer status, boolean goal) {

		@Override
		public String toString() {
			return this.path + " -> " + (this.goal ? "goal" : "no goal");
		}

	}

	enum Verdict {

		GOAL, ERROR, ERROR_OF_HANDLER

	}

	enum Group {

		BODY, SERVLET_VIEW, REACTIVE_VIEW

	}

	/**
	 * What a handler method can do to its answer beside returning one.
	 */
	interface Reply {

		void setStatus(int status);

		void sendError(int status);

		void reject();

	}

	enum Kind {

		VALUE(200, "value"),

		NULL(200, (Object) null),

		ENTITY_OK(200, ResponseEntity.ok("value")),

		ENTITY_CREATED(201, ResponseEntity.status(201).body("value")),

		ENTITY_NO_CONTENT(204, ResponseEntity.noContent().build()),

		ENTITY_SEE_OTHER(303, ResponseEntity.status(303).header("Location", "/thanks").build()),

		ENTITY_BAD_REQUEST(400, Verdict.ERROR, ResponseEntity.badRequest().body("value")),

		ENTITY_CONFLICT(409, Verdict.ERROR, ResponseEntity.status(409).body("value")),

		ENTITY_OF_NO_KNOWN_STATUS(499, Verdict.ERROR, ResponseEntity.status(499).body("value")),

		ENTITY_FAILED(500, Verdict.ERROR, ResponseEntity.internalServerError().build()),

		ENTITY_OF_PROBLEM(409, Verdict.ERROR, ResponseEntity.of(ProblemDetail.forStatus(409)).build()),

		HTTP_ENTITY(200, new HttpEntity<>("value")),

		ERROR_RESPONSE(409, Verdict.ERROR,
				ErrorResponse.create(new IllegalStateException("on purpose"), HttpStatus.CONFLICT, "no")),

		ERROR_RESPONSE_EXCEPTION(409, Verdict.ERROR, new ErrorResponseException(HttpStatus.CONFLICT)),

		RESPONSE_STATUS_EXCEPTION(503, Verdict.ERROR, new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE)),

		PROBLEM_CONFLICT(409, Verdict.ERROR, ProblemDetail.forStatus(409)),

		PROBLEM_BAD_REQUEST(400, Verdict.ERROR, ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, "no")),

		PROBLEM_OF_OWN_TYPE(422, Verdict.ERROR, new OutOfStock()),

		PROBLEM_OK(200, ProblemDetail.forStatus(200)),

		OPTIONAL_VALUE(200, Optional.of("value")),

		OPTIONAL_EMPTY(200, Optional.empty()),

		OPTIONAL_ENTITY_OK(200, Optional.of(ResponseEntity.ok("value"))),

		OPTIONAL_ENTITY_CONFLICT(200, Verdict.ERROR, Optional.of(ResponseEntity.status(409).build())),

		OPTIONAL_PROBLEM(200, Verdict.ERROR, Optional.of(ProblemDetail.forStatus(409))),

		STATUS_SET(402, Verdict.ERROR_OF_HANDLER, Group.BODY, (reply) -> {
			reply.setStatus(402);
			return "pay first";
		}),

		STATUS_SET_BEFORE_NULL(402, Verdict.ERROR_OF_HANDLER, Group.BODY, (reply) -> {
			reply.setStatus(402);
			return null;
		}),

		STATUS_SET_TO_CREATED(201, Verdict.GOAL, Group.BODY, (reply) -> {
			reply.setStatus(201);
			return "value";
		}),

		STATUS_SET_AND_SET_BACK(200, Verdict.GOAL, Group.BODY, (reply) -> {
			reply.setStatus(500);
			reply.setStatus(200);
			return "value";
		}),

		/**
		 * As by a service that knows the current request.
		 */
		STATUS_SET_ELSEWHERE(402, Verdict.ERROR_OF_HANDLER, Group.BODY, (reply) -> {
			if (RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes) {
				attributes.getResponse().setStatus(402);
			}
			return "pay first";
		}),

		ERROR_SENT(409, Verdict.ERROR_OF_HANDLER, Group.BODY, (reply) -> {
			reply.sendError(409);
			return null;
		}),

		FORM_INVALID(200, Verdict.ERROR_OF_HANDLER, Group.BODY, (reply) -> "the form again"),

		FORM_REJECTED(200, Verdict.ERROR_OF_HANDLER, Group.BODY, (reply) -> {
			reply.reject();
			return "the form again";
		}),

		VIEW_NAME(200, Verdict.GOAL, Group.SERVLET_VIEW, (reply) -> "home"),

		VIEW_NAME_AND_STATUS_SET(422, Verdict.ERROR_OF_HANDLER, Group.SERVLET_VIEW, (reply) -> {
			reply.setStatus(422);
			return "home";
		}),

		VIEW_NAME_OF_FORM_REJECTED(200, Verdict.ERROR_OF_HANDLER, Group.SERVLET_VIEW, (reply) -> {
			reply.reject();
			return "home";
		}),

		VIEW_NAME_OF_REDIRECT(302, Verdict.GOAL, Group.SERVLET_VIEW, (reply) -> "redirect:/thanks"),

		REDIRECT_VIEW(302, Verdict.GOAL, Group.SERVLET_VIEW, (reply) -> new RedirectView("/thanks")),

		MODEL_AND_VIEW(200, Verdict.GOAL, Group.SERVLET_VIEW, (reply) -> new ModelAndView("home")),

		MODEL_AND_VIEW_CREATED(201, Verdict.GOAL, Group.SERVLET_VIEW,
				(reply) -> new ModelAndView("home", HttpStatus.CREATED)),

		MODEL_AND_VIEW_NOT_FOUND(404, Verdict.ERROR, Group.SERVLET_VIEW,
				(reply) -> new ModelAndView("home", HttpStatus.NOT_FOUND)),

		MODEL_AND_VIEW_OF_REDIRECT(302, Verdict.GOAL, Group.SERVLET_VIEW,
				(reply) -> new ModelAndView("redirect:/thanks")),

		FRAGMENTS(200, Verdict.GOAL, Group.SERVLET_VIEW, (reply) -> FragmentsRendering.fragment("home").build()),

		FRAGMENTS_CONFLICT(409, Verdict.ERROR, Group.SERVLET_VIEW,
				(reply) -> FragmentsRendering.fragment("home").status(HttpStatus.CONFLICT).build()),

		RENDERING(200, Verdict.GOAL, Group.REACTIVE_VIEW, (reply) -> Rendering.view("home").build()),

		RENDERING_CONFLICT(409, Verdict.ERROR, Group.REACTIVE_VIEW,
				(reply) -> Rendering.view("home").status(HttpStatus.CONFLICT).build()),

		RENDERING_OF_REDIRECT(303, Verdict.GOAL, Group.REACTIVE_VIEW,
				(reply) -> Rendering.redirectTo("/thanks").build()),

		REACTIVE_FRAGMENTS(200, Verdict.GOAL, Group.REACTIVE_VIEW,
				(reply) -> org.springframework.web.reactive.result.view.FragmentsRendering.fragment("home").build()),

		REACTIVE_FRAGMENTS_CONFLICT(409, Verdict.ERROR, Group.REACTIVE_VIEW,
				(reply) -> org.springframework.web.reactive.result.view.FragmentsRendering.fragment("home")
					.status(HttpStatus.CONFLICT)
					.build());

		private final int status;

		private final Verdict verdict;

		private final Group group;

		private final Function<Reply, Object> method;

		Kind(int status, Object value) {
			this(status, Verdict.GOAL, value);
		}

		Kind(int status, Verdict verdict, Object value) {
			this(status, verdict, Group.BODY, (reply) -> value);
		}

		Kind(int status, Verdict verdict, Group group, Function<Reply, Object> method) {
			this.status = status;
			this.verdict = verdict;
			this.group = group;
			this.method = method;
		}

		boolean handlersOnly() {
			return this.verdict == Verdict.ERROR_OF_HANDLER;
		}

		boolean goalOfPlainBean(Wrapper wrapper) {
			return this.verdict != Verdict.ERROR || wrapper == Wrapper.FLUX;
		}

		String query() {
			return (this == FORM_INVALID) ? "?email=" : "";
		}

		Object run(Reply reply) {
			return this.method.apply(reply);
		}

	}

	@SuppressWarnings("serial")
	static class OutOfStock extends ProblemDetail {

		OutOfStock() {
			super(422);
		}

	}

	enum Wrapper {

		NONE(false, false), FUTURE(false, true), FUTURE_DONE(false, false), MONO(false, false), LATE_MONO(false, true),
		FLUX(false, false), SINGLE(false, false), MAYBE(false, false), CALLABLE(true, true), TASK(true, true),
		DEFERRED(true, false), LATE_DEFERRED(true, true);

		private final boolean servlet;

		private final boolean otherThread;

		Wrapper(boolean servlet, boolean otherThread) {
			this.servlet = servlet;
			this.otherThread = otherThread;
		}

		String path(Kind kind) {
			return "/" + name() + "/" + kind.name();
		}

		Object call(PlainBean bean, Kind kind) {
			Errors errors = new MapBindingResult(Map.of(), "form");
			if (kind == Kind.FORM_INVALID) {
				errors.reject("invalid");
			}
			return switch (this) {
				case NONE -> bean.plain(kind, errors);
				case FUTURE -> bean.future(kind, errors);
				case FUTURE_DONE -> bean.futureDone(kind, errors);
				case MONO -> bean.mono(kind, errors);
				case LATE_MONO -> bean.lateMono(kind, errors);
				case FLUX -> bean.flux(kind, errors);
				case SINGLE -> bean.single(kind, errors);
				case MAYBE -> bean.maybe(kind, errors);
				case CALLABLE -> bean.callable(kind, errors);
				case TASK -> bean.task(kind, errors);
				case DEFERRED -> bean.deferred(kind, errors);
				case LATE_DEFERRED -> bean.lateDeferred(kind, errors);
			};
		}

		void await(Object result) throws Exception {
			switch (this) {
				case FUTURE -> ((CompletableFuture<?>) result).get(60, TimeUnit.SECONDS);
				case MONO, LATE_MONO -> ((Mono<?>) result).block();
				case FLUX -> ((Flux<?>) result).blockLast();
				case SINGLE -> ((Single<?>) result).blockingGet();
				case MAYBE -> ((Maybe<?>) result).blockingGet();
				case CALLABLE -> ((Callable<?>) result).call();
				case TASK -> ((WebAsyncTask<?>) result).getCallable().call();
				default -> {
				}
			}
		}

	}

	/**
	 * The wrappers around what a method does.
	 */
	static class Wrappers {

		CompletableFuture<Object> wrapFuture(Supplier<Object> work) {
			return CompletableFuture.supplyAsync(work, executor);
		}

		Mono<Object> wrapLateMono(Supplier<Object> work) {
			return Mono.fromSupplier(work).subscribeOn(Schedulers.fromExecutor(executor));
		}

		Flux<Object> wrapFlux(Supplier<Object> work) {
			return Mono.fromSupplier(work).flux();
		}

		DeferredResult<Object> wrapDeferred(Supplier<Object> work) {
			DeferredResult<Object> result = new DeferredResult<>();
			result.setResult(work.get());
			return result;
		}

		DeferredResult<Object> wrapLateDeferred(Supplier<Object> work) {
			DeferredResult<Object> result = new DeferredResult<>();
			executor.execute(() -> result.setResult(work.get()));
			return result;
		}

	}

	@ResponseStatus(HttpStatus.SERVICE_UNAVAILABLE)
	static class PlainBean extends Wrappers {

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		@ResponseStatus(HttpStatus.CONFLICT)
		public Object plain(Kind kind, Errors errors) {
			return run(kind, errors);
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public CompletableFuture<Object> future(Kind kind, Errors errors) {
			return wrapFuture(() -> run(kind, errors));
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public CompletableFuture<Object> futureDone(Kind kind, Errors errors) {
			return CompletableFuture.completedFuture(run(kind, errors));
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Mono<Object> mono(Kind kind, Errors errors) {
			return Mono.fromSupplier(() -> run(kind, errors));
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Mono<Object> lateMono(Kind kind, Errors errors) {
			return wrapLateMono(() -> run(kind, errors));
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Flux<Object> flux(Kind kind, Errors errors) {
			return wrapFlux(() -> run(kind, errors));
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Single<Object> single(Kind kind, Errors errors) {
			return Maybe.fromSupplier(() -> run(kind, errors)).defaultIfEmpty("value");
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Maybe<Object> maybe(Kind kind, Errors errors) {
			return Maybe.fromSupplier(() -> run(kind, errors));
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Callable<Object> callable(Kind kind, Errors errors) {
			return () -> run(kind, errors);
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public WebAsyncTask<Object> task(Kind kind, Errors errors) {
			return new WebAsyncTask<>(() -> run(kind, errors));
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public DeferredResult<Object> deferred(Kind kind, Errors errors) {
			return wrapDeferred(() -> run(kind, errors));
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public DeferredResult<Object> lateDeferred(Kind kind, Errors errors) {
			return wrapLateDeferred(() -> run(kind, errors));
		}

		private Object run(Kind kind, Errors errors) {
			return kind.run(new Reply() {

				@Override
				public void setStatus(int status) {
				}

				@Override
				public void sendError(int status) {
				}

				@Override
				public void reject() {
					errors.reject("rejected");
				}

			});
		}

	}

	@ResponseStatus(HttpStatus.CONFLICT)
	@Retention(RetentionPolicy.RUNTIME)
	@interface Conflict {

	}

	@ResponseStatus(HttpStatus.SERVICE_UNAVAILABLE)
	interface Unavailable {

	}

	public static class Form {

		@NotBlank
		private String email = "someone@example.org";

		public String getEmail() {
			return this.email;
		}

		public void setEmail(String email) {
			this.email = email;
		}

	}

	/**
	 * A handler method for each wrapper in Spring MVC.
	 */
	static class ServletHandlers extends Wrappers {

		@PostMapping("/NONE/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Object plain(@PathVariable Kind kind, @Valid @ModelAttribute Form form, BindingResult errors,
				HttpServletResponse response) {
			return run(kind, errors, response);
		}

		@PostMapping("/FUTURE/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public CompletableFuture<Object> future(@PathVariable Kind kind, @Valid @ModelAttribute Form form,
				Errors errors, HttpServletResponse response) {
			return wrapFuture(() -> run(kind, errors, response));
		}

		@PostMapping("/FUTURE_DONE/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public CompletableFuture<Object> futureDone(@PathVariable Kind kind, @Valid @ModelAttribute Form form,
				Errors errors, HttpServletResponse response) {
			return CompletableFuture.completedFuture(run(kind, errors, response));
		}

		@PostMapping("/MONO/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Mono<Object> mono(@PathVariable Kind kind, @Valid @ModelAttribute Form form, Errors errors,
				HttpServletResponse response) {
			return Mono.fromSupplier(() -> run(kind, errors, response));
		}

		@PostMapping("/LATE_MONO/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Mono<Object> lateMono(@PathVariable Kind kind, @Valid @ModelAttribute Form form, Errors errors,
				HttpServletResponse response) {
			return wrapLateMono(() -> run(kind, errors, response));
		}

		@PostMapping("/FLUX/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Flux<Object> flux(@PathVariable Kind kind, @Valid @ModelAttribute Form form, Errors errors,
				HttpServletResponse response) {
			return wrapFlux(() -> run(kind, errors, response));
		}

		@PostMapping("/SINGLE/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Single<Object> single(@PathVariable Kind kind, @Valid @ModelAttribute Form form, Errors errors,
				HttpServletResponse response) {
			return Maybe.fromSupplier(() -> run(kind, errors, response)).defaultIfEmpty("value");
		}

		@PostMapping("/MAYBE/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Maybe<Object> maybe(@PathVariable Kind kind, @Valid @ModelAttribute Form form, Errors errors,
				HttpServletResponse response) {
			return Maybe.fromSupplier(() -> run(kind, errors, response));
		}

		@PostMapping("/CALLABLE/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Callable<Object> callable(@PathVariable Kind kind, @Valid @ModelAttribute Form form, Errors errors,
				HttpServletResponse response) {
			return () -> run(kind, errors, response);
		}

		@PostMapping("/TASK/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public WebAsyncTask<Object> task(@PathVariable Kind kind, @Valid @ModelAttribute Form form, Errors errors,
				HttpServletResponse response) {
			return new WebAsyncTask<>(() -> run(kind, errors, response));
		}

		@PostMapping("/DEFERRED/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public DeferredResult<Object> deferred(@PathVariable Kind kind, @Valid @ModelAttribute Form form, Errors errors,
				HttpServletResponse response) {
			return wrapDeferred(() -> run(kind, errors, response));
		}

		@PostMapping("/LATE_DEFERRED/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public DeferredResult<Object> lateDeferred(@PathVariable Kind kind, @Valid @ModelAttribute Form form,
				Errors errors, HttpServletResponse response) {
			return wrapLateDeferred(() -> run(kind, errors, response));
		}

		private Object run(Kind kind, Errors errors, HttpServletResponse response) {
			return kind.run(new Reply() {

				@Override
				public void setStatus(int status) {
					response.setStatus(status);
				}

				@Override
				public void sendError(int status) {
					try {
						response.sendError(status);
					}
					catch (IOException ex) {
						throw new UncheckedIOException(ex);
					}
				}

				@Override
				public void reject() {
					errors.reject("rejected");
				}

			});
		}

	}

	@RestController
	@RequestMapping("/body")
	static class ServletBodies extends ServletHandlers {

	}

	@Controller
	@RequestMapping("/page")
	static class ServletPages extends ServletHandlers {

	}

	@RestController
	@RequestMapping("/class")
	@ResponseStatus(HttpStatus.SERVICE_UNAVAILABLE)
	static class ServletStatusOfClass extends ServletHandlers {

	}

	@RestController
	@RequestMapping("/meta")
	@Conflict
	static class ServletStatusOfComposedAnnotation extends ServletHandlers {

	}

	@RestController
	@RequestMapping("/interface")
	static class ServletStatusOfInterface extends ServletHandlers implements Unavailable {

	}

	@RestController
	@RequestMapping("/created")
	@ResponseStatus(HttpStatus.CREATED)
	static class ServletCreated extends ServletHandlers {

	}

	/**
	 * A handler method for each wrapper in WebFlux.
	 */
	static class ReactiveHandlers extends Wrappers {

		@PostMapping("/NONE/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Object plain(@PathVariable Kind kind, @Valid @ModelAttribute Form form, BindingResult errors,
				ServerWebExchange exchange) {
			return run(kind, errors, exchange);
		}

		@PostMapping("/FUTURE/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public CompletableFuture<Object> future(@PathVariable Kind kind, @Valid @ModelAttribute Form form,
				Errors errors, ServerWebExchange exchange) {
			return wrapFuture(() -> run(kind, errors, exchange));
		}

		@PostMapping("/FUTURE_DONE/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public CompletableFuture<Object> futureDone(@PathVariable Kind kind, @Valid @ModelAttribute Form form,
				Errors errors, ServerWebExchange exchange) {
			return CompletableFuture.completedFuture(run(kind, errors, exchange));
		}

		@PostMapping("/MONO/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Mono<Object> mono(@PathVariable Kind kind, @Valid @ModelAttribute Form form, Errors errors,
				ServerWebExchange exchange) {
			return Mono.fromSupplier(() -> run(kind, errors, exchange));
		}

		@PostMapping("/LATE_MONO/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Mono<Object> lateMono(@PathVariable Kind kind, @Valid @ModelAttribute Form form, Errors errors,
				ServerWebExchange exchange) {
			return wrapLateMono(() -> run(kind, errors, exchange));
		}

		@PostMapping("/FLUX/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Flux<Object> flux(@PathVariable Kind kind, @Valid @ModelAttribute Form form, Errors errors,
				ServerWebExchange exchange) {
			return wrapFlux(() -> run(kind, errors, exchange));
		}

		@PostMapping("/SINGLE/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Single<Object> single(@PathVariable Kind kind, @Valid @ModelAttribute Form form, Errors errors,
				ServerWebExchange exchange) {
			return Maybe.fromSupplier(() -> run(kind, errors, exchange)).defaultIfEmpty("value");
		}

		@PostMapping("/MAYBE/{kind}")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Maybe<Object> maybe(@PathVariable Kind kind, @Valid @ModelAttribute Form form, Errors errors,
				ServerWebExchange exchange) {
			return Maybe.fromSupplier(() -> run(kind, errors, exchange));
		}

		private Object run(Kind kind, Errors errors, ServerWebExchange exchange) {
			return kind.run(new Reply() {

				@Override
				public void setStatus(int status) {
					exchange.getResponse().setStatusCode(HttpStatusCode.valueOf(status));
				}

				@Override
				public void sendError(int status) {
					throw new UnsupportedOperationException();
				}

				@Override
				public void reject() {
					errors.reject("rejected");
				}

			});
		}

	}

	@RestController
	@RequestMapping("/body")
	static class ReactiveBodies extends ReactiveHandlers {

	}

	@Controller
	@RequestMapping("/page")
	static class ReactivePages extends ReactiveHandlers {

	}

	@RestController
	@RequestMapping("/class")
	@ResponseStatus(HttpStatus.SERVICE_UNAVAILABLE)
	static class ReactiveStatusOfClass extends ReactiveHandlers {

	}

	@RestController
	@RequestMapping("/meta")
	@Conflict
	static class ReactiveStatusOfComposedAnnotation extends ReactiveHandlers {

	}

	@RestController
	@RequestMapping("/interface")
	static class ReactiveStatusOfInterface extends ReactiveHandlers implements Unavailable {

	}

	@RestController
	@RequestMapping("/created")
	@ResponseStatus(HttpStatus.CREATED)
	static class ReactiveCreated extends ReactiveHandlers {

	}

	interface DeclaredStatus {

		@PostMapping("/declared")
		@ResponseStatus(HttpStatus.CONFLICT)
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		String declared();

	}

	static class InheritedStatus {

		@PostMapping("/inherited")
		@ResponseStatus(HttpStatus.CONFLICT)
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public String inherited() {
			return "value";
		}

	}

	/**
	 * On both stacks.
	 */
	@RestController
	@RequestMapping("/method")
	static class StatusOfMethods extends InheritedStatus implements DeclaredStatus {

		@PostMapping("/plain")
		@ResponseStatus(HttpStatus.CONFLICT)
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public String plain() {
			return "value";
		}

		@PostMapping("/with-reason")
		@ResponseStatus(code = HttpStatus.CONFLICT, reason = "no")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public String withReason() {
			return "value";
		}

		@PostMapping("/composed")
		@Conflict
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public String composed() {
			return "value";
		}

		@PostMapping("/created")
		@ResponseStatus(HttpStatus.CREATED)
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public String created() {
			return "value";
		}

		@PostMapping("/future")
		@ResponseStatus(HttpStatus.CONFLICT)
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public CompletableFuture<String> future() {
			return CompletableFuture.supplyAsync(() -> "value", executor);
		}

		@PostMapping("/mono")
		@ResponseStatus(HttpStatus.CONFLICT)
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Mono<String> mono() {
			return Mono.just("value");
		}

		@Override
		public String declared() {
			return "value";
		}

		@Override
		public String inherited() {
			return super.inherited();
		}

	}

	@RestController
	@RequestMapping("/method")
	static class StatusOfServletMethods {

		@PostMapping("/callable")
		@ResponseStatus(HttpStatus.CONFLICT)
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Callable<String> callable() {
			return () -> "value";
		}

		@PostMapping("/task")
		@ResponseStatus(HttpStatus.CONFLICT)
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public WebAsyncTask<String> task() {
			return new WebAsyncTask<>(() -> "value");
		}

		@PostMapping("/deferred")
		@ResponseStatus(HttpStatus.CONFLICT)
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public DeferredResult<String> deferred() {
			DeferredResult<String> result = new DeferredResult<>();
			executor.execute(() -> result.setResult("value"));
			return result;
		}

	}

	/**
	 * Spring looks at the method first.
	 */
	@RestController
	@RequestMapping("/class-503")
	@ResponseStatus(HttpStatus.SERVICE_UNAVAILABLE)
	static class CreatedInAnUnavailableClass {

		@PostMapping("/created-of-method")
		@ResponseStatus(HttpStatus.CREATED)
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public String created() {
			return "value";
		}

		@PostMapping("/of-class")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public String unavailable() {
			return "value";
		}

	}

	static class Unwritable {

		public String getName() {
			throw new IllegalStateException("on purpose");
		}

	}

	static class Service {

		@TrackGoal(name = "service", visitorId = VISITOR)
		public void serve() {
		}

	}

	@RestController
	static class ServletSpecials {

		private final Service service;

		ServletSpecials(Service service) {
			this.service = service;
		}

		@PostMapping("/service")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public String service(int status, HttpServletResponse response) {
			response.setStatus(status);
			this.service.serve();
			return "value";
		}

		@PostMapping("/unwritable")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Object unwritable() {
			return new Unwritable();
		}

		/**
		 * A filter has set the status.
		 */
		@PostMapping("/filtered")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public String filtered(Model model) {
			return "value";
		}

		@PostMapping("/sent-then-reset")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public String reset(HttpServletResponse response) {
			response.setStatus(500);
			response.reset();
			return "value";
		}

	}

	static class ServletFunctions {

		private static final Queue<Runnable> completions = new ConcurrentLinkedQueue<>();

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public ServerResponse ok(ServerRequest request) {
			return ServerResponse.ok().body("value");
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public ServerResponse created(ServerRequest request) {
			return ServerResponse.status(201).build();
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public ServerResponse conflict(ServerRequest request) {
			return ServerResponse.status(409).build();
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public ServerResponse rendered(ServerRequest request) {
			return ServerResponse.status(404).render("home");
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public CompletableFuture<ServerResponse> futureConflict() {
			return CompletableFuture.supplyAsync(() -> ServerResponse.status(409).build(), executor);
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Mono<ServerResponse> monoConflict() {
			return Mono.fromSupplier(() -> ServerResponse.status(409).build());
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public ResponseEntity<String> entity() {
			return ResponseEntity.status(409).body("no");
		}

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public ServerResponse completedByFilter(ServerRequest request) {
			CompletableFuture<ServerResponse> response = new CompletableFuture<>();
			int status = Integer.parseInt(request.param("status").orElseThrow());
			completions.add(() -> response.complete(ServerResponse.status(status).build()));
			return ServerResponse.async(response);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ ServletBodies.class, ServletPages.class, ServletStatusOfClass.class,
			ServletStatusOfComposedAnnotation.class, ServletStatusOfInterface.class, ServletCreated.class,
			StatusOfMethods.class, StatusOfServletMethods.class, CreatedInAnUnavailableClass.class,
			ServletSpecials.class, Service.class, ServletFunctions.class, PlainBean.class })
	static class ServletApplication implements WebMvcConfigurer {

		@Bean
		GoalDispatcher goalDispatcher() {
			return dispatched::add;
		}

		@Bean
		View home() {
			return (model, request, response) -> response.getWriter().write("home");
		}

		@Bean
		RouterFunction<ServerResponse> routes(ServletFunctions functions) {
			return RouterFunctions.route()
				.POST("/function/ok", functions::ok)
				.POST("/function/created", functions::created)
				.POST("/function/conflict", functions::conflict)
				.POST("/function/rendered-404", functions::rendered)
				.POST("/function/future-conflict", (request) -> ServerResponse.async(functions.futureConflict()))
				.POST("/function/mono-conflict", (request) -> ServerResponse.async(functions.monoConflict()))
				.POST("/function/entity",
						(request) -> ServerResponse.status(functions.entity().getStatusCode()).build())
				.POST("/function/completed-by-filter", functions::completedByFilter)
				.build();
		}

		@Bean
		Filter filter() {
			return (request, response, chain) -> {
				String path = ((HttpServletRequest) request).getRequestURI();
				if (path.equals("/filtered")) {
					((HttpServletResponse) response).setStatus(402);
				}
				chain.doFilter(request, response);
				for (Runnable completion = ServletFunctions.completions
					.poll(); completion != null; completion = ServletFunctions.completions.poll()) {
					executor.execute(completion);
				}
			};
		}

		/**
		 * In the place of one that looks at content types, which the view has none of.
		 */
		@Bean
		BeanNameViewResolver viewResolver() {
			BeanNameViewResolver resolver = new BeanNameViewResolver();
			resolver.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return resolver;
		}

		@Override
		public void configureAsyncSupport(AsyncSupportConfigurer configurer) {
			AsyncTaskExecutor tasks = new TaskExecutorAdapter(executor);
			configurer.setTaskExecutor(tasks);
		}

	}

	@RestController
	@RequestMapping("/response")
	static class ReactiveResponses {

		@PostMapping("/plain")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public String plain(int status, ServerHttpResponse response) {
			return set(status, response);
		}

		@PostMapping("/future")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public CompletableFuture<String> future(int status, ServerHttpResponse response) {
			return CompletableFuture.supplyAsync(() -> set(status, response), executor);
		}

		@PostMapping("/mono")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Mono<String> mono(int status, ServerHttpResponse response) {
			return Mono.fromSupplier(() -> set(status, response));
		}

		@PostMapping("/late-mono")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Mono<String> lateMono(int status, ServerHttpResponse response) {
			return Mono.fromSupplier(() -> set(status, response)).subscribeOn(Schedulers.fromExecutor(executor));
		}

		@PostMapping("/flux")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Flux<String> flux(int status, ServerHttpResponse response) {
			set(status, response);
			return Flux.just("a", "b");
		}

		@PostMapping("/void")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public void nothing(int status, ServerHttpResponse response) {
			set(status, response);
		}

		@PostMapping("/nothing")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Mono<Void> monoOfNothing(int status, ServerHttpResponse response) {
			return Mono.fromRunnable(() -> set(status, response));
		}

		private static String set(int status, ServerHttpResponse response) {
			response.setStatusCode(HttpStatusCode.valueOf(status));
			return "value";
		}

	}

	@Controller
	static class ReactiveSpecials {

		@PostMapping("/declared/entity")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Mono<ResponseEntity<String>> entity() {
			return Mono.fromSupplier(() -> ResponseEntity.status(409).body("no"));
		}

		@PostMapping("/declared/problem")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public CompletableFuture<ProblemDetail> problem() {
			return CompletableFuture.supplyAsync(() -> ProblemDetail.forStatus(409), executor);
		}

		@PostMapping("/declared/error-response")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Single<ErrorResponse> errorResponse() {
			return Single.fromSupplier(() -> new ErrorResponseException(HttpStatus.CONFLICT));
		}

		@PostMapping("/declared/rendering")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Mono<Rendering> rendering() {
			return Mono.fromSupplier(() -> Rendering.view("home").status(HttpStatus.CONFLICT).build());
		}

		@PostMapping("/unwritable")
		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public ResponseEntity<Object> unwritable() {
			return ResponseEntity.ok(new Unwritable());
		}

	}

	static class ReactiveFunctions {

		@TrackGoal(name = GOAL, visitorId = VISITOR)
		public Mono<org.springframework.web.reactive.function.server.ServerResponse> respond(
				org.springframework.web.reactive.function.server.ServerRequest request) {
			int status = switch (request.pathVariable("how")) {
				case "conflict" -> 409;
				case "created" -> 201;
				default -> 200;
			};
			return org.springframework.web.reactive.function.server.ServerResponse.status(status).bodyValue("value");
		}

	}

	static class EmptyView implements org.springframework.web.reactive.result.view.View {

		@Override
		public List<MediaType> getSupportedMediaTypes() {
			return List.of(MediaType.TEXT_HTML);
		}

		@Override
		public Mono<Void> render(Map<String, ?> model, MediaType contentType, ServerWebExchange exchange) {
			return exchange.getResponse().setComplete();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ ReactiveBodies.class, ReactivePages.class, ReactiveStatusOfClass.class,
			ReactiveStatusOfComposedAnnotation.class, ReactiveStatusOfInterface.class, ReactiveCreated.class,
			StatusOfMethods.class, CreatedInAnUnavailableClass.class, ReactiveResponses.class, ReactiveSpecials.class,
			ReactiveFunctions.class })
	static class ReactiveApplication {

		@Bean
		GoalDispatcher goalDispatcher() {
			return dispatched::add;
		}

		@Bean
		ViewResolver viewResolver() {
			return (name, locale) -> Mono
				.just(name.startsWith("redirect:") ? new org.springframework.web.reactive.result.view.RedirectView(
						name.substring("redirect:".length())) : new EmptyView());
		}

		@Bean
		org.springframework.web.reactive.function.server.RouterFunction<org.springframework.web.reactive.function.server.ServerResponse> routes(
				ReactiveFunctions functions) {
			return org.springframework.web.reactive.function.server.RouterFunctions.route()
				.POST("/function/{how}", functions::respond)
				.build();
		}

	}

}
