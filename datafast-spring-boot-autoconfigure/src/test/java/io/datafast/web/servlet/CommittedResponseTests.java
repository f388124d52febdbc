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

package io.datafast.web.servlet;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.datafast.DataFastGoals;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.WebApplication;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.security.web.header.writers.CacheControlHeadersWriter;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import org.springframework.web.util.ContentCachingResponseWrapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Whether a response gets the visitor cookie is decided when it is committed, in whatever
 * way that happens.
 */
class CommittedResponseTests {

	private static final String[] NAVIGATION = { "Sec-Fetch-Dest", "document", "Sec-Fetch-Mode", "navigate" };

	private static final Map<String, WebApplication> applications = new ConcurrentHashMap<>();

	private static WebApplication application(String server) {
		return applications.computeIfAbsent(server, (key) -> {
			String[] properties = { "datafast.visitor.issue-cookie=true", "datafast.visitor.cookie-domain=x.test" };
			return key.equals("tomcat") ? WebApplication.onTomcat(Pages.class, properties)
					: WebApplication.onJetty(Pages.class, properties);
		});
	}

	@AfterAll
	static void stop() {
		applications.values().forEach(WebApplication::close);
		applications.clear();
	}

	private static HttpResponse<String> get(WebApplication application, String path) throws Exception {
		return application.get(path, NAVIGATION);
	}

	static Stream<Arguments> pages() {
		return Stream.of("tomcat", "jetty")
			.flatMap((server) -> Stream
				.of("/nothing", "/body", "/no-content", "/flush", "/flush-stream", "/close-writer", "/much-text",
						"/much-data", "/bytes", "/length", "/send-error", "/redirect", "/view-redirect", "/forward",
						"/reset", "/reset-after-error", "/thrown", "/callable", "/deferred", "/deferred-nothing",
						"/streaming", "/events", "/no-store-after-header", "/forward-text", "/own-dispatch",
						"/print-and-check")
				.map((path) -> Arguments.of(server, path)));
	}

	@ParameterizedTest
	@MethodSource("pages")
	void aPrivateResponseGetsTheCookieOnce(String server, String path) throws Exception {
		HttpResponse<String> response = get(application(server), path);
		assertThat(response.headers().allValues("Set-Cookie")).singleElement()
			.asString()
			.startsWith("datafast_visitor_id=");
		assertThat(response.headers().allValues("Cache-Control")).singleElement()
			.asString()
			.matches("private|.*no-store");
	}

	static Stream<Arguments> cachedPages() {
		return Stream.of("tomcat", "jetty")
			.flatMap((server) -> Stream
				.of("/public-entity", "/public-before-flush", "/public-after-text", "/public-deferred",
						"/public-redirect", "/public-filter", "/public-error", "/public-thrown", "/public-forward",
						"/public-streaming")
				.map((path) -> Arguments.of(server, path)));
	}

	@ParameterizedTest
	@MethodSource("cachedPages")
	void aPublicResponseGetsNone(String server, String path) throws Exception {
		HttpResponse<String> response = get(application(server), path);
		assertThat(response.headers().allValues("Set-Cookie")).isEmpty();
		assertThat(response.headers().allValues("Cache-Control")).containsExactly("max-age=60, public");
	}

	/**
	 * Servers dispatch an error as a {@code GET}.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void aFormThatFailsGetsNone(String server) throws Exception {
		HttpResponse<String> response = application(server).post("/post-thrown", "", NAVIGATION);
		assertThat(response.statusCode()).isEqualTo(500);
		assertThat(response.headers().allValues("Set-Cookie")).isEmpty();
	}

	/**
	 * It stands for a response that a cache has stored, perhaps for all visitors.
	 */
	@ParameterizedTest
	@CsvSource({ "tomcat,/not-modified", "jetty,/not-modified", "tomcat,/etag", "jetty,/etag" })
	void aResponseThatIsNotModifiedGetsNone(String server, String path) throws Exception {
		HttpResponse<String> response = application(server).get(path, "Sec-Fetch-Dest", "document", "Sec-Fetch-Mode",
				"navigate", "If-None-Match", "\"tag\"");
		assertThat(response.statusCode()).isEqualTo(304);
		assertThat(response.headers().allValues("Set-Cookie")).isEmpty();
		assertThat(response.headers().allValues("Cache-Control")).isEmpty();
	}

	/**
	 * The cookie is decided on before the response is committed, where no one can tell
	 * when the server will.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void aHeaderThatComesAfterMuchTextIsKeptPrivate(String server) throws Exception {
		HttpResponse<String> response = get(application(server), "/public-after-some-text");
		assertThat(response.headers().allValues("Set-Cookie")).hasSize(1);
		assertThat(response.headers().allValues("Cache-Control")).containsExactly(Pages.PUBLIC, "private");
	}

	@ParameterizedTest
	@CsvSource({ "tomcat,/body", "jetty,/body", "tomcat,/some-text", "jetty,/some-text", "tomcat,/flush",
			"jetty,/flush", "tomcat,/streaming", "jetty,/streaming" })
	void whatSpringSecurityWritesStays(String server, String path) throws Exception {
		String[] properties = { "datafast.visitor.issue-cookie=true", "datafast.visitor.cookie-domain=x.test" };
		try (WebApplication secured = server.equals("tomcat") ? WebApplication.onTomcat(SecuredPages.class, properties)
				: WebApplication.onJetty(SecuredPages.class, properties)) {
			HttpResponse<String> response = get(secured, path);
			assertThat(response.headers().allValues("Set-Cookie")).hasSize(1);
			assertThat(String.join(", ", response.headers().allValues("Cache-Control"))).contains("no-store");
			assertThat(response.headers().allValues("Pragma")).containsExactly("no-cache");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void bodiesArriveUnchanged(String server) throws Exception {
		WebApplication application = application(server);
		assertThat(get(application, "/much-text").body()).isEqualTo("\u20ac text ".repeat(10_000));
		assertThat(get(application, "/much-data").body()).isEqualTo("data ".repeat(10_000));
		assertThat(get(application, "/bytes").body()).isEqualTo("ab");
		assertThat(get(application, "/length").body()).isEqualTo("four");
		assertThat(get(application, "/streaming").body()).isEqualTo("streamed");
		assertThat(get(application, "/reset").body()).isEqualTo("second");
	}

	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void anIdThatNoBrowserGetsIsNoVisitor(String server) throws Exception {
		WebApplication application = application(server);
		application.outcomes().clear();
		assertThat(get(application, "/public-before-goal").body()).isEqualTo("tracked");
		assertThat(get(application, "/goal-after-commit").headers().allValues("Set-Cookie")).isEmpty();
		application.outcomes().awaitCount(2);
		assertThat(application.outcomes().outcomes()).containsOnly(new Skipped(Skipped.Reason.NO_VISITOR));
	}

	/**
	 * A cookie's text has a time in it, to the second.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "tomcat", "jetty" })
	void aGoalLongAfterTheCookieWasWrittenHasItsVisitor(String server) throws Exception {
		WebApplication application = application(server);
		application.outcomes().clear();
		String cookie = get(application, "/goal-after-flush").headers().firstValue("Set-Cookie").orElseThrow();
		application.outcomes().awaitCount(1);
		assertThat(application.outcomes().all()).singleElement()
			.satisfies((recorded) -> assertThat(cookie)
				.startsWith("datafast_visitor_id=" + recorded.goal().visitorId() + ";"));
	}

	@ParameterizedTest
	@CsvSource({ "tomcat,/send-error", "jetty,/send-error", "tomcat,/thrown", "jetty,/thrown" })
	void anErrorPageIsNotWrittenIntoTheBufferOfTheFailedRequest(String server, String path) throws Exception {
		String[] properties = { "datafast.visitor.issue-cookie=true", "datafast.visitor.cookie-domain=x.test" };
		try (WebApplication buffered = server.equals("tomcat")
				? WebApplication.onTomcat(BufferedPages.class, properties)
				: WebApplication.onJetty(BufferedPages.class, properties)) {
			HttpResponse<String> response = get(buffered, path);
			assertThat(response.body()).isEqualTo("failed");
			assertThat(response.headers().allValues("Set-Cookie")).hasSize(1);
		}
	}

	@Import(Pages.class)
	static class BufferedPages {

		/**
		 * Buffers the responses to requests, but not those to errors.
		 */
		@Bean
		FilterRegistrationBean<Filter> bufferingFilter() {
			FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
				ContentCachingResponseWrapper buffered = new ContentCachingResponseWrapper(
						(HttpServletResponse) response);
				chain.doFilter(request, buffered);
				buffered.copyBodyToResponse();
			});
			registration.setDispatcherTypes(DispatcherType.REQUEST);
			registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return registration;
		}

	}

	@Import(Pages.class)
	static class SecuredPages {

		private static final String RETURNED = "returned";

		@Bean
		HeaderWriterFilter headerWriterFilter() {
			return new HeaderWriterFilter(List.of(new CacheControlHeadersWriter()));
		}

		/**
		 * Spring Security writes its headers on the thread of the request, when the
		 * filters have returned, or on the thread that commits, whichever is first. A
		 * body that is streamed meanwhile would be written with some of the headers.
		 */
		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		OncePerRequestFilter returnedFilter() {
			return new OncePerRequestFilter() {

				@Override
				protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response,
						FilterChain chain) throws ServletException, IOException {
					CountDownLatch returned = new CountDownLatch(1);
					request.setAttribute(RETURNED, returned);
					try {
						chain.doFilter(request, response);
					}
					finally {
						returned.countDown();
					}
				}

			};
		}

	}

	@RestController
	@Import({ PublicFilter.class, ErrorPage.class })
	static class Pages {

		private static final String PUBLIC = "max-age=60, public";

		private final DataFastGoals goals;

		Pages(DataFastGoals goals) {
			this.goals = goals;
		}

		@GetMapping("/nothing")
		void nothing() {
		}

		@GetMapping("/body")
		String body() {
			return "body";
		}

		@GetMapping("/no-content")
		ResponseEntity<Void> noContent() {
			return ResponseEntity.noContent().build();
		}

		@GetMapping("/flush")
		void flush(HttpServletResponse response) throws IOException {
			response.flushBuffer();
			response.getWriter().print("flushed");
		}

		@GetMapping("/goal-after-flush")
		void goalAfterFlush(HttpServletResponse response) throws IOException {
			response.flushBuffer();
			long written = System.currentTimeMillis();
			await().until(() -> System.currentTimeMillis() > written + 1000);
			this.goals.track("after_flush");
		}

		@GetMapping("/flush-stream")
		void flushStream(HttpServletResponse response) throws IOException {
			response.getOutputStream().flush();
		}

		@GetMapping("/close-writer")
		void closeWriter(HttpServletResponse response) throws IOException {
			response.getWriter().close();
		}

		@GetMapping("/much-text")
		void muchText(HttpServletResponse response) throws IOException {
			response.setCharacterEncoding("UTF-8");
			PrintWriter writer = response.getWriter();
			for (int i = 0; i < 10_000; i++) {
				writer.print("\u20ac text ");
			}
		}

		@GetMapping("/much-data")
		void muchData(HttpServletResponse response) throws IOException {
			response.getOutputStream().write("data ".repeat(10_000).getBytes());
		}

		@GetMapping("/bytes")
		void bytes(HttpServletResponse response) throws IOException {
			ServletOutputStream stream = response.getOutputStream();
			stream.write('a');
			stream.write('b');
			stream.close();
		}

		@GetMapping("/length")
		void length(HttpServletResponse response) throws IOException {
			response.setContentLength(4);
			response.getOutputStream().write("four".getBytes());
			response.flushBuffer();
		}

		@GetMapping("/send-error")
		void sendError(HttpServletResponse response) throws IOException {
			response.sendError(404, "on purpose");
		}

		@GetMapping("/thrown")
		void thrown() {
			throw new IllegalStateException("on purpose");
		}

		@GetMapping("/redirect")
		void redirect(HttpServletResponse response) throws IOException {
			response.sendRedirect("/body");
		}

		@GetMapping("/view-redirect")
		ModelAndView viewRedirect() {
			return new ModelAndView("redirect:/body");
		}

		@GetMapping("/forward")
		void forward(HttpServletRequest request, HttpServletResponse response) throws Exception {
			request.getRequestDispatcher("/body").forward(request, response);
		}

		@GetMapping("/reset")
		void reset(HttpServletResponse response) throws IOException {
			response.getWriter().print("first");
			response.reset();
			response.getWriter().print("second");
		}

		/**
		 * An error that is taken back before it is committed.
		 */
		@GetMapping("/reset-after-error")
		void resetAfterError(HttpServletResponse response) throws IOException {
			response.setContentLength(4);
			response.getOutputStream().write('f');
			if (!response.isCommitted()) {
				response.reset();
			}
		}

		@GetMapping("/callable")
		Callable<String> callable() {
			return () -> "called";
		}

		@GetMapping("/deferred")
		DeferredResult<String> deferred() {
			return later("deferred");
		}

		@GetMapping("/deferred-nothing")
		DeferredResult<ResponseEntity<Void>> deferredNothing() {
			return later(ResponseEntity.noContent().build());
		}

		@GetMapping("/streaming")
		StreamingResponseBody streaming(
				@RequestAttribute(name = SecuredPages.RETURNED, required = false) CountDownLatch returned) {
			return (stream) -> {
				if (returned != null) {
					awaitReturn(returned);
				}
				stream.write("streamed".getBytes());
				stream.flush();
			};
		}

		private static void awaitReturn(CountDownLatch latch) {
			try {
				assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@GetMapping("/no-store-after-header")
		void noStore(HttpServletResponse response) throws IOException {
			response.setHeader("Cache-Control", PUBLIC);
			response.getWriter().print("text");
			response.setHeader("Cache-Control", "no-store");
		}

		@GetMapping("/public-entity")
		ResponseEntity<String> publicEntity() {
			return ResponseEntity.ok()
				.cacheControl(CacheControl.maxAge(Duration.ofMinutes(1)).cachePublic())
				.body("public");
		}

		@GetMapping("/public-before-flush")
		void publicBeforeFlush(HttpServletResponse response) throws IOException {
			response.setHeader("Cache-Control", PUBLIC);
			response.flushBuffer();
		}

		@GetMapping("/public-after-text")
		void publicAfterText(HttpServletResponse response) throws IOException {
			response.getWriter().print("text");
			response.setHeader("Cache-Control", PUBLIC);
		}

		@GetMapping("/public-deferred")
		DeferredResult<ResponseEntity<String>> publicDeferred() {
			return later(publicEntity());
		}

		@GetMapping("/public-redirect")
		void publicRedirect(HttpServletResponse response) throws IOException {
			response.setHeader("Cache-Control", PUBLIC);
			response.sendRedirect("/body");
		}

		@GetMapping("/public-filter")
		void publicFilter() {
		}

		@GetMapping("/public-before-goal")
		String publicBeforeGoal(HttpServletResponse response) {
			response.setHeader("Cache-Control", PUBLIC);
			this.goals.track("public");
			return "tracked";
		}

		@GetMapping("/goal-after-commit")
		void goalAfterCommit(HttpServletResponse response) throws IOException {
			response.setHeader("Cache-Control", PUBLIC);
			response.flushBuffer();
			this.goals.track("late");
		}

		@PostMapping("/post-thrown")
		void postThrown() {
			throw new IllegalStateException("on purpose");
		}

		@GetMapping("/not-modified")
		ResponseEntity<Void> notModified() {
			return ResponseEntity.status(HttpStatus.NOT_MODIFIED).build();
		}

		@GetMapping("/etag")
		ResponseEntity<String> etag() {
			return ResponseEntity.ok().eTag("tag").body("tagged");
		}

		@GetMapping("/some-text")
		void someText(HttpServletResponse response) throws IOException {
			for (int i = 0; i < 300; i++) {
				response.getWriter().print("some text ");
			}
		}

		@GetMapping("/public-after-some-text")
		void publicAfterSomeText(HttpServletResponse response) throws IOException {
			someText(response);
			response.setHeader("Cache-Control", PUBLIC);
		}

		@GetMapping("/print-and-check")
		void printAndCheck(HttpServletResponse response) throws IOException {
			PrintWriter writer = response.getWriter();
			writer.println("text");
			assertThat(writer.checkError()).isFalse();
		}

		@GetMapping("/text")
		void text(HttpServletResponse response) throws IOException {
			response.getWriter().print("text");
		}

		@GetMapping("/forward-text")
		void forwardText(HttpServletRequest request, HttpServletResponse response) throws Exception {
			request.getRequestDispatcher("/text").forward(request, response);
		}

		@GetMapping("/public-forward")
		void publicForward(HttpServletRequest request, HttpServletResponse response) throws Exception {
			request.getRequestDispatcher("/public-after-text").forward(request, response);
		}

		/**
		 * Without the response that the filters have wrapped.
		 */
		@GetMapping("/own-dispatch")
		void ownDispatch(HttpServletRequest request, HttpServletResponse response) {
			request.startAsync().dispatch("/text");
		}

		@GetMapping("/events")
		SseEmitter events() throws IOException {
			SseEmitter emitter = new SseEmitter();
			emitter.send("event");
			emitter.complete();
			return emitter;
		}

		@GetMapping("/public-streaming")
		ResponseEntity<StreamingResponseBody> publicStreaming() {
			return ResponseEntity.ok()
				.cacheControl(CacheControl.maxAge(Duration.ofMinutes(1)).cachePublic())
				.body(streaming(null));
		}

		@GetMapping("/public-error")
		void publicError(HttpServletResponse response) throws IOException {
			response.sendError(410);
		}

		@GetMapping("/public-thrown")
		void publicThrown() {
			throw new ResponseStatusException(HttpStatus.GONE);
		}

		private static <T> DeferredResult<T> later(T value) {
			DeferredResult<T> result = new DeferredResult<>();
			new Thread(() -> result.setResult(value)).start();
			return result;
		}

	}

	/**
	 * Says that some errors may be cached.
	 */
	@RestController
	static class ErrorPage implements ErrorController {

		@RequestMapping("/error")
		ResponseEntity<String> error(HttpServletRequest request) {
			int status = (int) request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
			return ResponseEntity.status(status)
				.cacheControl((status == 410) ? CacheControl.maxAge(Duration.ofMinutes(1)).cachePublic()
						: CacheControl.empty())
				.body("failed");
		}

	}

	/**
	 * Sets the header when the chain has returned.
	 */
	static class PublicFilter extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			chain.doFilter(request, response);
			if (List.of("/public-filter").contains(request.getRequestURI())) {
				response.setHeader("Cache-Control", Pages.PUBLIC);
			}
		}

	}

}
